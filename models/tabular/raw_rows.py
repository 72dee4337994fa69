"""Rows as a client sends them to ``predict``: objects by column name, or arrays in the order of the features."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Fault, ValidationFailed
from models.tabular.cells import TRUTH, is_missing
from models.tabular.column_kind import LARGEST
from models.tabular.encoders import Encoder, LevelEncoder, NumberEncoder

Read = Callable[[Any], float]
_OF_NAMES = ("unknown_feature", "missing_feature")


class _Unreadable(Exception):
    """A cell cannot be what its column holds; says what it should be."""


def read_rows(encoders: Sequence[Encoder], targets: Sequence[str], rows: Sequence[Any]) -> NDArray[np.float64]:
    """The raw matrix (rows, features), with codes by the encoders' own levels.

    Null is missing, and so is a text that a CSV would say it with. A text where a number belongs is read as one.
    An unknown text is missing. A target may be there: it is what a table has beside its features.

    Raises:
        ValidationFailed: with every fault, at pointers such as ``/rows/3/size``; a feature that is not there, or that
            nobody knows, once, at the first of its rows.
    """
    faults: list[Fault] = []
    names = [encoder.name for encoder in encoders]
    reads = [_reader(encoder) for encoder in encoders]
    allowed = {*names, *targets}
    raw = np.full((len(rows), len(encoders)), np.nan)
    for number, row in enumerate(rows):
        pointer = f"/rows/{number}"
        if isinstance(row, Mapping):
            faults += _field_faults(row, names, allowed, pointer)
            cells, keys = [row.get(name) for name in names], names
        elif isinstance(row, Sequence) and not isinstance(row, str) and len(row) == len(names):
            cells, keys = list(row), [str(place) for place in range(len(names))]
        else:
            faults.append(_no_row(row, names, pointer))
            continue
        for place, (read, cell) in enumerate(zip(reads, cells, strict=True)):
            try:
                raw[number, place] = read(cell)
            except _Unreadable as error:
                faults.append(Fault(f"{pointer}/{_escape(keys[place])}", str(error), "unreadable_value"))
    if faults:
        raise ValidationFailed(_once_a_column(faults))
    return raw


def _once_a_column(faults: Sequence[Fault]) -> list[Fault]:
    """What is wrong with the names of columns is so in every row of a table, and need not be told of each."""
    told: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        column = fault.pointer.split("/", 3)[-1]
        told.setdefault((fault.code, column if fault.code in _OF_NAMES else fault.pointer), []).append(fault)
    return [
        first if not others else replace(first, message=f"{first.message} (the same in {len(others):,} more rows)")
        for first, *others in told.values()
    ]


def _reader(encoder: Encoder) -> Read:
    if isinstance(encoder, NumberEncoder):
        return _read_truth if encoder.kind == "boolean" else _read_number
    return _level_reader(encoder)


def _read_number(cell: Any) -> float:
    if cell is None or (isinstance(cell, str) and is_missing(cell)):
        return math.nan
    if isinstance(cell, (int, float, str)) and not isinstance(cell, bool):
        try:
            value = math.nan if isinstance(cell, str) and "_" in cell else float(cell)
        except (ValueError, OverflowError):
            value = math.nan
        if abs(value) <= LARGEST:
            return value
    raise _Unreadable(f"{_shown(cell)} is not a finite number; null says that it is missing")


def _read_truth(cell: Any) -> float:
    if isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str) and cell.strip().casefold() in TRUTH:
        return TRUTH[cell.strip().casefold()]
    try:
        value = _read_number(cell)
    except _Unreadable:
        value = math.inf
    if value in {0.0, 1.0} or math.isnan(value):
        return value
    raise _Unreadable(f"{_shown(cell)} is neither true nor false; null says that it is missing")


def _level_reader(encoder: LevelEncoder) -> Read:
    code_of = {level: float(code) for code, level in enumerate(encoder.levels)}

    def read(cell: Any) -> float:
        if cell is None:
            return math.nan
        if isinstance(cell, (str, int, float)) and not isinstance(cell, bool):
            return code_of.get(str(cell).strip(), math.nan)
        raise _Unreadable(f"{_shown(cell)} is not a text; null says that it is missing")

    return read


def _field_faults(row: Mapping[Any, Any], names: Sequence[str], allowed: set[str], pointer: str) -> list[Fault]:
    unknown = [
        Fault(f"{pointer}/{_escape(str(name))}", f"there is no feature {name!r}; remove it", "unknown_feature")
        for name in row
        if name not in allowed
    ]
    return unknown + [
        Fault(f"{pointer}/{_escape(name)}", "this feature is required; null says that it is missing", "missing_feature")
        for name in names
        if name not in row
    ]


def _no_row(row: Any, names: Sequence[str], pointer: str) -> Fault:
    found = f"an array of {len(row)}" if isinstance(row, list) else _shown(row)
    message = f"a row is an object, or an array of the {len(names)} features in order; this is {found}"
    return Fault(pointer, message, "not_a_row")


def _shown(cell: Any) -> str:
    text = repr(cell)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
