"""Numbers that the job's dtype cannot hold: they would become infinite, or zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from models.errors import Fault
from models.spec.job import JobSpec
from models.spec.second_dataset import POINTER

Column = Mapping[str, Any]


def range_faults(
    spec: JobSpec, by_name: Mapping[str, Column], features: Sequence[str], second: Sequence[Column]
) -> list[Fault]:
    """A fault for each number beyond the dtype's range.

    A standardized feature is scaled in float64 before it becomes a number of the dtype, so it may be of any size.

    Args:
        spec: whose dtype it is.
        by_name: the dataset's columns as stored.
        features: names of columns.
        second: the columns of the dataset to validate on; empty without one.
    """
    return [*_epsilon_faults(spec), *_column_faults(spec, by_name, features, second)]


def _epsilon_faults(spec: JobSpec) -> list[Fault]:
    epsilon, least = getattr(spec.training.optimizer, "epsilon", None), float(np.finfo(spec.training.dtype).tiny)
    if epsilon is None or epsilon >= least:
        return []
    message = (
        f"{epsilon:g} is zero or next to it as {spec.training.dtype}, and would be divided by: at least {least:.2g}"
    )
    return [Fault("/training/optimizer/epsilon", message, "below_range")]


def _column_faults(
    spec: JobSpec, by_name: Mapping[str, Column], features: Sequence[str], second: Sequence[Column]
) -> list[Fault]:
    most, others = float(np.finfo(spec.training.dtype).max), {column["name"]: column for column in second}
    faults = []
    for pointer, name in _kept_as_they_are(spec, features):
        for where, column in ((pointer, by_name.get(name)), (POINTER, others.get(name))):
            size = _largest(column) if column is not None else 0.0
            if size > most:
                message = f"{name!r} holds numbers up to {size:g}, beyond those of {spec.training.dtype} ({most:.2g}): "
                message += 'set training.dtype to "float64", or scale the column'
                faults.append(Fault(where, message, "beyond_range"))
    return faults


def _kept_as_they_are(spec: JobSpec, features: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Columns that reach the training unscaled, with their places in the spec."""
    if spec.task == "regression":
        yield from spec.pointed_targets
    if spec.sample_weight is not None:
        yield "/sample_weight", spec.sample_weight
    if not spec.preprocessing.standardize:
        for place, name in enumerate(features):
            yield (f"/features/{place}" if spec.features else "/preprocessing/standardize"), name


def _largest(column: Column) -> float:
    ends = [abs(column[end]) for end in ("min", "max") if column.get(end) is not None]
    return max(ends, default=0.0)
