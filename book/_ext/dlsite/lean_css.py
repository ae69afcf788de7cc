"""Take out of a style sheet what no page of the site can use, and cut icon fonts down to the icons that are left.

A rule goes only if each of its selectors needs a class that is written in no page and in no script of the site.
Whatever is in doubt stays: selectors without a class, classes inside `:not()` and its like, classes that scripts join.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import tinycss2
from fontTools import subset
from fontTools.ttLib import TTFont

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells each step of the cutting

BUILT_BY_SCRIPTS = ("bs-", "kind-")
"""Beginnings of class names that scripts join from pieces: Bootstrap's tooltips, Sphinx's search results."""

TRIMMED = '@charset "utf-8";/* trimmed */'
"""How a trimmed style sheet begins. Escapes in strings come out as the characters themselves, hence the encoding."""

GROUPS = {"media", "supports", "layer", "container"}


def words(texts: Iterable[str]) -> set[str]:
    """Everything in the texts that could be the name of a class.

    Examples
    --------
    >>> sorted(words(['<i class="fa-solid fa-bars">', 'add("show")']))
    ['add', 'class', 'fa-bars', 'fa-solid', 'i', 'show']
    """
    found: set[str] = set()
    for text in texts:
        found.update(re.findall(r"-?[A-Za-z_][\w-]*", text))
    return found


def trim(css: str, known: set[str]) -> str:
    """The style sheet without the rules that need a class outside `known`.

    Examples
    --------
    >>> trim(".a{color:red}.b,.a .b{color:red}.b,.a:not(.b){top:0}", {"a"})
    '@charset "utf-8";/* trimmed */.a{color:red}.a:not(.b){top:0}'
    """
    return TRIMMED + "".join(_kept(tinycss2.parse_stylesheet(css), known))


def _kept(rules: Iterable, known: set[str]) -> Iterable[str]:
    """The serialised rules that stay, those inside @media and its like included."""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [s for s in _split(rule.prelude) if _possible(s, known)]
            if selectors:
                prelude = ",".join(tinycss2.serialize(s).strip() for s in selectors)
                yield prelude + "{" + tinycss2.serialize(rule.content).strip() + "}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in GROUPS and rule.content is not None:
            inner = "".join(_kept(tinycss2.parse_rule_list(rule.content), known))
            if inner:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
        elif rule.type == "comment":
            if rule.value.startswith("!"):  # a licence
                yield rule.serialize()
        elif rule.type != "whitespace" and getattr(rule, "lower_at_keyword", "") != "charset":
            yield rule.serialize()


def _split(prelude: list) -> list[list]:
    """The selectors of a rule: its prelude, parted at the commas, without comments."""
    parts: list[list] = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return parts


def _possible(selector: list, known: set[str]) -> bool:
    """Whether every class that the selector names is known."""
    named = [b.value for a, b in pairwise(selector) if a == "." and b.type == "ident"]
    return all(name in known or name.startswith(BUILT_BY_SCRIPTS) for name in named)


def icons(css: str) -> set[int]:
    r"""Code points of the icons that a style sheet can show: its strings of one character, plain or escaped.

    Examples
    --------
    >>> icons(r'.fa-bars:before{content:"\f0c9"}') == icons('.fa-bars:before{content:"\uf0c9"}') == {0xF0C9}
    True
    >>> sorted(map(hex, icons('.fa-bars:before{content:"\uf0c9"}html{--hint-icon:"\uf0eb"}q{content:""}')))
    ['0xf0c9', '0xf0eb']
    """
    found = re.findall(r'"(?:([^"\\])|\\([0-9a-fA-F]{2,6}))"', css)
    return {ord(character) if character else int(code, 16) for character, code in found}


def subset_font(source: Path, target: Path, characters: set[int]) -> bool:
    """Write the font's glyphs for `characters` as WOFF; False, and nothing written, where it has none of them."""
    font = TTFont(source)
    if not characters & set(font.getBestCmap()):
        return False
    options = subset.Options(layout_features=[], name_IDs=[0, 1, 2, 13, 14], notdef_outline=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    font.flavor = "woff"
    font["head"].modified = font["head"].created  # the same bytes from every build
    font.recalcTimestamp = False
    font.save(target)
    return True
