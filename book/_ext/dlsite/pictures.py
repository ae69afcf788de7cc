"""Sphinx extension: pictures in notebooks become light WebP files, with a second one for the dark theme.

`dlcourse.plot` puts the drawing for dark pages into the metadata of its PNG output.
"""

import io
from binascii import a2b_base64
from hashlib import sha256

from docutils import nodes
from myst_nb.core.render import NbElementRenderer
from PIL import Image

_render_image = NbElementRenderer.render_image

DRAWING = 150_000  # bytes of PNG: drawings stay below, photographs do not
LARGEST = 16383  # pixels along a side of a WebP picture


def webp(png):
    """The picture as WebP: a drawing without loss, a photograph at a quality at which nothing visible is lost.

    A picture with a side above 16383 pixels, which WebP cannot hold, is shrunk to that.
    """
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    image.thumbnail((LARGEST, LARGEST))  # does not enlarge
    if image.getextrema()[3] == (255, 255):
        image = image.convert("RGB")
    options = {"lossless": True, "quality": 50} if len(png) < DRAWING else {"quality": 80}
    content = io.BytesIO()
    image.save(content, "WEBP", **options)
    return content.getvalue()


def render_image(self, data):
    """Render a PNG output as one picture for both themes, or as a pair of which each theme shows one."""
    if data.mime_type != "image/png":
        return _render_image(self, data)
    light = _render_image(self, data)[0]
    metadata = data.output_metadata.get("image/png", {})
    pair = [(light, a2b_base64(data.content))]
    if "dark" in metadata:
        light["classes"].append("only-light")
        dark = light.deepcopy()
        dark["classes"] = [*(c for c in light["classes"] if c != "only-light"), "only-dark"]
        pair.append((dark, a2b_base64(metadata["dark"])))
    for node, png in pair:
        content = webp(png)
        name = sha256(content).hexdigest()[:16] + ".webp"
        node["uri"] = self.write_file([name], content, overwrite=False, exists_ok=True)
        node["loading"] = "lazy"
        node.attributes.pop("height", None)  # so that a narrow screen shrinks both
    # In a box of their own: the theme also hides a caption that follows a hidden picture.
    return [nodes.container("", *[node for node, _ in pair], classes=["picture"])]


def setup(app):
    """Replace myst-nb's way with images."""
    NbElementRenderer.render_image = render_image
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
