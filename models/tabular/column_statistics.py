"""What is in a column, counted chunk by chunk."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

DISTINCT_COUNTED: Final = 10_000
"""Different values are counted up to here; one more says that there are more."""
_PENDING = 8192


class ColumnStatistics:
    """Missing cells; least, greatest and mean value; different values."""

    def __init__(self) -> None:
        self.missing = 0
        self._count, self._total, self._low, self._high = 0, 0.0, np.inf, -np.inf
        self._distinct = DistinctCount()

    def add(self, values: NDArray[np.float64], dtype: type[np.floating[Any]]) -> None:
        """Take in some values (rows,), NaN where missing, which are kept as ``dtype``.

        Values that are one number when kept count as one: a class is what the matrix can tell apart.
        """
        known = values[~np.isnan(values)]
        self.missing += len(values) - len(known)
        if len(known):
            self._count, self._total = self._count + len(known), self._total + float(known.sum())
            self._low, self._high = min(self._low, float(known.min())), max(self._high, float(known.max()))
            self._distinct.add(known.astype(dtype))

    def to_json(self, *, as_numbers: bool) -> dict[str, Any]:
        """As the dataset's row keeps them; what is measured in numbers is None where there is none."""
        numbers: dict[str, float | None] = {"min": None, "max": None, "mean": None}
        if as_numbers and self._count:
            numbers = {"min": self._low, "max": self._high, "mean": self._total / self._count}
        return {"missing": self.missing, **numbers, "distinct": self._distinct.count()}


class DistinctCount:
    """How many different values there are, exactly up to ``DISTINCT_COUNTED``."""

    def __init__(self) -> None:
        self._known: NDArray[Any] = np.empty(0)
        self._pending: list[NDArray[Any]] = []
        self._waiting = 0

    def add(self, values: NDArray[Any]) -> None:
        """Values without NaN."""
        if len(self._known) > DISTINCT_COUNTED:
            return
        self._pending.append(values)
        self._waiting += len(values)
        if self._waiting >= max(_PENDING, len(self._known)):
            self._merge()

    def count(self) -> int:
        """Of all values so far."""
        self._merge()
        return min(len(self._known), DISTINCT_COUNTED + 1)

    def _merge(self) -> None:
        self._known = np.unique(np.concatenate([self._known, *self._pending]))[: DISTINCT_COUNTED + 1]
        self._pending, self._waiting = [], 0
