"""Pictures in notebooks become light WebP files, with a second one for the dark theme.

`dlcourse.plot` puts the drawing for dark pages into the metadata of its PNG output. MyST-NB finds this module through
the entry point `myst_nb.mime_renderers`, which `dlsite.dist-info` beside this package declares.
"""

from __future__ import annotations

import io
from binascii import a2b_base64
from hashlib import sha256

from docutils import nodes
from myst_nb.core.render import MimeData, MimeRenderPlugin, NbElementRenderer
from PIL import Image

DRAWING = 150_000  # bytes of PNG: drawings stay below, photographs do not
LARGEST = 16383  # pixels along a side of a WebP picture


def webp(png: bytes) -> bytes:
    """The picture as WebP: a drawing without loss, a photograph at a quality at which nothing visible is lost.

    A picture with a side above 16383 pixels, which WebP cannot hold, is shrunk to that.
    """
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    image.thumbnail((LARGEST, LARGEST))  # does not enlarge
    if image.getextrema()[3] == (255, 255):
        image = image.convert("RGB")
    content = io.BytesIO()
    if len(png) < DRAWING:
        image.save(content, "WEBP", lossless=True, quality=50)
    else:
        image.save(content, "WEBP", quality=75, method=6)
    return content.getvalue()


class Pictures(MimeRenderPlugin):
    """Renders a PNG output as one picture for both themes, or as a pair of which each theme shows one."""

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """The picture in a box of its own: the theme also hides a caption that follows a hidden picture."""
        if data.mime_type != "image/png":
            return None
        light = renderer.render_image(data)[0]
        pair = [(light, data.content)]
        dark_png = data.output_metadata.get("image/png", {}).get("dark")
        if dark_png is not None:
            dark = light.deepcopy()
            light["classes"].append("only-light")
            dark["classes"].append("only-dark")
            pair.append((dark, dark_png))
        for node, png in pair:
            content = webp(a2b_base64(png))
            name = sha256(content).hexdigest()[:16] + ".webp"
            node["uri"] = renderer.write_file([name], content, overwrite=False, exists_ok=True)
            node["loading"] = "lazy"
            node.attributes.pop("height", None)  # so that a narrow screen shrinks both
        return [nodes.container("", *[node for node, _ in pair], classes=["picture"])]
