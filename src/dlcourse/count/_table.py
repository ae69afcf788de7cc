"""What `count` returns: the costs of a network as rows, and the table that they are printed as."""

from __future__ import annotations

from dataclasses import dataclass

FLOAT = 4  # bytes of a float32


@dataclass(frozen=True)
class Layer:
    """One use of one layer: its name, its kind, the shape of its output without the batch axis, and what it costs.

    Attributes
    ----------
    name : the layer's name within the model
    kind : the name of its class; `functions` for the matrix products that a module without weights of its own computes
        between its layers
    output_shape : shape of what it returns, without the batch axis
    parameters : learned numbers that no earlier row has counted
    macs : multiply-accumulates of this use, for one input
    activations : bytes of its output for one input, as float32; 0 where it is the input's own memory
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    activations: int


def in_bytes(number: int) -> str:
    """A number of bytes for people: 57.6 kB, where 1 kB is 1,000 bytes."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} B"


@dataclass(frozen=True, repr=False)
class Count:
    """What a network costs; printed, it is a table.

    Attributes
    ----------
    parameters : learned numbers of the whole model, each once, also those of layers that this input does not reach
    macs : multiply-accumulates for one input
    layers : one `Layer` for each use of each layer, in the order in which they finish
    activations : bytes of the outputs of all layers for one input, as float32
    memory : bytes of these and of all parameters, as float32
    """

    parameters: int
    macs: int
    layers: tuple[Layer, ...]

    @property
    def activations(self) -> int:
        return sum(row.activations for row in self.layers)

    @property
    def memory(self) -> int:
        return FLOAT * self.parameters + self.activations

    def __repr__(self) -> str:
        rows = [("layer", "kind", "output shape", "parameters", "MACs", "activations")]
        rows += [
            (r.name, r.kind, str(r.output_shape), f"{r.parameters:,}", f"{r.macs:,}", in_bytes(r.activations))
            for r in self.layers
        ]
        unused = self.parameters - sum(row.parameters for row in self.layers)
        if unused:
            rows.append(("(not reached)", "", "", f"{unused:,}", "0", "0 B"))
        rows.append(("total", "", "", f"{self.parameters:,}", f"{self.macs:,}", in_bytes(self.activations)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                f"{text:<{w}}" if i < 3 else f"{text:>{w}}" for i, (text, w) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        weights = in_bytes(FLOAT * self.parameters)
        memory = f"memory: {in_bytes(self.memory)} = parameters {weights} + activations {in_bytes(self.activations)}"
        return "\n".join([*lines[:-1], "-" * len(lines[0]), lines[-1], memory])
