"""Serve a folder on this machine as a web host does: text compressed.

python -m tools.serve FOLDER [PORT]
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import io
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".txt", ".xml", ".ipynb", ".md"}
"""Kinds of files that are worth it; pictures and fonts are compressed already."""


@functools.lru_cache(maxsize=256)
def compressed(file: Path, changed: float) -> bytes:
    """The file's bytes under gzip, made once for each version of the file.

    Examples
    --------
    >>> len(compressed(Path(__file__), 0)) < Path(__file__).stat().st_size
    True
    """
    return gzip.compress(file.read_bytes(), 6, mtime=0)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Sends files, compressed for a browser that takes gzip; says nothing on the terminal."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> Any:
        """The answer's head; what follows it is in the file that is returned."""
        file = Path(self.translate_path(self.path))
        if file.is_dir() and self.path.partition("?")[0].endswith("/"):
            file /= "index.html"
        if file.suffix not in COMPRESSED or not file.is_file() or "gzip" not in (self.headers["Accept-Encoding"] or ""):
            return super().send_head()
        content = compressed(file, file.stat().st_mtime)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Last-Modified", self.date_time_string(file.stat().st_mtime))
        self.end_headers()
        return io.BytesIO(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Serves until closed; a browser that hangs up early is no error."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report errors, save for connections that the browser broke off."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def serve(root: Path, port: int = 0) -> Iterator[str]:
    """Serve a folder, on a free port unless one is named; gives the address, with a slash at its end."""
    with Server(("127.0.0.1", port), functools.partial(Handler, directory=str(root))) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def main(folder: str, port: str = "8000") -> None:
    """Serve until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt), serve(Path(folder), int(port)) as address:
        print(f"Serving on {address.replace('127.0.0.1', 'localhost')} (Ctrl-C ends it)", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
