"""Preprocessing: learnt on the training rows, kept with the job, part of every export.

Numbers are standardized, (x - mean) / scale; texts become one input a level; what is missing becomes the mean,
or no level at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Fault, ValidationFailed
from models.tabular.answers import decode_outputs, encode_rows
from models.tabular.encoders import Encoder, LevelEncoder, NumberEncoder, learn_numbers

Array = NDArray[Any]
Column = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """From raw rows to inputs and targets, and from outputs back to answers."""

    task: str
    features: tuple[Encoder, ...]
    targets: tuple[str, ...]
    classes: tuple[Any, ...] | None
    """The labels by code: texts, numbers or truth values; None for a regression."""
    binary: bool
    """Two classes with one output: the probability of the second."""

    @property
    def input_names(self) -> list[str]:
        """Of the network's inputs, in order."""
        return [name for encoder in self.features for name in encoder.input_names]

    @property
    def n_inputs(self) -> int:
        """Inputs of the network."""
        return sum(len(encoder.input_names) for encoder in self.features)

    @property
    def n_outputs(self) -> int:
        """Outputs of the network."""
        if self.classes is None:
            return len(self.targets)
        return 1 if self.binary else len(self.classes)

    @classmethod
    def learn(
        cls,
        matrix: Array,
        columns: Sequence[Column],
        features: Sequence[str],
        targets: Sequence[str],
        task: str,
        rows: NDArray[np.int64],
        *,
        standardize: bool,
        binary: bool,
    ) -> Preprocessing:
        """Learn from the training rows; only which classes there are comes from all rows.

        Args:
            matrix: the raw dataset, (rows, columns).
            columns: what its columns are.
            features, targets: column names.
            task: ``classification`` or ``regression``.
            rows: of the matrix to learn from.
            standardize: whether numbers are scaled.
            binary: whether a classification has one output.
        """
        names = [column["name"] for column in columns]
        encoders: list[Encoder] = []
        for name in features:
            index = names.index(name)
            if columns[index]["kind"] == "categorical":
                encoders.append(LevelEncoder(name, tuple(columns[index]["levels"])))
            else:
                encoders.append(learn_numbers(matrix, index, name, rows, standardize=standardize))
        classes = None
        if task == "classification":
            index = names.index(targets[0])
            classes = _classes(matrix[:, index], columns[index])
        return cls(task, tuple(encoders), tuple(targets), classes, binary)

    def transform(self, matrix: Array, columns: Sequence[Column]) -> NDArray[np.float64]:
        """Inputs (rows, n_inputs) of raw rows; ``columns`` are those of this matrix, in any order."""
        out = np.empty((len(matrix), self.n_inputs))
        start = 0
        for encoder in self.features:
            stop = start + len(encoder.input_names)
            encoder.encode(_column_values(matrix, columns, encoder), out[:, start:stop])
            start = stop
        return out

    def encode_target(self, matrix: Array, columns: Sequence[Column]) -> Array:
        """Class codes (rows,) of type intp, or float64 (rows, n_outputs).

        Raises:
            ValidationFailed: a target is missing, or is of a class that was not there to learn from.
        """
        names = [column["name"] for column in columns]
        indexes = [names.index(name) for name in self.targets]
        values = np.asarray(matrix[:, indexes], np.float64)
        if np.isnan(values).any():
            raise ValidationFailed([Fault("/target", "a target value is missing; remove these rows or fill them in")])
        if self.classes is None:
            return values
        codes = self._codes(values[:, 0], columns[indexes[0]])
        return codes.reshape(-1, 1).astype(np.float64) if self.binary else codes

    def encode_rows(self, rows: Sequence[Any]) -> NDArray[np.float64]:
        """See ``answers.encode_rows``."""
        return encode_rows(self.features, rows)

    def decode_outputs(self, outputs: Array) -> list[dict[str, Any]]:
        """See ``answers.decode_outputs``."""
        return decode_outputs(self.targets, self.classes, outputs, binary=self.binary)

    def to_json(self) -> dict[str, Any]:
        """As the job and every export keep it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Preprocessing:
        """What ``to_json`` made."""
        encoders: list[Encoder] = [
            LevelEncoder(part["name"], tuple(part["levels"])) if "levels" in part else NumberEncoder(**part)
            for part in document["features"]
        ]
        classes = None if document["classes"] is None else tuple(document["classes"])
        return cls(document["task"], tuple(encoders), tuple(document["targets"]), classes, document["binary"])

    def _codes(self, values: Array, column: Column) -> NDArray[np.intp]:
        found, members = np.unique(values, return_inverse=True)
        by_label = {label: code for code, label in enumerate(self.classes or ())}
        labels = [_label(value, column) for value in found]
        unknown = [label for label in labels if label not in by_label]
        if unknown:
            message = f"{self.targets[0]!r} has a class {unknown[0]!r} that the dataset does not have"
            raise ValidationFailed([Fault("/validation/dataset", message, "unknown_class")])
        return np.array([by_label[label] for label in labels], np.intp)[members]


def _column_values(matrix: Array, columns: Sequence[Column], encoder: Encoder) -> Array:
    """The column's values, codes of levels translated to the encoder's own."""
    index = [column["name"] for column in columns].index(encoder.name)
    values = np.asarray(matrix[:, index])
    if isinstance(encoder, NumberEncoder) or tuple(columns[index]["levels"] or ()) == encoder.levels:
        return values
    own = {level: code for code, level in enumerate(encoder.levels)}
    table = np.array([own.get(level, -1) for level in columns[index]["levels"]], np.float64)
    codes = np.where(np.isnan(values), 0, values).astype(np.intp)
    return np.where(np.isnan(values), np.nan, table[codes])


def _classes(values: Array, column: Column) -> tuple[Any, ...]:
    if column["kind"] == "categorical":
        return tuple(column["levels"])
    return tuple(_label(value, column) for value in np.unique(values[~np.isnan(values)]))


def _label(value: float, column: Column) -> Any:
    if column["kind"] == "categorical":
        return column["levels"][int(value)]
    if column["kind"] == "boolean":
        return bool(value)
    return int(value) if column["kind"] == "integer" else float(value)
