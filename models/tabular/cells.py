"""What the text of a cell means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "none"})
"""Texts that say there is nothing, in any case."""
TRUTH: Final = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
"""Texts that say yes or no, in any case."""


def is_missing(text: str) -> bool:
    """Whether a cell says that there is nothing in it."""
    return text.strip().casefold() in MISSING


def as_numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """The cells as numbers, NaN where missing; None if any is another text.

    ``1_000`` is a text: Python reads it as a number, but tables have it in names of things.
    """
    try:
        numbers = np.array(cells, dtype=np.float64)
    except ValueError:
        try:
            numbers = np.array(["nan" if is_missing(cell) else cell for cell in cells], dtype=np.float64)
        except ValueError:
            return None
    return None if "_" in "".join(cells) else numbers


def as_truth(cells: Sequence[str]) -> NDArray[np.float64]:
    """The cells of a boolean column as 0 and 1, NaN where missing."""
    return np.array([TRUTH.get(cell.strip().casefold(), np.nan) for cell in cells])


def as_codes(cells: Sequence[str], codes: Mapping[str, int]) -> NDArray[np.float64]:
    """The cells of a categorical column as codes of their levels, NaN where missing."""
    return np.array([codes.get(cell.strip(), np.nan) for cell in cells])
