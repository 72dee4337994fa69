"""The classes of a target: which there are, and the code of each row's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Fault, ValidationFailed
from models.tabular.values import Column, Value, decode_value

_MOST_NAMED = 20


def find_classes(values: NDArray[Any], column: Column) -> list[Value]:
    """All classes of a column (rows,), in order: texts, whole numbers, numbers or truth values."""
    if column["kind"] == "categorical":
        return list(column["levels"])
    return [decode_value(value, column) for value in np.unique(values[~np.isnan(values)])]


def encode_classes(values: NDArray[Any], column: Column, classes: Sequence[Value]) -> NDArray[np.intp]:
    """The code of each row's class (rows,), its place among ``classes``.

    Raises:
        ValidationFailed: names the values that are none of them.
    """
    code_of = {label: code for code, label in enumerate(classes)}
    found, members = np.unique(values, return_inverse=True)
    labels = [decode_value(value, column) for value in found]
    unknown = [label for label in labels if label not in code_of]
    if unknown:
        faults = [_unknown(column["name"], label) for label in unknown]
        raise ValidationFailed(faults[:_MOST_NAMED])
    return np.array([code_of[label] for label in labels], np.intp)[members]


def label_text(label: Value) -> str:
    """A class as a JSON object's name: a truth value as JSON writes it."""
    return str(label).lower() if isinstance(label, bool) else str(label)


def _unknown(name: str, label: Value) -> Fault:
    message = f"{name!r} has a class {label!r} that the dataset to learn from does not have; remove its rows"
    return Fault("/validation/dataset", message, "unknown_class")
