"""What a spec will come to: parameters, rows, steps, memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.spec import JobSpec
from models.spec.resolve import input_count, output_count, parameter_count

_SLOTS = {"sgd": 0, "momentum": 1, "nesterov": 1, "rmsprop": 1, "adagrad": 1, "adam": 2, "adamw": 2}
"""Vectors of the parameters' size that each optimizer keeps."""
_BYTES = {"float32": 4, "float64": 8}


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of a run."""

    parameters: int
    rows: int
    training_rows: int
    steps_per_epoch: int
    steps_total: int
    memory_bytes: int
    """Of a gang: its shared segment and the prepared rows it maps, without the processes themselves."""

    def to_json(self) -> dict[str, int]:
        """As the API shows it."""
        return asdict(self)


def plan_of(spec: JobSpec, columns: Sequence[Mapping[str, Any]], *, rows: int, training_rows: int) -> Plan:
    """The plan of a resolved spec on a dataset of ``rows`` rows, of which ``training_rows`` are not held back."""
    by_name = {column["name"]: column for column in columns}
    features = spec.features or ()
    parameters = parameter_count(spec, by_name, features)
    steps_per_epoch = -(-training_rows // min(spec.training.batch_size, training_rows))
    width = input_count(by_name, features) + 1 + output_count(spec, by_name)
    vectors = 2 + _SLOTS[spec.training.optimizer.name] + spec.shards  # parameters, best, slots, a gradient a shard
    return Plan(
        parameters=parameters,
        rows=rows,
        training_rows=training_rows,
        steps_per_epoch=steps_per_epoch,
        steps_total=steps_per_epoch * spec.training.max_epochs,
        memory_bytes=(vectors * parameters + rows * width) * _BYTES[spec.training.dtype],
    )
