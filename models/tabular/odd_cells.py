"""The few cells that keep a column from being one of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.tabular.cells import as_numbers

_MOST: Final = 0.1
"""Of the cells that are not missing: where more are no numbers, texts are what was meant."""


class OddCells:
    """Counts the cells of a categorical column that are no numbers, and keeps the first.

    Args:
        levels: the column's texts, by code.
    """

    def __init__(self, levels: Sequence[str]) -> None:
        self._levels = levels
        self._is_odd = np.array([as_numbers([level]) is None for level in levels], bool)
        odd = [level for level, is_odd in zip(levels, self._is_odd, strict=True) if is_odd]
        self._has_decimal_commas = bool(odd) and as_numbers([level.replace(",", ".") for level in odd]) is not None
        self._known = self._count = 0
        self._first: tuple[int, str] | None = None

    def add(self, codes: NDArray[np.float64], lines: Sequence[int]) -> None:
        """Take in some cells (rows,): codes of their texts, NaN where missing, and the lines they end on."""
        known = np.flatnonzero(~np.isnan(codes))
        found = known[self._is_odd[codes[known].astype(np.intp)]]
        self._known, self._count = self._known + len(known), self._count + len(found)
        if self._first is None and len(found):
            place = int(found[0])
            self._first = lines[place], self._levels[int(codes[place])]

    def to_json(self) -> dict[str, Any]:
        """What the column's description has of it: a ``warning``, if texts are hardly what was meant."""
        if self._first is None or not (self._has_decimal_commas or self._count <= _MOST * self._known):
            return {}
        line, cell = self._first
        others = f" (and {self._count - 1:,} other cells)" if self._count > 1 else ""
        remedy = (
            "write decimal points instead of commas"
            if self._has_decimal_commas
            else "correct it, or leave the cell empty if it is not known"
        )
        message = f"line {line}: {cell[:40]!r}{others} is no number, so the whole column is taken as texts: {remedy}"
        return {"warning": message}
