"""What a network is: its widths, activations, output and cost. A frozen description without any numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from worker.backprop.activations import ACTIVATIONS
from worker.backprop.layout import Layout

COSTS: dict[str, tuple[str, ...]] = {
    "softmax": ("cross_entropy",),
    "sigmoid": ("binary_cross_entropy",),
    "linear": ("mean_squared_error", "mean_absolute_error", "huber"),
}
"""Which costs go with an output: a cross-entropy measures probabilities, the others measure distances."""


@dataclass(frozen=True)
class Network:
    """Dense layers: ``activations`` and ``dropout`` have one entry a hidden layer, empty ``dropout`` means none.

    Raises:
        ValueError: if the parts are unknown or do not fit each other.
    """

    widths: tuple[int, ...]
    activations: tuple[str, ...] = ()
    output: str = "softmax"
    cost: str = "cross_entropy"
    dropout: tuple[float, ...] = ()
    dtype: str = "float32"
    seed: int = 0
    """Of the dropout masks."""
    layout: Layout = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layout", Layout(self.widths))
        if not self.dropout:
            object.__setattr__(self, "dropout", (0.0,) * self.hidden)
        if len(self.activations) != self.hidden:
            raise ValueError(f"activations: {self.hidden} hidden layers need as many, not {len(self.activations)}")
        if unknown := set(self.activations) - set(ACTIVATIONS):
            raise ValueError(f"activations: {sorted(unknown)} are unknown, there are {', '.join(ACTIVATIONS)}")
        if len(self.dropout) != self.hidden or not all(0.0 <= share < 1.0 for share in self.dropout):
            raise ValueError(f"dropout: {self.hidden} hidden layers need as many shares in [0, 1), not {self.dropout}")
        if self.output not in COSTS:
            raise ValueError(f"output: {self.output!r} is unknown, there are {', '.join(COSTS)}")
        if self.cost not in COSTS[self.output]:
            allowed = " or ".join(COSTS[self.output])
            raise ValueError(f"cost: a {self.output} output goes with {allowed}, not with {self.cost!r}")
        if self.dtype not in ("float32", "float64"):
            raise ValueError(f"dtype: float32 or float64, not {self.dtype!r}")

    @property
    def hidden(self) -> int:
        """How many hidden layers there are."""
        return len(self.widths) - 2

    @property
    def inputs(self) -> int:
        """The width of a row of x."""
        return self.widths[0]

    @property
    def outputs(self) -> int:
        """The width of a row of outputs."""
        return self.widths[-1]

    @property
    def numpy_dtype(self) -> np.dtype[np.floating]:
        """Of every array."""
        return np.dtype(self.dtype)
