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
from models.tabular.answers import decode_classes, decode_labels, decode_values
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
    """The labels by code; None for a regression and for several labels a row."""
    binary: bool
    """Two classes with one output: the probability of the second."""
    labels: tuple[tuple[Value, ...], ...] | None = None
    """The two classes of each of several targets; None where a row has one label, or numbers."""

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
            targets: names of columns; several for a classification are labels that a row may have at once.
            task: what the network is for.
            rows: of the matrix to learn from.
            standardize: whether numbers are scaled.
            binary: whether two classes have one output; several labels always do.
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
        inputs, classes, labels = tuple(encoders[name] for name in features), None, None
        if task == "classification":
            found = [find_classes(matrix[:, place_of[name]], columns[place_of[name]]) for name in targets]
            classes = found[0] if len(targets) == 1 else None
            labels = tuple(tuple(pair) for pair in found) if classes is None else None
        return cls(task, inputs, tuple(targets), classes, binary or labels is not None, labels)

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

    @property
    def output_labels(self) -> tuple[Value, ...]:
        """The classes by code, or of several targets the second class of each; none of a regression."""
        if self.labels is not None:
            return tuple(pair[1] for pair in self.labels)
        return tuple(self.classes or ())

    def transform(self, matrix: Array, columns: Sequence[Column]) -> NDArray[np.float64]:
        """Inputs (rows, n_inputs) of raw rows; ``columns`` are those of this matrix, in any order.

        Each row by itself: its bits do not depend on the others.

        Raises:
            ValidationFailed: a feature is not there, or is of another sort.
        """
        return encode_inputs(self.encoders, matrix, columns)

    def encode_target(self, matrix: Array, columns: Sequence[Column]) -> Array:
        """Class codes (rows,) of type intp; float64 (rows, n_outputs) for a regression, one output or several labels.

        Raises:
            ValidationFailed: a target is missing, or is of a class that was not there to learn from.
        """
        kind_of = {column["name"]: column["kind"] for column in columns}
        has_classes = self.task == "classification"
        wanted = [(name, has_classes and kind_of.get(name) == "categorical") for name in self.targets]
        places = find_columns(columns, wanted)
        values = np.asarray(matrix)[:, places]
        self._refuse_missing(np.isnan(values))
        if self.labels is not None:
            found = zip(values.T, places, self.labels, strict=True)
            codes = np.column_stack([encode_classes(each, columns[place], pair) for each, place, pair in found])
            return codes.astype(np.float64)
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
        """An answer a row: ``label`` and ``probabilities``, or ``value``; several targets have ``labels`` and
        ``probabilities``, or ``values``, by target.
        """
        if self.labels is not None:
            return decode_labels(self.targets, self.labels, outputs)
        if self.classes is None:
            return decode_values(self.targets, outputs)
        return decode_classes(self.classes, outputs, binary=self.binary)

    def decode_target(self, y: Array) -> list[Any]:
        """What ``encode_target`` made, as the dataset has it: a class, a class of each target, or a list of numbers."""
        if self.task == "regression":
            numbers: list[Any] = y.tolist()
            return numbers
        codes = y.reshape(len(y), -1).astype(np.intp).tolist()
        if self.labels is None:
            return [(self.classes or [])[code] for (code,) in codes]
        return [
            {name: pair[code] for name, pair, code in zip(self.targets, self.labels, row, strict=True)} for row in codes
        ]

    def to_json(self) -> dict[str, Any]:
        """As the job and every export keep it; only several labels have ``labels``, the classes of each target."""
        labels = {} if self.labels is None else {"labels": dict(zip(self.targets, map(list, self.labels), strict=True))}
        return {
            "task": self.task,
            "features": [encoder.to_json() for encoder in self.encoders],
            "targets": list(self.targets),
            "classes": None if self.classes is None else list(self.classes),
            "binary": self.binary,
            **labels,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Preprocessing:
        """What ``to_json`` made."""
        encoders = tuple(encoder_from_json(part) for part in document["features"])
        classes = None if document["classes"] is None else list(document["classes"])
        targets, pairs = tuple(document["targets"]), document.get("labels")
        labels = None if pairs is None else tuple(tuple(pairs[name]) for name in targets)
        return cls(document["task"], encoders, targets, classes, document["binary"], labels)

    def _refuse_missing(self, missing: NDArray[np.bool_]) -> None:
        counts = missing.sum(axis=0).tolist()
        faults = [
            Fault("/target", f"{name!r} is missing in some rows; remove them or fill them in", "missing_targets")
            for name, count in zip(self.targets, counts, strict=True)
            if count
        ]
        if faults:
            raise ValidationFailed(faults)
