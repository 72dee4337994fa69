"""The rows of data of a step: the one argument of a pass that lies elsewhere every time."""

from __future__ import annotations

import ctypes

from worker.backprop.arrays import Floats

_ADDRESSES_KEPT = 4096
"""Of views of rows that come every epoch. To ask one where it lies takes 0.8 µs."""


class RowsOfData:
    """x, for the first layer's products: NumPy calls find it here, compiled ones its address among theirs.

    Args:
        x: (n, inputs + 1) in C order, rows that lie as those that will come do.
    """

    def __init__(self, x: Floats) -> None:
        self.x = x
        self._shape, self._dtype = x.shape, x.dtype
        self._readers: list[tuple[ctypes.Array[ctypes.c_void_p], int]] = []
        self._known: dict[int, tuple[Floats, int]] = {}

    def read_by(self, addresses: ctypes.Array[ctypes.c_void_p], factor: int) -> None:
        """From now on these addresses of a compiled call have x at this place."""
        self._readers.append((addresses, factor))

    def set(self, x: Floats) -> None:
        """Let all that read rows read these.

        Raises:
            ValueError: rows of another shape or dtype, which a compiled call would read past.
        """
        if self._readers:
            address = (self._known.get(id(x)) or self._find(x))[1]
            for addresses, factor in self._readers:
                addresses[factor] = address
        self.x = x

    def _find(self, x: Floats) -> tuple[Floats, int]:
        if x.shape != self._shape or x.dtype != self._dtype or not x.flags.c_contiguous:
            wanted = f"rows of shape {self._shape} and {self._dtype} in C order"
            raise ValueError(f"{wanted}, not {x.shape} and {x.dtype}")
        found = x, int(x.__array_interface__["data"][0])
        if x.base is not None and len(self._known) < _ADDRESSES_KEPT:
            self._known[id(x)] = found
        return found
