"""The base class of the book's interactive figures."""

from __future__ import annotations

import copy
import html
import json
import pathlib
import re
import reprlib
import shutil
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import anywidget
import traitlets

STATIC = pathlib.Path(__file__).parent / "static"
"""The folder of the figures' scripts and of their style sheets, which the book's site copies."""

FIGURES: dict[str, type[Figure]] = {}
"""All figures by their names; a subclass of `Figure` enters itself."""

_short = reprlib.Repr()
_short.maxlist = 16


class Figure(anywidget.AnyWidget):
    """An interactive figure that works with a kernel (JupyterLab) and without one (the book's pages).

    A subclass has the name of its file: `conv1d.py` defines one, its picture is `static/conv1d.js`, drawn with
    `static/conv1d.css`. Its traits (see `traits`) are its state. It says in `describe` what a reader without
    JavaScript should know.
    """

    name: ClassVar[str] = ""
    constants: ClassVar[Mapping[str, Any]] = {}
    """Limits and presets that JavaScript needs too: plain JSON, handed to it as `fixed`."""
    extremes: ClassVar[Sequence[Mapping[str, Any]]] = ()
    """Traits with which the figure has most to show; the tests look at it so, too."""
    modules: ClassVar[Sequence[str]] = ()
    """Scripts of `static` that several figures share and not all: they stand between `controls.js` and its own."""

    fixed = traitlets.Dict(read_only=True).tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if Figure in cls.__bases__:  # and none of the subclasses that traitlets makes of a widget to add traits
            cls.name = cls.__module__.rpartition(".")[2]
            FIGURES[cls.name] = cls
            parts = ("shared", "controls", *cls.modules, cls.name)
            cls._esm = "".join(_text(f"{part}.js") for part in parts)
            cls._css = "".join(_text(file) for file in ("figures.css", f"{cls.name}.css"))
        super().__init_subclass__(**kwargs)

    def state(self) -> dict[str, Any]:
        """The values that the figure starts from, by the names of their traits."""
        return {name: getattr(self, name) for name in self._keys()}

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        raise NotImplementedError

    def _keys(self) -> list[str]:
        common = {*anywidget.AnyWidget.class_trait_names(), "fixed"}
        return sorted(name for name in self.trait_names(sync=True) if not name.startswith("_") and name not in common)

    @traitlets.default("fixed")
    def _default_fixed(self) -> dict[str, Any]:
        modules = {"modules": list(self.modules)} if self.modules else {}  # for page.js
        return {"figure": self.name, "keys": self._keys(), **modules, **copy.deepcopy(dict(self.constants))}

    def __repr__(self) -> str:
        # The usual text holds a memory address, and so differs in every run of a notebook.
        return f"{type(self).__name__}({', '.join(f'{k}={_short.repr(v)}' for k, v in self.state().items())})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, "text/html": self._html()}, metadata

    def _html(self) -> str:
        """The figure for a page without a kernel: its state for `page.js`, and its description until that has run."""
        all_ = {**self.state(), "fixed": self.fixed}
        state = json.dumps(all_, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        state = state.replace("<", "\\u003c")  # so that no text in the state can end the script element
        return (
            f'<div class="dlcourse-figure" data-figure="{html.escape(self.name)}">'
            f'<script type="application/json">{state}</script><p>{html.escape(self.describe())}</p></div>'
        )


def write_static(folder: pathlib.Path) -> None:
    """Lay out in `folder` what pages with figures load.

    That is the style sheets, `page.js`, and all modules in one classic script, which pages opened from a disk may load.
    """
    folder.mkdir(parents=True, exist_ok=True)
    modules = {}
    for path in sorted(STATIC.iterdir()):
        if path.suffix == ".js" and path.stem != "page":
            modules[path.stem] = path.read_text(encoding="utf-8")
        else:
            shutil.copy(path, folder / path.name)
    script = "window.DLCOURSE_FIGURES = " + json.dumps(modules) + ";\n"
    (folder / "modules.js").write_text(script, encoding="utf-8")


def style_sheets(page: str) -> list[str]:
    """The names of the style sheets that the figures in the HTML of `page` need; none if there is no figure."""
    names = dict.fromkeys(re.findall(r'data-figure="(\w+)"', page))
    return ["figures.css", *(f"{name}.css" for name in names)] if names else []


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
