"""What a job may be and is seldom meant to be: it is accepted, and its owner is told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.errors import Fault
from models.spec.job import JobSpec

Column = Mapping[str, Any]

_FAR = 100.0
"""So far from 0, or so far apart, a target's numbers may be: a network begins with answers around 0, about 1 apart."""
_MANY_INPUTS = 100


def warnings_of(spec: JobSpec, columns: Sequence[Column], rows: int, *, same_rows: bool = False) -> list[Fault]:
    """What its owner should know, each with its place in the spec.

    Args:
        spec: resolved.
        columns: the dataset's, as stored.
        rows: of the dataset.
        same_rows: whether the dataset to validate on is the one to learn from.
    """
    by_name = {column["name"]: column for column in columns}
    return [
        *_target_warnings(spec, by_name),
        *_feature_warnings(spec, by_name, rows),
        *_schedule_warnings(spec),
        *([_SAME_ROWS] if same_rows else []),
    ]


_SAME_ROWS = Fault(
    "/validation/dataset",
    "it holds the rows that are trained on, so what is measured there says nothing of rows the network has not seen: "
    'take another dataset, or {"fraction": 0.1}',
    "validated_on_training_rows",
)


def _target_warnings(spec: JobSpec, by_name: Mapping[str, Column]) -> Iterator[Fault]:
    if spec.task != "regression":
        return
    for pointer, name in spec.pointed_targets:
        low, high, mean = (by_name[name].get(end) for end in ("min", "max", "mean"))
        if low is None or high is None or mean is None:
            continue
        if max(abs(mean), _most_deviation(low, high, mean)) > _FAR:
            message = (
                f"{name!r} goes from {low:,.6g} to {high:,.6g}, its mean is {mean:,.6g}; a network begins around 0, "
                "about 1 apart, and learns such numbers slowly or not at all: scale the column before the upload, as "
                "by (x - mean) / standard deviation"
            )
            yield Fault(pointer, message, "unscaled_target")


def _most_deviation(low: float, high: float, mean: float) -> float:
    """What the standard deviation σ is at the most: σ² ≤ (max - μ)(μ - min).

    Source: Bhatia and Davis, A better bound on the variance, American Mathematical Monthly 107 (2000).
    """
    return math.sqrt(max(high - mean, 0.0)) * math.sqrt(max(mean - low, 0.0))


def _feature_warnings(spec: JobSpec, by_name: Mapping[str, Column], rows: int) -> Iterator[Fault]:
    for place, name in enumerate(spec.features or ()):
        column, pointer = by_name[name], f"/features/{place}"
        if column["missing"] == rows:
            yield Fault(
                pointer, f"{name!r} is missing in every row, and teaches nothing: leave it out", "empty_feature"
            )
        elif column["kind"] == "categorical" and len(column["levels"]) > max(_MANY_INPUTS, rows / 2):
            message = (
                f"{name!r} has {len(column['levels']):,} different texts in {rows:,} rows, each an input of its own, "
                "of which nothing can be learnt for other rows: leave it out, or group its texts"
            )
            yield Fault(pointer, message, "nearly_unique_feature")


def _schedule_warnings(spec: JobSpec) -> Iterator[Fault]:
    schedule, most = spec.training.schedule, spec.training.max_epochs
    if schedule.name == "warm_up" and schedule.epochs > most:
        message = f"it rises over {schedule.epochs:g} epochs and the job has {most}: the full rate is never reached"
        yield Fault("/training/schedule/epochs", message, "unfinished_warm_up")
