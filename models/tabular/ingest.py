"""From a CSV file to a row-major matrix that workers map: read once to learn what it holds, once to convert it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Fault, ValidationFailed
from models.tabular.column_profile import ColumnProfile
from models.tabular.csv_rows import MOST_FAULTS, CsvFile, IngestLimits, copy_limited, refuse


@dataclass(frozen=True, slots=True)
class IngestedTable:
    """A converted table: a ``.npy`` file of shape (rows, columns), float32 unless whole numbers would be lost.

    A categorical cell holds the place of its text among the column's levels; what is missing is NaN.
    """

    path: Path
    rows: int
    columns: list[dict[str, Any]]
    size_bytes: int
    sha256: str


def ingest_csv(stream: IO[bytes], directory: Path, limits: IngestLimits) -> IngestedTable:
    """Convert a CSV: UTF-8, a header, a delimiter of comma, semicolon or tab.

    Args:
        stream: the file's bytes.
        directory: where to work; on an error nothing is left there.
        limits: on bytes, rows, columns and levels.

    Raises:
        ValidationFailed: at ``/file``, with up to twenty faults that name line, column and remedy.
        TooLarge: it has too many bytes.
    """
    source, target = directory / "upload.csv", directory / "table.npy"
    try:
        copy_limited(stream, source, limits)
        table = CsvFile(source, limits)
        rows, profiles = _learn(table, limits)
        _convert(table, rows, profiles, target)
        with target.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        source.unlink(missing_ok=True)
    return IngestedTable(target, rows, [profile.to_json() for profile in profiles], target.stat().st_size, digest)


def read_preview(matrix: NDArray[Any], columns: Sequence[dict[str, Any]], rows: int) -> list[dict[str, Any]]:
    """The first rows, by column name, with texts instead of codes and None where a cell is missing."""
    head = np.asarray(matrix[:rows], np.float64)
    return [
        {column["name"]: _shown(value, column) for column, value in zip(columns, row, strict=True)}
        for row in head.tolist()
    ]


def _shown(value: float, column: dict[str, Any]) -> Any:
    if value != value:
        return None
    if column["kind"] == "categorical":
        return column["levels"][int(value)]
    if column["kind"] == "boolean":
        return bool(value)
    return int(value) if column["kind"] == "integer" else value


def _learn(table: CsvFile, limits: IngestLimits) -> tuple[int, list[ColumnProfile]]:
    profiles = [ColumnProfile(name, limits) for name in table.names]
    rows, faults = 0, list[Fault]()
    for chunk in table.rows():
        rows += len(chunk.cells)
        for profile, cells in zip(profiles, chunk.columns(), strict=True):
            faults += profile.look_at(cells, chunk.lines)
    for profile in profiles:
        faults += profile.faults()
    if faults:
        raise ValidationFailed(faults[:MOST_FAULTS])
    if not rows:
        raise refuse("the file has a header and no rows")
    return rows, profiles


def _convert(table: CsvFile, rows: int, profiles: Sequence[ColumnProfile], target: Path) -> None:
    dtype = np.float64 if any(profile.needs_double for profile in profiles) else np.float32
    matrix = np.lib.format.open_memmap(target, mode="w+", dtype=dtype, shape=(rows, len(profiles)))
    start = 0
    for chunk in table.rows():
        stop = start + len(chunk.cells)
        for place, (profile, cells) in enumerate(zip(profiles, chunk.columns(), strict=True)):
            matrix[start:stop, place] = profile.encode(cells)
        start = stop
    matrix.flush()
