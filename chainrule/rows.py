"""Read raw rows to predict from a file."""

from __future__ import annotations

import csv
import json
import math
from typing import IO, Any

from chainrule.errors import ChainruleError


class BadRows(ChainruleError):
    """A file does not hold rows."""


def read_rows(file: IO[str]) -> list[Any]:
    """The rows of a JSON list (or one JSON object), or of a CSV with a line of names; its numbers become numbers.

    Raises:
        BadRows: if it is neither.
    """
    text = file.read().lstrip("\ufeff")
    if text.lstrip().startswith(("[", "{")):
        return _from_json(text)
    return [_typed(row, number) for number, row in enumerate(csv.DictReader(text.splitlines()), start=2)]


def _from_json(text: str) -> list[Any]:
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadRows(f"the rows are not JSON: {error}") from error
    return rows if isinstance(rows, list) else [rows]


def _typed(row: dict[str | None, Any], line: int) -> dict[str, Any]:
    if None in row or any(value is None for value in row.values()):
        raise BadRows(f"line {line} of the CSV has not as many cells as there are columns")
    return {str(name): _value(text) for name, text in row.items()}


def _value(text: str) -> Any:
    """A missing cell is None; "2.5" is a number. What a number would not be written as stays text: a class "007" is
    not 7, and the service reads a text where a number belongs.
    """
    if text == "":
        return None
    for parse in (int, float):
        try:
            value: int | float = parse(text)
        except ValueError:
            continue
        if str(value) == text and math.isfinite(value):
            return value
    return text
