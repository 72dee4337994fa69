"""A second dataset to validate on, held against the first by what is known of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.errors import Fault
from models.spec.job import JobSpec

Column = Mapping[str, Any]

POINTER = "/validation/dataset"
_MOST_NAMED = 5
_REMEDY = "remove its rows, or add such rows to the dataset to learn from"


def second_dataset_faults(
    spec: JobSpec, columns: Sequence[Column], by_name: Mapping[str, Column], features: Sequence[str]
) -> list[Fault]:
    """Why the second dataset cannot be validated on; none where the spec names none.

    Args:
        spec: whose targets it is for.
        columns: of the second dataset, as stored.
        by_name: those of the dataset to learn from.
        features: names of columns.
    """
    if spec.validation is None or spec.validation.dataset is None:
        return []
    found = {column["name"]: column for column in columns}
    faults = []
    for name in (*features, *spec.targets):
        if name not in found:
            faults.append(Fault(POINTER, f"it has no column {name!r}", "unknown_column"))
        elif name not in by_name:
            continue
        elif _holds_text(found[name]) != _holds_text(by_name[name]):
            faults.append(_other_kind(found[name]))
        elif name in spec.targets:
            faults += _target_faults(spec, found[name], by_name[name])
    return faults


def unknown_classes(name: str, labels: Sequence[Any]) -> Fault:
    """The second dataset's target has classes that are nowhere in the first."""
    shown = ", ".join(repr(label) for label in labels[:_MOST_NAMED])
    shown += f" and {len(labels) - _MOST_NAMED} more" if len(labels) > _MOST_NAMED else ""
    classes = f"classes ({shown})" if len(labels) > 1 else f"a class ({shown})"
    message = f"its column {name!r} has {classes} that the dataset to learn from does not have: {_REMEDY}"
    return Fault(POINTER, message, "unknown_class")


def _target_faults(spec: JobSpec, found: Column, known: Column) -> list[Fault]:
    name = found["name"]
    faults = []
    if found["missing"]:
        message = f"its column {name!r} is missing in {found['missing']} rows; remove these rows or fill them in"
        faults.append(Fault(POINTER, message, "missing_targets"))
    if spec.task == "classification":
        faults += _class_faults(found, known)
    return faults


def _class_faults(found: Column, known: Column) -> list[Fault]:
    """Of numbers only the least, the greatest and how many there are is known; their file may say more."""
    name = found["name"]
    if _holds_text(found):
        levels = set(known["levels"])
        unknown = [level for level in found["levels"] if level not in levels]
        return [unknown_classes(name, unknown)] if unknown else []
    beyond = [_shown(found["min"])] if found["min"] < known["min"] else []
    beyond += [_shown(found["max"])] if found["max"] > known["max"] else []
    if beyond:
        return [unknown_classes(name, beyond)]
    if found["distinct"] > known["distinct"] or (found["kind"] == "numeric" and known["kind"] != "numeric"):
        message = f"its column {name!r} has {found['distinct']} classes, some of which are none of the "
        message += f"{known['distinct']} of the dataset to learn from: {_REMEDY}"
        return [Fault(POINTER, message, "unknown_class")]
    return []


def _shown(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def _holds_text(column: Column) -> bool:
    return bool(column["kind"] == "categorical")


def _other_kind(found: Column) -> Fault:
    does, should = ("text", "numbers") if _holds_text(found) else ("numbers", "text")
    message = f"its column {found['name']!r} holds {does}, that of the dataset to learn from holds {should}"
    return Fault(POINTER, message, "other_kind")
