"""Several labels a row: each target is a question of its own, with two answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.errors import Fault

_REMEDY = "each target of several labels is true or false, 0 or 1, or one of two texts"


def label_faults(pointer: str, column: Mapping[str, Any]) -> list[Fault]:
    """Why a column cannot be one of several labels.

    Args:
        pointer: to its name in the spec.
        column: as stored: name, kind, levels, distinct, min, max.
    """
    name, texts = column["name"], column["kind"] == "categorical"
    values = len(column["levels"]) if texts else column["distinct"]
    if values < 2:
        message = f"{name!r} has the same value in every row; there is nothing to learn: leave it out"
        return [Fault(pointer, message, "one_class")]
    if texts and values > 2:
        return [Fault(pointer, f"{name!r} holds {values} different texts; {_REMEDY}", "not_a_label")]
    if column["kind"] in ("integer", "numeric") and (values > 2 or column["min"] != 0 or column["max"] != 1):
        return [Fault(pointer, f"{name!r} holds other numbers than 0 and 1; {_REMEDY}", "not_a_label")]
    return []
