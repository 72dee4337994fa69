"""Where each layer's weights and biases live in the one flat vector of parameters."""

from __future__ import annotations

from itertools import pairwise

from worker.backprop.arrays import Floats

_CONFLICT, _GAP = 256, 16
"""Elements. Rows that lie a multiple of 1 KiB apart share a few places of a cache; with a gap between them the forward
products of 1024-1024 on 128 rows take 12 % less time whole, and 20 % less in tiles."""

MOST_PITCHED = 1 << 21
"""The most parameters that are kept a second time, with gaps: 8 MiB of float32, for memory's sake no more."""


class Layout:
    """The flat vector: for each layer its weight (n_in, n_out) in C order, then its bias (n_out,).

    Weight and bias of a layer lie side by side, so together they are one C-ordered matrix of shape
    (n_in + 1, n_out) whose last row is the bias. A layer is then one product with an input that carries a
    constant 1, and its whole gradient is one product too: that saves the separate addition of the bias and
    the separate sum over rows for its gradient, a quarter of all NumPy calls of a small network.

    Beside it there is a pitched form of the same numbers, for the passes to read: a gap behind each row of layers whose
    rows would conflict, and nothing else changed. A network of more than MOST_PITCHED parameters has none.
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
        pitched = start <= MOST_PITCHED
        self.pitches = tuple(n_out + _GAP * (pitched and n_out % _CONFLICT == 0) for n_out in widths[1:])
        """Of each layer, in the pitched form: elements from the beginning of a row to that of the next."""
        self._pitched_starts = [0]
        for n_in, pitch in zip(widths[:-1], self.pitches, strict=True):
            self._pitched_starts.append(self._pitched_starts[-1] + (n_in + 1) * pitch)
        self.pitched_size = self._pitched_starts[-1] if pitched else 0
        """Elements of the pitched form, gaps included; 0 without one."""

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

    @property
    def has_gaps(self) -> bool:
        """Whether the pitched form differs from the flat vector."""
        return self.pitches != self.widths[1:]

    def pitched_matrix(self, i: int, pitched: Floats) -> Floats:
        """As ``matrix``, a view of the pitched form."""
        whole = pitched[self._pitched_starts[i] : self._pitched_starts[i + 1]]
        view: Floats = whole.reshape(-1, self.pitches[i])[:, : self.widths[i + 1]]
        return view

    def pitched_parts(self, low: int, high: int, flat: Floats, pitched: Floats) -> list[tuple[Floats, Floats]]:
        """Pairs of views, of the pitched form and of flat[low:high], as few as together hold all its elements."""
        if not self.has_gaps:
            return [(pitched[low:high], flat[low:high])]
        pairs = []
        for i in range(self.layers):
            whole, columns = self._slices[i], self.widths[i + 1]
            start, stop = max(low, whole.start) - whole.start, min(high, whole.stop) - whole.start
            here, there = flat[whole], self.pitched_matrix(i, pitched)
            while start < stop:
                row, column = divmod(start, columns)
                rows = (stop - start) // columns if column == 0 else 0
                size = rows * columns or min(columns - column, stop - start)
                target = there[row : row + rows] if rows else there[row, column : column + size]
                pairs.append((target, here[start : start + size].reshape(target.shape)))
                start += size
        return pairs

    def weights_within(self, start: int, stop: int) -> tuple[slice, ...]:
        """The parts of the cut [start, stop) that are weights and not biases, counted from the cut's start."""
        parts = []
        for i in range(self.layers):
            weight = self.weight_slice(i)
            low, high = max(weight.start, start), min(weight.stop, stop)
            if low < high:
                parts.append(slice(low - start, high - start))
        return tuple(parts)
