"""Reading a CSV file as rows of text: its bytes, its delimiter, its header, its rows by the thousand."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from models.errors import Fault, TooLarge, ValidationFailed

_ROWS_AT_ONCE = 4096
_COPY_BYTES = 1 << 20
_DELIMITERS = ",;\t"
MOST_FAULTS = 20
POINTER = "/file"


@dataclass(frozen=True, slots=True)
class IngestLimits:
    """How large a table may be."""

    size_bytes: int = 2 * 1024**3
    rows: int = 50_000_000
    columns: int = 10_000
    levels: int = 10_000
    """Different texts in a column."""


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
        raise refuse("the file is empty")


class CsvFile:
    """A CSV file on disk. Its delimiter is the one of comma, semicolon and tab that splits the header most.

    Raises:
        ValidationFailed: it has no usable header.
    """

    def __init__(self, path: Path, limits: IngestLimits) -> None:
        self._path, self._limits = path, limits
        self._delimiter = max(_DELIMITERS, key=lambda delimiter: len(self._header(delimiter)))
        self.names = [name.strip() for name in self._header(self._delimiter)]
        faults = list(self._header_faults())
        if faults:
            raise ValidationFailed(faults[:MOST_FAULTS])

    def rows(self) -> Iterator[RowsOfText]:
        """All rows but the header.

        Raises:
            ValidationFailed: rows of another length, named by line; not UTF-8; too many rows.
        """
        faults: list[Fault] = []
        chunk, total = RowsOfText([], []), 0
        for line, row in self._read():
            if not row:
                continue  # an empty line, usually the last
            if len(row) != len(self.names):
                faults.append(_ragged(line, row, self.names))
                if len(faults) == MOST_FAULTS:
                    break
                continue
            chunk.cells.append(row)
            chunk.lines.append(line)
            if len(chunk.cells) == _ROWS_AT_ONCE:
                total += len(chunk.cells)
                if total > self._limits.rows:
                    raise refuse(f"the table has more than {self._limits.rows:,} rows")
                yield chunk
                chunk = RowsOfText([], [])
        if faults:
            raise ValidationFailed(faults)
        if chunk.cells:
            yield chunk

    def _read(self) -> Iterator[tuple[int, list[str]]]:
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, delimiter=self._delimiter)
                next(reader, None)
                for row in reader:
                    yield reader.line_num, row
        except UnicodeDecodeError as error:
            raise refuse(f"the file is not UTF-8 (near byte {error.start:,}); save it as CSV UTF-8") from None
        except csv.Error as error:
            raise refuse(f"the file cannot be read as CSV: {error}") from None

    def _header(self, delimiter: str) -> list[str]:
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                return next(csv.reader(file, delimiter=delimiter), [])
        except UnicodeDecodeError:
            raise refuse("the file is not UTF-8; save it as CSV UTF-8") from None
        except csv.Error as error:
            raise refuse(f"the header cannot be read as CSV: {error}") from None

    def _header_faults(self) -> Iterator[Fault]:
        if not self.names:
            yield Fault(POINTER, "line 1 should hold the names of the columns, it is empty", "no_header")
        if len(self.names) > self._limits.columns:
            yield Fault(POINTER, f"the table has more than {self._limits.columns:,} columns", "too_many_columns")
        for place, name in enumerate(self.names, start=1):
            if not name:
                yield Fault(POINTER, f"line 1: column {place} has no name; give it one", "unnamed_column")
            elif len(name) > 200:
                yield Fault(POINTER, f"line 1: the name of column {place} has more than 200 characters", "long_name")
            elif name in self.names[: place - 1]:
                yield Fault(POINTER, f"line 1: two columns are called {name!r}; rename one", "repeated_column")


def refuse(message: str) -> ValidationFailed:
    """The file as a whole cannot be used."""
    return ValidationFailed([Fault(POINTER, message, "unusable_file")])


def _ragged(line: int, row: list[str], names: list[str]) -> Fault:
    message = f"line {line} has {len(row)} cells where the header has {len(names)}; is a cell with a comma not quoted?"
    return Fault(POINTER, message, "ragged_row")
