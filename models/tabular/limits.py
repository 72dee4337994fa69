"""How large a table may be, and how a file that can't be used is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.errors import Fault, ValidationFailed

POINTER: Final = "/file"
MOST_FAULTS: Final = 20
"""So many faults of one file are named; fixing them usually fixes the rest."""


@dataclass(frozen=True, slots=True)
class IngestLimits:
    """What a table may have at most."""

    size_bytes: int = 2 * 1024**3
    rows: int = 50_000_000
    columns: int = 10_000
    levels: int = 10_000
    """Different texts in one column."""
    levels_in_all: int = 200_000
    """Different texts in all columns together: they are held in memory, and kept with the dataset."""
    cell_characters: int = 1_000
    """Of a text."""


def refuse(message: str) -> ValidationFailed:
    """The file as a whole cannot be used."""
    return ValidationFailed([Fault(POINTER, message, "unusable_file")])
