"""Finding a column in a dataset that may have others, in another order, with other levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Fault, ValidationFailed
from models.tabular.values import Column

_SECOND = "/validation/dataset"
"""A dataset that does not fit is the one to validate on: the job was held against the first when it was accepted."""


def find_columns(columns: Sequence[Column], wanted: Sequence[tuple[str, bool]]) -> list[int]:
    """The places of the columns called so.

    Args:
        columns: those of a dataset.
        wanted: name, and whether it must hold text.

    Raises:
        ValidationFailed: some are not there, or are not of that sort.
    """
    place_of = {column["name"]: place for place, column in enumerate(columns)}
    faults = []
    for name, is_text in wanted:
        if name not in place_of:
            faults.append(Fault(_SECOND, f"the dataset has no column {name!r}", "unknown_column"))
        elif (columns[place_of[name]]["kind"] == "categorical") != is_text:
            should, does = ("text", "numbers") if is_text else ("numbers", "text")
            message = f"column {name!r} holds {does} where {should} was learnt from"
            faults.append(Fault(_SECOND, message, "other_kind"))
    if faults:
        raise ValidationFailed(faults)
    return [place_of[name] for name, _ in wanted]


def level_codes(values: NDArray[Any], found: Sequence[str], wanted: Sequence[str]) -> NDArray[np.intp]:
    """Codes (rows,) of levels as ``wanted`` orders them, from codes as ``found`` does; -1 if missing or not wanted."""
    code_of = {level: code for code, level in enumerate(wanted)}
    table = np.array([*(code_of.get(level, -1) for level in found), -1], np.intp)
    return table[np.where(np.isnan(values), len(found), values).astype(np.intp)]
