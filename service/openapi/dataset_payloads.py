"""What is said of a dataset."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from service.openapi.payloads import Number, Payload


class Column(Payload):
    """A column of a dataset. ``distinct`` is exact up to 10,000."""

    name: str
    kind: Literal["numeric", "integer", "boolean", "categorical"]
    missing: int
    levels: list[str] | None
    min: Number
    max: Number
    mean: Number
    distinct: int
    warning: str | None
    """Of a column that a few cells keep from being one of numbers: the first of them."""


class Dataset(Payload):
    """A table that was uploaded and converted."""

    id: str
    name: str
    rows: int
    columns: list[Column]
    size_bytes: int
    sha256: str
    created_at: datetime


class Preview(Payload):
    """The first rows of a dataset, by column name."""

    columns: list[str]
    rows: list[dict[str, bool | int | float | str | None]]
