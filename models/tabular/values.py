"""From a number in the matrix back to what the table said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = Mapping[str, Any]
Value = str | int | float | bool


def decode_value(value: np.floating[Any], column: Column) -> Value:
    """A text, a truth value, a whole number or a number. Of the numbers that float32 holds alike, the shortest."""
    if column["kind"] == "categorical":
        return str(column["levels"][int(value)])
    if column["kind"] == "boolean":
        return bool(value)
    return int(value) if column["kind"] == "integer" else float(str(value))


def read_preview(matrix: NDArray[Any], columns: Sequence[Column], rows: int) -> list[dict[str, Value | None]]:
    """The first rows, by column name; None where a cell is missing."""
    return [
        {
            column["name"]: None if np.isnan(value) else decode_value(value, column)
            for column, value in zip(columns, row, strict=True)
        }
        for row in np.asarray(matrix[:rows])
    ]
