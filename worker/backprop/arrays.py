"""The two kinds of array this package computes with, named for the reader: the type checker sees arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

Floats = NDArray[Any]
"""Real numbers: all arrays of one network share one dtype, float32 or float64."""

Codes = NDArray[Any]
"""Class codes 0 … classes - 1. ``np.intp`` is fastest: NumPy indexes with nothing else and would convert."""

Op = Callable[[], object]
"""A NumPy call with all its arguments bound, result array included: the hot path runs lists of them."""
