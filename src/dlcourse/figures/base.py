"""The base class of the book's interactive figures."""

from __future__ import annotations

import html
import json
import pathlib
import reprlib
from typing import Any, ClassVar

import anywidget
import traitlets

from dlcourse import _validate

STATIC = pathlib.Path(__file__).parent / "static"
"""The folder of the figures' scripts and of their style sheet, which the book's site copies."""

_short = reprlib.Repr()
_short.maxlist = 16


class Truth(traitlets.Bool):
    """A trait that is true or false; NumPy's truth values count too."""

    def validate(self, obj: Any, value: Any) -> bool:
        """`value` as a bool, or an error that names the trait."""
        return _validate.truth(str(self.name), value)


class Figure(anywidget.AnyWidget):
    """An interactive figure that works with a kernel (JupyterLab) and without one (the book's pages).

    A subclass names its module, `class Conv1d(Figure, module="conv1d")`, tags the traits that are its state with
    `sync=True`, keeps only plain JSON values in them, and says in `describe` what a reader without JavaScript
    should know. The module is `STATIC/<module>.js`; it exports `render({model, el})` as anywidget asks, and may use
    every function of `STATIC/shared.js`, whose text is put before it, here and in `page.js`.
    """

    module: ClassVar[str] = ""

    def __init_subclass__(cls, module: str | None = None, **kwargs: Any) -> None:
        if module is not None:  # None: the subclass that traitlets makes of every widget it adds traits to
            cls.module = module
            cls._esm = _text("shared.js") + _text(f"{module}.js")
            cls._css = _text("figures.css") + (_text(own) if (STATIC / (own := f"{module}.css")).exists() else "")
        super().__init_subclass__(**kwargs)

    def state(self) -> dict[str, Any]:
        """The values that the figure's module starts from, by the names of their traits."""
        common = anywidget.AnyWidget.class_trait_names()
        names = [name for name in self.trait_names(sync=True) if not name.startswith("_") and name not in common]
        return {name: getattr(self, name) for name in sorted(names)}

    def describe(self) -> str:
        """One or two sentences that stand for the figure where JavaScript is off."""
        return f"Interactive figure: {type(self).__name__}."

    def __repr__(self) -> str:
        # The usual text holds a memory address, and so differs in every run of a notebook.
        return f"{type(self).__name__}({', '.join(f'{k}={_short.repr(v)}' for k, v in self.state().items())})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, "text/html": self._html()}, metadata

    def _html(self) -> str:
        """The figure for a page without a kernel: its state for `page.js`, and its description until that has run."""
        state = json.dumps(self.state(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        state = state.replace("<", "\\u003c")  # so that no text in the state can end the script element
        return (
            f'<div class="dlcourse-figure" data-figure="{html.escape(self.module)}">'
            f'<script type="application/json">{state}</script><p>{html.escape(self.describe())}</p></div>'
        )


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
