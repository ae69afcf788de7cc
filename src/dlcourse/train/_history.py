"""What a training has recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

ENDS_IN_SOFTMAX = "model ends in softmax, which cross-entropy applies by itself: leave the activation out"
WHAT_TO_TRY = (  # when a loss is no number
    "A lower learning rate is the first thing to try; a loss of your own may divide by 0 or take the logarithm of 0"
)
LONGEST = 12  # rows of the printed table


class History(Mapping[str, list[float]]):
    """Curves of a training: a name -> one number for each epoch; printed, it is a table, and `plot.history` draws it.

    `"loss"`, its parts where a step returns several, and, for classifiers, `"accuracy"` are averages over the training
    samples while the epoch ran, each batch counted by its size; `"valid_loss"` and so on are those of the validation
    data after it. `"learning_rate"` is the rate of the epoch's last step, `"seconds"` the time that it took.

    Examples
    --------
    >>> History({"loss": [0.7, 0.5], "valid_loss": [0.6, 0.65]})
    epoch   loss  valid_loss
        1  0.700       0.600
        2  0.500       0.650
    """

    def __init__(self, curves: Mapping[str, list[float]] | None = None) -> None:
        self._curves = {name: list(values) for name, values in (curves or {}).items()}

    def __getitem__(self, name: str) -> list[float]:
        if name not in self._curves:
            raise KeyError(f"no curve {name!r}; this history has {', '.join(self._curves) or 'none'}")
        return self._curves[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._curves)

    def __len__(self) -> int:
        return len(self._curves)

    def add(self, **values: float) -> None:
        """Append the numbers of one epoch."""
        if self._curves and set(values) != set(self._curves):
            raise ValueError(f"an epoch must give {', '.join(self._curves)}, like those before it, got {list(values)}")
        for name, value in values.items():
            self._curves.setdefault(name, []).append(float(value))

    @property
    def epochs(self) -> int:
        """How many epochs were trained."""
        return len(self._curves.get("loss", []))

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, with the lowest validation loss, or training loss where there is no other."""
        losses = self._curves.get("valid_loss") or self._curves.get("loss")
        if not losses:
            raise ValueError("this history has no epoch yet, so none is the best")
        return losses.index(min(losses)) + 1

    def __repr__(self) -> str:
        names = [name for name in self if name != "seconds"]
        rates = self._curves.get("learning_rate", [])
        if len(set(rates)) <= 1:
            names = [name for name in names if name != "learning_rate"]
        shown = list(range(self.epochs))
        if self.epochs > LONGEST:
            shown = sorted({round(i * (self.epochs - 1) / (LONGEST - 1)) for i in range(LONGEST)})
        rows = [["epoch", *names]]
        rows += [[str(i + 1), *(_text(name, self[name][i]) for name in names)] for i in shown]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(f"{t:>{w}}" for t, w in zip(row, widths, strict=True)) for row in rows)


def _text(name: str, value: float) -> str:
    return f"{value:.1e}" if name == "learning_rate" else f"{value:.3f}"
