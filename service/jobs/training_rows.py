"""How many rows a run trains on, after the split: what the number of its steps follows from."""

from __future__ import annotations

import numpy as np

from models.artifacts import ArtifactStore
from models.errors import ArtifactMissing, Fault, ValidationFailed
from models.records import Dataset
from models.spec import JobSpec
from models.tabular import split

_READ_BYTES = 64 * 1024**2
"""Larger datasets are not read for a submission: a class or two may round the other way, and the worker, which
reads them anyway, sets the number of steps right."""


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
    train, _ = split(dataset.rows, _target(spec, dataset, store), fraction, spec.training.seed)
    return len(train)


def _target(spec: JobSpec, dataset: Dataset, store: ArtifactStore) -> np.ndarray[tuple[int], np.dtype[np.floating]]:
    names = [column["name"] for column in dataset.columns]
    try:
        matrix = np.load(store.local_path(dataset.artifact), mmap_mode="r", allow_pickle=False)
    except ArtifactMissing:
        message = f"the file of dataset {dataset.id} is gone: upload it again"
        raise ValidationFailed([Fault("/dataset", message, "dataset_missing")]) from None
    return np.array(matrix[:, names.index(spec.targets[0])])
