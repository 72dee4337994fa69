"""Reading a CSV file as rows of text: its delimiter, its header, its rows some thousands at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from models.errors import Fault, TooLarge, ValidationFailed
from models.tabular.limits import MOST_FAULTS, POINTER, IngestLimits, refuse
from models.tabular.lines import read_lines

_ROWS_AT_ONCE = 4096
_CELLS_AT_ONCE = 1 << 18
_COPY_BYTES = 1 << 20
_DELIMITERS = ",;\t"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class RowsOfText:
    """Some consecutive rows, each with as many cells as the header, and the lines they end on."""

    cells: list[list[str]]
    lines: list[int]

    def columns(self) -> Iterator[Sequence[str]]:
        """The cells of one column after the other."""
        return zip(*self.cells, strict=True)


def copy_limited(stream: IO[bytes], path: Path, limits: IngestLimits) -> None:
    """Bring an upload to disk.

    Raises:
        TooLarge: it has more bytes than allowed.
        ValidationFailed: it is empty, or is no text.
    """
    size = 0
    with path.open("wb") as file:
        while chunk := stream.read(_COPY_BYTES):
            size += len(chunk)
            if size > limits.size_bytes:
                raise TooLarge(f"a dataset has at most {limits.size_bytes:,} bytes")
            if b"\0" in chunk:
                raise refuse("this is not a text file; export the table as CSV (UTF-8)")
            file.write(chunk)
    if not size:
        raise refuse("the file is empty; it needs a line of column names, and a line for each row")


class CsvFile:
    """A CSV file on disk. Its delimiter is the one of comma, semicolon and tab that splits the header most.

    Raises:
        ValidationFailed: it has no usable header.
    """

    def __init__(self, path: Path, limits: IngestLimits) -> None:
        self._path, self._limits = path, limits
        headers = {delimiter: self._header(delimiter) for delimiter in _DELIMITERS}
        self._delimiter = max(headers, key=lambda delimiter: len(headers[delimiter]))
        self.names = [name.strip() for name in headers[self._delimiter]]
        faults = _header_faults(self.names, limits)
        if faults:
            raise ValidationFailed(faults[:MOST_FAULTS])

    def rows(self) -> Iterator[RowsOfText]:
        """All rows but the header; empty lines are none.

        Raises:
            ValidationFailed: rows of another length, named by line; quotes that do not match; too many rows.
        """
        faults: list[Fault] = []
        at_once = max(16, min(_ROWS_AT_ONCE, _CELLS_AT_ONCE // len(self.names)))
        chunk = RowsOfText([], [])
        for total, (line, row) in enumerate(self._read(), start=1):
            if total > self._limits.rows:
                raise refuse(f"the table has more than {self._limits.rows:,} rows; upload a part of it")
            if len(row) != len(self.names):
                faults.append(_ragged(line, row, self.names))
                if len(faults) == MOST_FAULTS:
                    break
                continue
            chunk.cells.append(row)
            chunk.lines.append(line)
            if len(chunk.cells) == at_once:
                yield chunk
                chunk = RowsOfText([], [])
        if faults:
            raise ValidationFailed(faults)
        if chunk.cells:
            yield chunk

    def _read(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not empty, each with the number of the line it ends on."""
        reader = csv.reader(read_lines(self._path), delimiter=self._delimiter, strict=True)
        try:
            next(reader)
            for row in reader:
                if row:
                    yield reader.line_num, row
        except csv.Error as error:
            raise _unreadable(reader.line_num, error) from None

    def _header(self, delimiter: str) -> list[str]:
        reader = csv.reader(read_lines(self._path), delimiter=delimiter, strict=True)
        try:
            return next(reader, [])
        except csv.Error as error:
            if delimiter == _DELIMITERS[-1]:
                raise _unreadable(reader.line_num, error) from None
            return []


def _header_faults(names: Sequence[str], limits: IngestLimits) -> list[Fault]:
    if not names:
        return [Fault(POINTER, "line 1 should hold the names of the columns, it is empty", "no_header")]
    if len(names) > limits.columns:
        message = f"the table has {len(names):,} columns; at most {limits.columns:,} are possible"
        return [Fault(POINTER, message, "too_many_columns")]
    faults: list[Fault] = []
    seen = set[str]()
    for place, name in enumerate(names, start=1):
        if not name:
            faults.append(Fault(POINTER, f"line 1: column {place} has no name; give it one", "unnamed_column"))
        elif len(name) > _LONGEST_NAME or not name.isprintable():
            message = (
                f"line 1: the name of column {place} is not a line of at most {_LONGEST_NAME} printable characters"
            )
            faults.append(Fault(POINTER, message, "unusable_name"))
        elif name in seen:
            faults.append(Fault(POINTER, f"line 1: two columns are called {name!r}; rename one", "repeated_column"))
        seen.add(name)
    return faults


def _ragged(line: int, row: list[str], names: list[str]) -> Fault:
    message = f"line {line} has {len(row)} cells where the header has {len(names)}; is a cell with a comma not quoted?"
    return Fault(POINTER, message, "ragged_row")


def _unreadable(line: int, error: csv.Error) -> ValidationFailed:
    return refuse(f"line {line} cannot be read as CSV ({error}); is a quote not closed, or not doubled inside quotes?")
