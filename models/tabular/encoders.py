"""How each feature column becomes inputs of the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROWS_AT_ONCE = 16_384
"""Sums are added over blocks of so many rows, in order: the same bits wherever they are added."""


@dataclass(frozen=True, slots=True)
class NumberEncoder:
    """(x - mean) / scale, with the mean in place of what is missing."""

    name: str
    mean: float
    scale: float

    @property
    def input_names(self) -> list[str]:
        """One input."""
        return [self.name]

    def encode(self, values: NDArray[Any], out: Floats) -> None:
        """Values (rows,) with NaN where missing, into out (rows, 1)."""
        numbers = np.where(np.isnan(values), self.mean, values.astype(np.float64))
        out[:, 0] = (numbers - self.mean) / self.scale if self.scale else numbers


@dataclass(frozen=True, slots=True)
class LevelEncoder:
    """One input a level: 1 for the row's own, 0 for the others; all 0 where it is missing or unknown."""

    name: str
    levels: tuple[str, ...]

    @property
    def input_names(self) -> list[str]:
        """One a level."""
        return [f"{self.name}={level}" for level in self.levels]

    def encode(self, values: NDArray[Any], out: Floats) -> None:
        """Codes (rows,) with NaN where missing, into out (rows, levels)."""
        out[:] = 0.0
        known = np.flatnonzero(~np.isnan(values) & (values >= 0))
        out[known, values[known].astype(np.intp)] = 1.0


Encoder = NumberEncoder | LevelEncoder


def learn_numbers(
    matrix: NDArray[Any], column: int, name: str, rows: NDArray[np.int64], *, standardize: bool
) -> Encoder:
    """Mean and standard deviation of the training rows, in two passes. A constant column has scale 1."""
    count, total = 0, 0.0
    for values in _blocks(matrix, column, rows):
        count, total = count + len(values), total + float(np.sum(values))
    mean = total / count if count else 0.0
    if not standardize:
        return NumberEncoder(name, mean, 0.0)
    squares = sum(float(np.sum(np.square(values - mean))) for values in _blocks(matrix, column, rows))
    deviation = (squares / count) ** 0.5 if count else 0.0
    return NumberEncoder(name, mean, deviation if deviation > abs(mean) * 1e-12 else 1.0)


def _blocks(matrix: NDArray[Any], column: int, rows: NDArray[np.int64]) -> Iterator[Floats]:
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        values = np.asarray(matrix[rows[start : start + _ROWS_AT_ONCE], column], np.float64)
        yield values[~np.isnan(values)]
