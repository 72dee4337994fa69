"""What a column holds, found out chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Fault
from models.tabular.cells import TRUTH, as_codes, as_numbers, as_truth, is_missing
from models.tabular.csv_rows import POINTER, IngestLimits


class ColumnProfile:
    """One column's kind and statistics.

    A column is numeric as long as every cell is a number or missing; boolean if all are yes or no; else categorical.
    """

    def __init__(self, name: str, limits: IngestLimits) -> None:
        self.name = name
        self._limits = limits
        self._is_number = True
        self._texts: set[str] | None = set()
        """Every different text so far; None once there are more than there may be levels."""
        self._is_whole = True
        self._low, self._high, self._total, self._count, self._missing = np.inf, -np.inf, 0.0, 0, 0

    def look_at(self, cells: Sequence[str], lines: Sequence[int]) -> list[Fault]:
        """Take some cells into account; returns what is wrong with them."""
        if self._texts is not None:
            self._texts.update(cells)
            if len(self._texts) > self._limits.levels + 10:  # the ten ways to say missing
                self._texts = None
        if not self._is_number:
            self._missing += sum(map(is_missing, cells))
            return []
        values = as_numbers(cells)
        if values is None:
            self._is_number = False
            self._missing += sum(map(is_missing, cells))
            return []
        return self._add_numbers(values, lines)

    def _add_numbers(self, values: NDArray[np.float64], lines: Sequence[int]) -> list[Fault]:
        infinite = np.flatnonzero(np.isinf(values))
        if infinite.size:
            message = f"line {lines[infinite[0]]}: column {self.name!r} holds an infinite number; leave the cell empty"
            return [Fault(POINTER, message, "infinite_number")]
        known = values[~np.isnan(values)]
        self._missing += len(values) - len(known)
        if len(known):
            self._low, self._high = min(self._low, float(known.min())), max(self._high, float(known.max()))
            self._total, self._count = self._total + float(known.sum()), self._count + len(known)
            self._is_whole = self._is_whole and bool((known == np.floor(known)).all())
        return []

    def faults(self) -> list[Fault]:
        """What is wrong with the column as a whole."""
        if self.kind == "categorical" and (self._texts is None or len(self._levels()) > self._limits.levels):
            message = (
                f"column {self.name!r} holds more than {self._limits.levels:,} different texts: "
                "remove it, or replace it by something that groups them"
            )
            return [Fault(POINTER, message, "too_many_levels")]
        return []

    @property
    def kind(self) -> str:
        """``numeric``, ``integer``, ``boolean`` or ``categorical``."""
        if self._is_number:
            return "integer" if self._is_whole and self._count else "numeric"
        levels = {text.casefold() for text in self._levels()}
        return "boolean" if levels <= set(TRUTH) else "categorical"

    @property
    def needs_double(self) -> bool:
        """Whether float32 would lose whole numbers."""
        return self._is_number and self._count > 0 and max(abs(self._low), abs(self._high)) > 2**24

    def encode(self, cells: Sequence[str]) -> NDArray[np.float64]:
        """The cells as the matrix holds them."""
        if self._is_number:
            values = as_numbers(cells)
            assert values is not None, "the first reading found numbers only"
            return values
        if self.kind == "boolean":
            return as_truth(cells)
        return as_codes(cells, self._codes())

    def to_json(self) -> dict[str, Any]:
        """The column as the dataset's row keeps it."""
        numbers: dict[str, float | None] = {"min": None, "max": None, "mean": None}
        if self._is_number and self._count:
            numbers = {"min": self._low, "max": self._high, "mean": self._total / self._count}
        levels = sorted(self._levels()) if self.kind == "categorical" else None
        return {
            "name": self.name,
            "kind": self.kind,
            "missing": self._missing,
            "levels": levels,
            **numbers,
            "distinct": self._distinct(),
        }

    def _levels(self) -> set[str]:
        return {text.strip() for text in self._texts or () if not is_missing(text)}

    def _codes(self) -> dict[str, int]:
        if not hasattr(self, "_code_of"):
            self._code_of = {level: code for code, level in enumerate(sorted(self._levels()))}
        return self._code_of

    def _distinct(self) -> int:
        if self._texts is None:
            return self._limits.levels + 1
        if self._is_number:
            return len({float(level) for level in self._levels()})
        return len({text.casefold() for text in self._levels()} if self.kind == "boolean" else self._levels())
