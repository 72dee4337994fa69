"""Preprocessing: learnt on the training rows, kept with the job, part of every export.

Numbers are standardized, (x - mean) / scale; texts become one input a level; what is missing becomes the mean,
or no level at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import Fault, ValidationFailed
from models.tabular.answers import decode_classes, decode_values
from models.tabular.classes import encode_classes, find_classes
from models.tabular.columns import find_columns
from models.tabular.encoders import Encoder, LevelEncoder, NumberEncoder, encoder_from_json
from models.tabular.inputs import encode_inputs
from models.tabular.moments import column_moments
from models.tabular.raw_rows import read_rows
from models.tabular.values import Column, Value

Array = NDArray[Any]
Task = Literal["classification", "regression"]


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """From raw rows to inputs and targets, and from outputs back to answers."""

    task: Task
    encoders: tuple[Encoder, ...]
    """One a feature."""
    targets: tuple[str, ...]
    classes: list[Value] | None
    """The labels by code; None for a regression."""
    binary: bool
    """Two classes with one output: the probability of the second."""

    @classmethod
    def learn(
        cls,
        matrix: Array,
        columns: Sequence[Column],
        features: Sequence[str],
        targets: Sequence[str],
        task: Task,
        rows: NDArray[np.int64],
        *,
        standardize: bool,
        binary: bool,
    ) -> Preprocessing:
        """Learn from the training rows; only which classes there are comes from all rows.

        Args:
            matrix: the raw dataset, (rows, columns).
            columns: what its columns are.
            features: names of columns, in the order of the inputs.
            targets: names of columns; one for a classification.
            task: what the network is for.
            rows: of the matrix to learn from.
            standardize: whether numbers are scaled.
            binary: whether a classification has one output.
        """
        place_of = {column["name"]: place for place, column in enumerate(columns)}
        numbers = [name for name in features if columns[place_of[name]]["kind"] != "categorical"]
        means, scales = column_moments(matrix, [place_of[name] for name in numbers], rows)
        encoders: dict[str, Encoder] = {
            name: NumberEncoder(
                name, columns[place_of[name]]["kind"], float(mean), float(scale) if standardize else None
            )
            for name, mean, scale in zip(numbers, means, scales, strict=True)
        }
        for name in features:
            if name not in encoders:
                encoders[name] = LevelEncoder(name, tuple(columns[place_of[name]]["levels"]))
        target = place_of[targets[0]]
        classes = find_classes(matrix[:, target], columns[target]) if task == "classification" else None
        return cls(task, tuple(encoders[name] for name in features), tuple(targets), classes, binary)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns it predicts from, in order."""
        return tuple(encoder.name for encoder in self.encoders)

    @property
    def input_names(self) -> list[str]:
        """Of the network's inputs, in order."""
        return [name for encoder in self.encoders for name in encoder.input_names]

    @property
    def n_inputs(self) -> int:
        """Inputs of the network."""
        return len(self.input_names)

    @property
    def n_outputs(self) -> int:
        """Outputs of the network."""
        if self.classes is None:
            return len(self.targets)
        return 1 if self.binary else len(self.classes)

    def transform(self, matrix: Array, columns: Sequence[Column]) -> NDArray[np.float64]:
        """Inputs (rows, n_inputs) of raw rows; ``columns`` are those of this matrix, in any order.

        Each row by itself: its bits do not depend on the others.

        Raises:
            ValidationFailed: a feature is not there, or is of another sort.
        """
        return encode_inputs(self.encoders, matrix, columns)

    def encode_target(self, matrix: Array, columns: Sequence[Column]) -> Array:
        """Class codes (rows,) of type intp, or float64 (rows, n_outputs) for a regression or one output.

        Raises:
            ValidationFailed: a target is missing, or is of a class that was not there to learn from.
        """
        kind_of = {column["name"]: column["kind"] for column in columns}
        wanted = [(name, self.classes is not None and kind_of.get(name) == "categorical") for name in self.targets]
        places = find_columns(columns, wanted)
        values = np.asarray(matrix)[:, places]
        self._refuse_missing(np.isnan(values))
        if self.classes is None:
            return np.ascontiguousarray(values, np.float64)
        codes = encode_classes(values[:, 0], columns[places[0]], self.classes)
        return codes.reshape(-1, 1).astype(np.float64) if self.binary else codes

    def encode_rows(self, rows: Sequence[Mapping[str, Any] | Sequence[Any]]) -> NDArray[np.float64]:
        """Inputs (rows, n_inputs) of rows as JSON has them.

        Raises:
            ValidationFailed: with every fault, at pointers such as ``/rows/3/size``.
        """
        own = [{"name": encoder.name, "kind": encoder.kind, "levels": encoder.levels} for encoder in self.encoders]
        return self.transform(read_rows(self.encoders, self.targets, rows), own)

    def decode_outputs(self, outputs: Array) -> list[dict[str, Any]]:
        """An answer a row: ``label`` and ``probabilities``, or ``value``, or ``values`` by target."""
        if self.classes is None:
            return decode_values(self.targets, outputs)
        return decode_classes(self.classes, outputs, binary=self.binary)

    def to_json(self) -> dict[str, Any]:
        """As the job and every export keep it."""
        return {
            "task": self.task,
            "features": [encoder.to_json() for encoder in self.encoders],
            "targets": list(self.targets),
            "classes": None if self.classes is None else list(self.classes),
            "binary": self.binary,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Preprocessing:
        """What ``to_json`` made."""
        encoders = tuple(encoder_from_json(part) for part in document["features"])
        classes = None if document["classes"] is None else list(document["classes"])
        return cls(document["task"], encoders, tuple(document["targets"]), classes, document["binary"])

    def _refuse_missing(self, missing: NDArray[np.bool_]) -> None:
        counts = missing.sum(axis=0).tolist()
        faults = [
            Fault("/target", f"{name!r} is missing in some rows; remove them or fill them in", "missing_targets")
            for name, count in zip(self.targets, counts, strict=True)
            if count
        ]
        if faults:
            raise ValidationFailed(faults)
