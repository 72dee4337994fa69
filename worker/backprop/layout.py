"""Where each layer's weights and biases live in the one flat vector of parameters."""

from __future__ import annotations

from itertools import pairwise

from worker.backprop.arrays import Floats


class Layout:
    """The flat vector: for each layer its weight (n_in, n_out) in C order, then its bias (n_out,).

    Weight and bias of a layer lie side by side, so together they are one C-ordered matrix of shape
    (n_in + 1, n_out) whose last row is the bias. A layer is then one product with an input that carries a
    constant 1, and its whole gradient is one product too: that saves the separate addition of the bias and
    the separate sum over rows for its gradient, a quarter of all NumPy calls of a small network.
    """

    def __init__(self, widths: tuple[int, ...]) -> None:
        """
        Args:
            widths: inputs, then the units of each layer; the last are the outputs.

        Raises:
            ValueError: if there is no layer, or a width below 1.
        """
        if len(widths) < 2 or min(widths) < 1:
            raise ValueError(f"widths must be at least two positive numbers, not {widths}")
        self.widths = widths
        self._slices: list[slice] = []
        start = 0
        for n_in, n_out in pairwise(widths):
            stop = start + (n_in + 1) * n_out
            self._slices.append(slice(start, stop))
            start = stop
        self.size = start

    @property
    def layers(self) -> int:
        """How many layers have parameters."""
        return len(self._slices)

    def layer(self, i: int) -> slice:
        """Where layer i's weight and bias are."""
        return self._slices[i]

    def weight_slice(self, i: int) -> slice:
        """Where layer i's weight is, without its bias."""
        whole = self._slices[i]
        return slice(whole.start, whole.stop - self.widths[i + 1])

    def matrix(self, i: int, flat: Floats) -> Floats:
        """Layer i as a view (n_in + 1, n_out): the weight, and the bias as its last row."""
        view: Floats = flat[self._slices[i]].reshape(self.widths[i] + 1, self.widths[i + 1])
        return view

    def weight(self, i: int, flat: Floats) -> Floats:
        """Layer i's weight as a view (n_in, n_out)."""
        return self.matrix(i, flat)[:-1]

    def bias(self, i: int, flat: Floats) -> Floats:
        """Layer i's bias as a view (n_out,)."""
        bias: Floats = self.matrix(i, flat)[-1]
        return bias

    def weights_within(self, start: int, stop: int) -> tuple[slice, ...]:
        """The parts of the cut [start, stop) that are weights and not biases, counted from the cut's start."""
        parts = []
        for i in range(self.layers):
            weight = self.weight_slice(i)
            low, high = max(weight.start, start), min(weight.stop, stop)
            if low < high:
                parts.append(slice(low - start, high - start))
        return tuple(parts)
