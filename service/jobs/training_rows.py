"""What only a dataset's file tells of a run: how many rows it trains on, whether they count, and which
classes numbers make.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifacts import ArtifactStore
from models.errors import ArtifactMissing, Fault, ValidationFailed
from models.records import Dataset
from models.spec import JobSpec
from models.spec.class_weights import class_weight_faults
from models.spec.sample_weights import sample_weight_faults
from models.spec.second_dataset import POINTER, unknown_classes
from models.tabular import split, strata
from models.tabular.classes import find_classes, label_text
from models.training_rows import divide_rows

_READ_BYTES = 64 * 1024**2
"""Larger datasets are not read for a submission: a class or two may round the other way, and the worker, which
reads them anyway, sets the number of steps right, or says that there is no such class."""


def training_rows(spec: JobSpec, dataset: Dataset, store: ArtifactStore) -> int:
    """Rows of the dataset that are not held back.

    Raises:
        ValidationFailed: the dataset's file is gone.
    """
    fraction = spec.validation.fraction if spec.validation else None
    if not fraction:
        return dataset.rows
    if spec.task == "regression" or dataset.size_bytes > _READ_BYTES:
        return dataset.rows - min(max(1, round(dataset.rows * fraction)), dataset.rows - 1)
    train, _ = split(dataset.rows, strata(_targets(spec, dataset, store)), fraction, spec.training.seed)
    return len(train)


def check_class_weights(spec: JobSpec, dataset: Dataset, store: ArtifactStore) -> None:
    """Hold the class weights against the classes that a column of numbers has.

    Raises:
        ValidationFailed: some name a class that is not there, or the dataset's file is gone.
    """
    column = next(column for column in dataset.columns if column["name"] == spec.targets[0])
    numbers = column["kind"] in ("integer", "numeric")
    if not isinstance(spec.training.class_weight, dict) or not numbers or dataset.size_bytes > _READ_BYTES:
        return
    classes = [label_text(label) for label in find_classes(_targets(spec, dataset, store)[:, 0], column)]
    if faults := class_weight_faults(spec, classes):
        raise ValidationFailed(faults)


def check_sample_weights(spec: JobSpec, dataset: Dataset, store: ArtifactStore) -> None:
    """See that some of the rows that are not held back count.

    Raises:
        ValidationFailed: none does, or the dataset's file is gone.
    """
    if spec.sample_weight is None or dataset.size_bytes > _READ_BYTES:
        return
    matrix = _matrix(spec, dataset, store)
    train, _ = divide_rows(spec, matrix, dataset.columns)
    weights = matrix[train, _places(dataset)[spec.sample_weight]]
    if faults := sample_weight_faults(spec, float(weights.sum(dtype=np.float64))):
        raise ValidationFailed(faults)


def check_second_dataset(spec: JobSpec, dataset: Dataset, other: Dataset | None, store: ArtifactStore) -> None:
    """Hold the classes that numbers make in a second dataset against those of the dataset to learn from.

    Args:
        spec: resolved: what the columns' statistics tell has been looked at.
        dataset: to learn from.
        other: to validate on, if there is one.
        store: holds both files.

    Raises:
        ValidationFailed: there are others, or a file is gone.
    """
    if other is None or spec.task == "regression":
        return
    if max(dataset.size_bytes, other.size_bytes) > _READ_BYTES:
        return
    columns, theirs = ({column["name"]: column for column in each.columns} for each in (dataset, other))
    targets, their_targets = _targets(spec, dataset, store), _targets(spec, other, store)
    faults = []
    for place, name in enumerate(spec.targets):
        if columns[name]["kind"] == "categorical":
            continue
        known = set(find_classes(targets[:, place], columns[name]))
        unknown = [label for label in find_classes(their_targets[:, place], theirs[name]) if label not in known]
        faults += [unknown_classes(name, unknown)] if unknown else []
    if faults:
        raise ValidationFailed(faults)


def _targets(spec: JobSpec, dataset: Dataset, store: ArtifactStore) -> NDArray[Any]:
    places = _places(dataset)
    return np.array(_matrix(spec, dataset, store)[:, [places[name] for name in spec.targets]])


def _places(dataset: Dataset) -> dict[str, int]:
    return {column["name"]: place for place, column in enumerate(dataset.columns)}


def _matrix(spec: JobSpec, dataset: Dataset, store: ArtifactStore) -> NDArray[Any]:
    """The dataset's numbers, mapped."""
    try:
        matrix: NDArray[Any] = np.load(store.local_path(dataset.artifact), mmap_mode="r", allow_pickle=False)
    except ArtifactMissing:
        message = f"the file of dataset {dataset.id} is gone: upload it again"
        pointer = "/dataset" if dataset.id == spec.dataset else POINTER
        raise ValidationFailed([Fault(pointer, message, "dataset_missing")]) from None
    return matrix
