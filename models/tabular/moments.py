"""Mean and standard deviation of columns, with the same bits every time.

All is float64. The rows are taken in blocks of ``ROWS_AT_ONCE``, in their order, and each column of a block is summed
by itself: what comes out does not depend on which other columns are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]

ROWS_AT_ONCE: Final = 16_384
_COLUMNS_AT_ONCE = 32
"""A block is then 4 MiB, and no more is held for a wide table than for a narrow one."""
_NOISE = 1e-12
"""A deviation below this share of the mean is rounding: the column is constant."""


def column_moments(matrix: Array, columns: Sequence[int], rows: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Mean μ = Σx / n and scale σ = (Σ(x - μ)² / n)^½ of some columns over some rows, each of shape (columns,).

    In two passes, for the one-pass form loses digits where μ is large beside σ. What is missing (NaN) is not counted;
    with nothing there μ is 0. The scale of a constant column is 1.
    """
    total, count = np.zeros(len(columns)), np.zeros(len(columns))
    for part, values in _blocks(matrix, columns, rows):
        known = ~np.isnan(values)
        total[part] += np.where(known, values, 0.0).sum(axis=1)
        count[part] += known.sum(axis=1)
    count = np.maximum(count, 1)
    mean = total / count
    squares = np.zeros(len(columns))
    for part, values in _blocks(matrix, columns, rows):
        away = np.where(np.isnan(values), 0.0, values - mean[part, np.newaxis])
        squares[part] += np.square(away).sum(axis=1)
    deviation = np.sqrt(squares / count)
    return mean, np.where(deviation > np.abs(mean) * _NOISE, deviation, 1.0)


def _blocks(matrix: Array, columns: Sequence[int], rows: NDArray[np.int64]) -> Iterator[tuple[slice, Floats]]:
    """Which of the columns, and their values (columns, rows): row-contiguous, so that each is summed by itself."""
    for first in range(0, len(rows), ROWS_AT_ONCE):
        block = rows[first : first + ROWS_AT_ONCE]
        for start in range(0, len(columns), _COLUMNS_AT_ONCE):
            part = slice(start, start + _COLUMNS_AT_ONCE)
            values = matrix[np.ix_(block, np.asarray(columns[part], np.intp))]
            yield part, np.ascontiguousarray(values.T, np.float64)
