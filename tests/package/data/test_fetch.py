"""`fetch` against a server on this machine: whole files, broken connections, wrong content, no network."""

import hashlib
import http.server
import io
import re
import tarfile
import threading
import zipfile

import numpy as np
import pytest
from PIL import Image

from dlcourse import data
from dlcourse.data import _fetch

RANGE = re.compile(r"bytes=(\d+)-")


class Server(http.server.ThreadingHTTPServer):
    """Serves `files` from memory, and writes down what it was asked for."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.asked = {}, []
        self.ranges, self.breaks_after = True, None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def address(self, name):
        return f"http://127.0.0.1:{self.server_port}/{name}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path[1:] not in self.server.files:
            self.send_error(404)
            return
        content, asked = self.server.files[self.path[1:]], RANGE.match(self.headers.get("Range", ""))
        start = int(asked[1]) if asked and self.server.ranges else 0
        self.server.asked.append((self.path[1:], start))
        if start >= len(content) > 0:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end, self.server.breaks_after = self.server.breaks_after, None
        self.wfile.write(content[start:end])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = Server()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def offer(server, monkeypatch):
    """Let `fetch(name)` get these contents, one file each, from the server."""

    def serve(name, place, **contents):
        files = []
        for file, content in contents.items():
            server.files[file] = content
            files.append(_fetch._File(server.address(file), f"sha256:{hashlib.sha256(content).hexdigest()}"))
        monkeypatch.setitem(_fetch.ENTRIES, name, _fetch._Entry(tuple(files), place))

    return serve


def picture(colour):
    content = io.BytesIO()
    Image.new("RGB", (20, 10), colour).save(content, "JPEG")
    return content.getvalue()


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, file in files.items():
            archive.writestr(name, file)
    return content.getvalue()


def tarred(files):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, file in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(file)
            archive.addfile(entry, io.BytesIO(file))
    return content.getvalue()


def test_class_folders_arrive_unpacked_and_without_empty_images(server, cache, offer):
    pets = {"PetImages/Cat/1.jpg": picture("red"), "PetImages/Cat/666.jpg": b"", "PetImages/Dog/1.jpg": picture("blue")}
    offer("cats-vs-dogs", "PetImages", pets=zipped({**pets, "readme.txt": b"text"}))
    folder = data.fetch("cats-vs-dogs")
    images, labels, classes = data.image_folder(folder, 8)
    assert classes == ("Cat", "Dog")
    assert labels.tolist() == [0, 1]
    assert np.abs(images.mean((1, 2)) - [(255, 0, 0), (0, 0, 255)]).max() < 5
    assert folder.is_relative_to(cache)
    assert data.fetch("cats-vs-dogs") == folder
    assert server.asked == [("pets", 0)]
    assert sorted(file.name for file in cache.iterdir()) == ["cats-vs-dogs", "cats-vs-dogs.lock"]


def test_two_archives_are_unpacked_into_one_folder(offer, cache):
    first, second = ({f"VOCdevkit/VOC2007/JPEGImages/{n}.jpg": picture("red")} for n in (1, 2))
    offer("voc2007", "VOCdevkit/VOC2007", one=tarred(first), two=tarred(second))
    folder = data.fetch("voc2007")
    assert sorted(file.name for file in (folder / "JPEGImages").iterdir()) == ["1.jpg", "2.jpg"]


def test_a_single_file_is_left_as_it_is(offer, cache):
    offer("vgg16", "", weights=b"numbers" * 1000)
    assert data.fetch("vgg16").read_bytes() == b"numbers" * 1000


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_that_broke_off_goes_on_where_it_stopped(server, cache, offer, ranges):
    content = np.random.default_rng(0).bytes(300_000)
    offer("vgg16", "", weights=content)
    server.ranges, server.breaks_after = ranges, 100_000
    with pytest.raises(ConnectionError, match=r"call fetch\('vgg16'\) again"):
        data.fetch("vgg16")
    assert not (cache / "vgg16").exists()
    assert (cache / "weights.part").stat().st_size == _fetch.CHUNK
    assert data.fetch("vgg16").read_bytes() == content
    assert server.asked == [("weights", 0), ("weights", _fetch.CHUNK if ranges else 0)]


def test_a_file_that_was_complete_but_not_in_place_yet_is_taken(server, cache, offer):
    offer("vgg16", "", weights=b"numbers")
    cache.mkdir()
    (cache / "weights.part").write_bytes(b"numbers")
    assert data.fetch("vgg16").read_bytes() == b"numbers"


@pytest.mark.parametrize("place", ["weights", "weights.part"])
def test_a_file_with_another_checksum_is_thrown_away(server, cache, offer, place):
    offer("vgg16", "", weights=b"numbers")
    cache.mkdir()
    (cache / place).write_bytes(b"numbers, and some that do not belong there")
    with pytest.raises(ValueError, match=r"its sha256 should begin with .*thrown away"):
        data.fetch("vgg16")
    assert data.fetch("vgg16").read_bytes() == b"numbers"


def test_a_file_that_somebody_put_there_is_used_without_a_network(server, cache, offer):
    offer("vgg16", "", weights=b"numbers")
    server.files.clear()
    cache.mkdir()
    (cache / "weights").write_bytes(b"numbers")
    assert data.fetch("vgg16").read_bytes() == b"numbers"
    assert server.asked == []


def test_without_a_network_the_message_says_what_to_do(cache, monkeypatch):
    nobody = _fetch._File("http://127.0.0.1:9/weights.h5", "md5:00")
    monkeypatch.setitem(_fetch.ENTRIES, "vgg16", _fetch._Entry((nobody,), ""))
    with pytest.raises(ConnectionError, match=r"not on this machine yet.*put it at .*weights\.h5"):
        data.fetch("vgg16")


def test_a_page_that_says_not_found_is_not_taken_for_the_file(server, cache, offer):
    offer("vgg16", "", weights=b"numbers")
    server.files.clear()
    with pytest.raises(ConnectionError, match="404"):
        data.fetch("vgg16")
    assert not (cache / "weights.part").exists()


def test_a_fault_without_a_text_is_told_by_its_name(cache, monkeypatch):
    monkeypatch.setattr(_fetch, "_receive", lambda url, part: (_ for _ in ()).throw(TimeoutError()))
    with pytest.raises(ConnectionError, match=r"cannot be downloaded \(TimeoutError\(\)\)"):
        data.fetch("vgg16")


def test_what_breaks_while_it_is_unpacked_leaves_nothing(cache, offer):
    offer("voc2007", "VOCdevkit/VOC2007", one=b"this is no archive")
    with pytest.raises(tarfile.ReadError):
        data.fetch("voc2007")
    assert not (cache / "voc2007").exists()


def test_a_wrong_name_gets_the_list_of_all(cache):
    with pytest.raises(ValueError, match=r"cats-vs-dogs.*voc2007.*vgg16"):
        data.fetch("imagenet")


@pytest.mark.parametrize("name", list(_fetch.ENTRIES))
def test_the_checksums_are_whole(name):
    for file in _fetch.ENTRIES[name].files:
        algorithm, _, digest = file.digest.partition(":")
        assert len(digest) == 2 * hashlib.new(algorithm).digest_size
        assert re.fullmatch(r"[0-9a-f]+", digest)
