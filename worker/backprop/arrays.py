"""The kinds of array this package computes with, named for the reader, and where in memory they begin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
"""Real numbers: all arrays of one network share one dtype, float32 or float64."""

Codes = NDArray[Any]
"""Class codes 0 … classes - 1. ``np.intp`` is fastest: NumPy indexes with nothing else and would convert."""

Op = Callable[[], object]
"""A call with all its arguments bound, result array included, of NumPy or compiled: the hot path runs lists of them."""

CACHE_LINE = 64
"""Bytes."""


def on_a_line(size: int, dtype: np.dtype[Any]) -> Floats:
    """An array of so many elements, not filled, that begins on a cache line.

    What ``np.empty`` returns begins 16 or 48 bytes behind one, and every second access to it touches two lines: Adam's
    update of 50,000 elements took 7 % longer.
    """
    memory = np.empty(size * dtype.itemsize + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size * dtype.itemsize].view(dtype)
