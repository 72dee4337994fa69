"""Which rows of a job's dataset are traced: consecutive ones, or the batch of the step that follows a kept state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifacts import ArtifactStore
from models.errors import Fault, ValidationFailed
from models.records import Dataset
from models.spec import JobSpec
from models.tabular import Preprocessing
from models.tabular.classes import label_text
from models.training_rows import divide_rows
from service.predictions.trained import Trained
from worker.backprop.row_weights import row_weights
from worker.backprop.steps import Steps

MOST_TRACED = 1024
"""Rows of one trace, when they are counted from a first one."""
MOST_IN_BATCH = 16_384
"""Rows of a batch that is traced whole."""

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class TracedRows:
    """Rows as the network takes them.

    Attributes:
        numbers: of the rows in the dataset, in the order in which they pass.
        x: (n, inputs).
        y: (n,) class codes, or (n, outputs).
        weight: (n,) how much each counts, or None for once each.
        shards: how many they are cut into.
        epoch: whose batch they are, counted from 1; None if they are none.
    """

    numbers: Array
    x: Array
    y: Array
    weight: Array | None = None
    shards: int = 1
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset with what the job has learnt of it."""

    dataset: Dataset
    matrix: Array
    """The raw rows, mapped."""
    preprocessing: Preprocessing

    def encode(self, numbers: Array, dtype: str) -> tuple[Array, Array]:
        """Inputs and targets of some rows, to the bit what the workers prepare of them."""
        block, columns = np.array(self.matrix[numbers]), self.dataset.columns
        y = self.preprocessing.encode_target(block, columns)
        return self.preprocessing.transform(block, columns).astype(dtype), y if y.dtype == np.intp else y.astype(dtype)

    def column(self, name: str, rows: Array) -> tuple[Array, dict[str, Any]]:
        """One raw column (n, 1) of some rows, and what it is."""
        place = next(i for i, column in enumerate(self.dataset.columns) if column["name"] == name)
        return self.matrix[rows, place][:, None], self.dataset.columns[place]


def open_source(trained: Trained, dataset: Dataset, store: ArtifactStore) -> Source:
    """Raises ArtifactMissing if the dataset's file is gone."""
    matrix = np.load(store.local_path(dataset.artifact), mmap_mode="r", allow_pickle=False)
    return Source(dataset, matrix.view(np.ndarray), Preprocessing.from_json(trained.preprocessing))


def consecutive_rows(source: Source, trained: Trained, row: int, rows: int) -> TracedRows:
    """The dataset's rows [row, row + rows), each counting once.

    Raises:
        ValidationFailed: there are no such rows, or one of them cannot be used.
    """
    there = source.dataset.rows
    if row + rows > there:
        asked = f"{row}" if rows == 1 else f"{row} to {row + rows - 1}"
        message = f"the dataset has the rows 0 to {there - 1}; asked for {asked}"
        raise ValidationFailed([Fault("/query/row", message, "not_in_range")])
    numbers = np.arange(row, row + rows)
    return TracedRows(numbers, *source.encode(numbers, trained.dtype))


def next_batch(source: Source, trained: Trained, spec: JobSpec) -> TracedRows:
    """What the step after this state trained on, or would: its rows in its order, its weights, its shards.

    Raises:
        ValidationFailed: it has too many rows to be traced at once.
    """
    training = spec.training
    train, _ = divide_rows(spec, source.matrix, source.dataset.columns)
    steps = Steps(len(train), min(training.batch_size, len(train)), training.max_epochs, spec.shards)
    start, stop = steps.batch(trained.step)
    if stop - start > MOST_IN_BATCH:
        message = (
            f"the batch has {stop - start:,} rows; up to {MOST_IN_BATCH:,} are traced: trace some with row and rows"
        )
        raise ValidationFailed([Fault("/query/batch", message, "too_large")])
    places = steps.rows_of(trained.step, training.seed, shuffle=training.shuffle)
    numbers, weights = train[places], _weights(source, spec, train)
    return TracedRows(
        numbers,
        *source.encode(numbers, trained.dtype),
        weight=None if weights is None else weights[places].astype(training.dtype),
        shards=spec.shards,
        epoch=trained.step // steps.steps_per_epoch + 1,
    )


def _weights(source: Source, spec: JobSpec, train: Array) -> Array | None:
    """How much each training row counts; balanced classes are counted over all of them."""
    training, y, sample = spec.training, train, None
    if training.class_weight is None and spec.sample_weight is None:
        return None
    if training.class_weight is not None:
        values, column = source.column(spec.targets[0], train)
        y = source.preprocessing.encode_target(values, [column])
    if spec.sample_weight is not None:
        sample = source.column(spec.sample_weight, train)[0][:, 0].astype(training.dtype)
    labels = [label_text(label) for label in source.preprocessing.classes or ()]
    return row_weights(training.class_weight, labels, y, sample)
