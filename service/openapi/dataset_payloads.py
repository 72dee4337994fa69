"""What is said of a dataset."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from service.openapi.payloads import Number, Payload


class Column(Payload):
    """A column of a dataset. ``distinct`` is exact up to 10,000."""

    name: str
    """From the first line of the file."""
    kind: Literal["numeric", "integer", "boolean", "categorical"]
    """What all its cells are."""
    missing: int
    """Cells without a value."""
    levels: list[str] | None
    """The different texts of a categorical column; null for the others."""
    min: Number
    """Null for texts, and where every cell is missing."""
    max: Number
    """Null for texts, and where every cell is missing."""
    mean: Number
    """Null for texts, and where every cell is missing."""
    distinct: int
    """Different values, exact up to 10,000."""
    warning: str | None
    """Of a column that a few cells keep from being one of numbers: the first of them, and the remedy. Null for all
    others."""


class Dataset(Payload):
    """A table that was uploaded and converted."""

    id: str
    """Made by the service."""
    name: str
    """The file's, or what was given with it."""
    rows: int
    """Without the line of names."""
    columns: list[Column]
    """In the order of the file."""
    size_bytes: int
    """Of the converted table."""
    sha256: str
    """Of the converted table."""
    created_at: datetime
    """In UTC."""


class Preview(Payload):
    """The first rows of a dataset, by column name."""

    columns: list[str]
    """In the order of the file."""
    rows: list[dict[str, bool | int | float | str | None]]
    """By column name; a missing cell is null."""
