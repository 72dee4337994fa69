"""The two kinds of array this package computes with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
"""Real numbers: all arrays of one network share one dtype, float32 or float64."""

Codes = NDArray[np.integer[Any]]
"""Class codes 0 … classes - 1. ``np.intp`` is fastest: NumPy indexes with nothing else and would convert."""

Op = Callable[[], object]
"""A NumPy call with all its arguments bound, result array included: the hot path runs lists of them."""
