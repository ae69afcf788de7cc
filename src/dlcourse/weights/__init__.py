"""The trained weights of the book's own networks; `dlcourse.models.pretrained` loads them.

Beside each `NAME.safetensors` stands `NAME.json`, which says what network it is, how it was trained and how it scored.
`python -m dlcourse.models.pretrain NAME` makes both again.
"""

from pathlib import Path

__all__ = ["FOLDER"]

FOLDER = Path(__file__).parent
