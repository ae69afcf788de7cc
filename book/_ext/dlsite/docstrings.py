"""The sections of the package's docstrings, as they are written here.

A section such as "Parameters" holds entries of the form `n : number of pictures, 0 or more`, which may go on in
indented lines. It becomes a heading and a list. (Tools for NumPy's own style take what follows the colon for a type,
and tear such sentences apart.)
"""

import re

HEADING = re.compile("[A-Z][A-Za-z ]*")  # a row of a printed table is none, though dashes may follow it
LISTS = {"Parameters", "Returns", "Raises", "Warns", "Attributes"}


def formatted(lines):
    """The lines of a docstring with its sections as reStructuredText.

    Examples
    --------
    >>> formatted(["Returns", "-------", "x : a number,", "    above 0"])
    ['.. rubric:: Returns', '', '* **x**: a number,', '  above 0']
    """
    result, section, underlined = [], None, False
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if underlined:
            underlined = False
        elif HEADING.fullmatch(line) and set(following) == {"-"} and len(following) >= len(line):
            section, underlined = line, True
            result += [f".. rubric:: {section}", ""]
        elif section in LISTS and line.strip():
            result += [entry(line)]
        else:
            result.append(line)
    return result


def entry(line):
    """One line of a list: a new item, or the next line of the last one."""
    if line.startswith(" "):
        return "  " + line.strip()
    name, colon, text = line.partition(" : ")
    return f"* **{name}**: {text}" if colon else f"* {line}"


def process(app, what, name, obj, options, lines):
    """Format a docstring before autodoc reads it."""
    lines[:] = formatted(lines)


def setup(app):
    """Connect the step above."""
    app.connect("autodoc-process-docstring", process)
