"""What is fixed, not learned, in the LeNet-5 of 1998: who sees whom in C3, and the codes of the output layer.

LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document recognition", Proceedings of the IEEE
86(11), section II.B.
"""

from __future__ import annotations

import numpy as np

# Table I: the maps of S2 that each of the 16 maps of C3 sees, 60 pairs in all.
C3_TABLE = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)

# Ten pictures of 7x12 pixels, drawn for this book in the manner of the paper's figure 3 (which shows its own).
_PICTURES = """
.#####. ...#... .#####. .#####. ....##. ####### ..####. ####### .#####. .#####.
##...## ..##... ##...## ##...## ....##. ##..... .##.... ##...## ##...## ##...##
##...## .###... ##...## .....## ...###. ##..... ##..... .....## ##...## ##...##
##...## ...#... .....## .....## ..####. ##..... ##..... ....##. ##...## ##...##
##...## ...#... .....## .....## .##.##. ######. ##..... ....##. .##.##. ##...##
##...## ...#... ....##. ..####. ##..##. ##...## ######. ...##.. ..###.. ##...##
##...## ...#... ...##.. .....## ##..##. .....## ##...## ...##.. .##.##. .######
##...## ...#... ..##... .....## ####### .....## ##...## ..##... ##...## .....##
##...## ...#... .##.... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...#... ##..... .....## ....##. .....## ##...## .##.... ##...## .....##
##...## ...#... ##..... ##...## ....##. ##...## ##...## .##.... ##...## ....##.
.#####. .#####. ####### .#####. ....##. .#####. .#####. .##.... .#####. .####..
"""


def codes() -> np.ndarray:
    """(10, 84) float32: for each digit its picture, +1 where there is ink and -1 elsewhere."""
    rows = [line.split() for line in _PICTURES.split("\n") if line]
    pictures = ["".join(digit) for digit in zip(*rows, strict=True)]
    return np.array([[1.0 if dot == "#" else -1.0 for dot in picture] for picture in pictures], "float32")
