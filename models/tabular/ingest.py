"""From a CSV file to a row-major matrix that workers map.

The file is read to learn what its columns are, again for the texts of columns that did not look like text at first
(there are seldom any), and again to convert it. No reading holds more than some thousand rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from models.errors import Fault, ValidationFailed
from models.tabular.column_kind import ColumnKind
from models.tabular.column_statistics import ColumnStatistics
from models.tabular.csv_rows import CsvFile, copy_limited
from models.tabular.limits import MOST_FAULTS, POINTER, IngestLimits, refuse
from models.tabular.matrix_file import MatrixFile
from models.tabular.odd_cells import OddCells


@dataclass(frozen=True, slots=True)
class IngestedTable:
    """A converted table: a ``.npy`` file of shape (rows, columns), float32 if that holds every number exactly.

    A categorical cell holds the place of its text among the column's levels, a boolean one 0 or 1; what is missing
    is NaN.
    """

    path: Path
    rows: int
    columns: list[dict[str, Any]]
    """As a dataset's row keeps them: name, kind, missing, levels, min, max, mean, distinct, and perhaps a warning."""
    size_bytes: int
    sha256: str


def ingest_csv(stream: IO[bytes], directory: Path, limits: IngestLimits) -> IngestedTable:
    """Convert a CSV: UTF-8, a header, a delimiter of comma, semicolon or tab.

    Args:
        stream: the file's bytes.
        directory: where to work; on an error nothing is left there.
        limits: on bytes, rows, columns, levels and texts.

    Raises:
        ValidationFailed: at ``/file``, with up to twenty faults that name line, column and remedy.
        TooLarge: it has too many bytes.
    """
    source = directory / "upload.csv"
    try:
        copy_limited(stream, source, limits)
        table = CsvFile(source, limits)
        rows, kinds = _learn_kinds(table, limits)
        return _convert(table, rows, kinds, directory / "table.npy")
    finally:
        source.unlink(missing_ok=True)


def _learn_kinds(table: CsvFile, limits: IngestLimits) -> tuple[int, list[ColumnKind]]:
    kinds = [ColumnKind(name, limits) for name in table.names]
    rows = 0
    for chunk in table.rows():
        rows += len(chunk.cells)
        for kind, cells in zip(kinds, chunk.columns(), strict=True):
            kind.look_at(cells, chunk.lines)
        _check_texts(kinds, limits)
    if not rows:
        raise refuse("the file has a header and no rows")
    _collect_texts(table, kinds, limits)
    faults = [fault for kind in kinds for fault in kind.faults]
    if faults:
        raise ValidationFailed(faults[:MOST_FAULTS])
    return rows, kinds


def _collect_texts(table: CsvFile, kinds: Sequence[ColumnKind], limits: IngestLimits) -> None:
    """Read again for the columns that did not look like text at first."""
    if not any(kind.incomplete for kind in kinds):
        return
    for chunk in table.rows():
        for kind, cells in zip(kinds, chunk.columns(), strict=True):
            if kind.incomplete:
                kind.collect(cells, chunk.lines)
        _check_texts(kinds, limits)


def _check_texts(kinds: Sequence[ColumnKind], limits: IngestLimits) -> None:
    if sum(kind.texts_held for kind in kinds) <= limits.levels_in_all:
        return
    most = sorted(kinds, key=lambda kind: -kind.texts_held)[:MOST_FAULTS]
    raise ValidationFailed(
        [
            Fault(
                POINTER,
                f"column {kind.name!r} holds {kind.texts_held:,} different texts or more; all columns together may "
                f"hold {limits.levels_in_all:,}: remove it, or replace it by something that groups them",
                "too_many_levels",
            )
            for kind in most
        ]
    )


def _convert(table: CsvFile, rows: int, kinds: Sequence[ColumnKind], target: Path) -> IngestedTable:
    dtype = np.float64 if any(kind.needs_double for kind in kinds) else np.float32
    statistics, encoders = [ColumnStatistics() for _ in kinds], [kind.encoder() for kind in kinds]
    odd = {place: OddCells(kind.levels) for place, kind in enumerate(kinds) if kind.levels is not None}
    with MatrixFile(target, (rows, len(kinds)), dtype) as matrix:
        for chunk in table.rows():
            block = matrix.block(len(chunk.cells))
            for place, cells in enumerate(chunk.columns()):
                values = encoders[place](cells)
                statistics[place].add(values, dtype)
                if place in odd:
                    odd[place].add(values, chunk.lines)
                block[:, place] = values
            matrix.append(block)
    columns = [_describe(kind, counted) for kind, counted in zip(kinds, statistics, strict=True)]
    for place, counted_cells in odd.items():
        columns[place] |= counted_cells.to_json()
    return IngestedTable(target, rows, columns, matrix.size_bytes, matrix.sha256)


def _describe(kind: ColumnKind, statistics: ColumnStatistics) -> dict[str, Any]:
    counted = statistics.to_json(as_numbers=kind.kind != "categorical")
    return {"name": kind.name, "kind": kind.kind, "levels": kind.levels, **counted}
