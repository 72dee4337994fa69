"""From raw rows to the inputs of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.tabular.columns import find_columns, level_codes
from models.tabular.encoders import Encoder, LevelEncoder, NumberEncoder
from models.tabular.values import Column

_ROWS_AT_ONCE = 16_384
Floats = NDArray[np.float64]


def encode_inputs(encoders: Sequence[Encoder], matrix: NDArray[Any], columns: Sequence[Column]) -> Floats:
    """Inputs (rows, inputs), row-major, of raw rows (rows, columns).

    Raises:
        ValidationFailed: a feature is not among the columns, or is of another sort.
    """
    places = find_columns(columns, [(encoder.name, isinstance(encoder, LevelEncoder)) for encoder in encoders])
    widths = [len(encoder.input_names) for encoder in encoders]
    starts = np.cumsum([0, *widths])
    numbers = _Numbers.of(encoders, places, starts)
    out = np.zeros((len(matrix), int(starts[-1])))
    for first in range(0, len(matrix), _ROWS_AT_ONCE):  # what is in between has the size of a block, not of the matrix
        block, inputs = np.asarray(matrix[first : first + _ROWS_AT_ONCE]), out[first : first + _ROWS_AT_ONCE]
        inputs[:, numbers.inputs] = numbers.encode(block)
        for encoder, place, start in zip(encoders, places, starts[:-1], strict=True):
            if isinstance(encoder, LevelEncoder):
                codes = level_codes(block[:, place], columns[place]["levels"], encoder.levels)
                known = np.flatnonzero(codes >= 0)
                inputs[known, start + codes[known]] = 1.0
    return out


@dataclass(frozen=True, slots=True)
class _Numbers:
    """All features that are numbers, to be encoded together: (x - offset) / scale, fill where x is missing."""

    columns: NDArray[np.intp]
    inputs: NDArray[np.intp]
    fill: Floats
    offset: Floats
    scale: Floats

    @classmethod
    def of(cls, encoders: Sequence[Encoder], places: Sequence[int], starts: NDArray[np.intp]) -> _Numbers:
        found = [
            (encoder, place, start)
            for encoder, place, start in zip(encoders, places, starts[:-1], strict=True)
            if isinstance(encoder, NumberEncoder)
        ]
        return cls(
            np.array([place for _, place, _ in found], np.intp),
            np.array([start for _, _, start in found], np.intp),
            np.array([encoder.mean for encoder, _, _ in found], np.float64),
            np.array([0.0 if encoder.scale is None else encoder.mean for encoder, _, _ in found], np.float64),
            np.array([1.0 if encoder.scale is None else encoder.scale for encoder, _, _ in found], np.float64),
        )

    def encode(self, block: NDArray[Any]) -> Floats:
        values = block[:, self.columns].astype(np.float64)
        np.copyto(values, self.fill, where=np.isnan(values))
        values -= self.offset
        values /= self.scale
        return values
