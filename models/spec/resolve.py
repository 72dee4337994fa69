"""From what a user asked for to the full description of the run, held against the dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from models.errors import Fault, ValidationFailed
from models.spec.class_weights import class_weight_faults
from models.spec.job import MAX_NAME, JobSpec
from models.spec.ranges import range_faults
from models.spec.second_dataset import second_dataset_faults
from models.spec.several_labels import label_faults
from models.spec.watched_metrics import watched_metric_faults

_COSTS = {
    "classification": ("cross_entropy", "binary_cross_entropy"),
    "classification with several labels a row": ("binary_cross_entropy",),
    "regression": ("mean_squared_error", "mean_absolute_error", "huber"),
}
"""By kind of task; the first is the one to take when none is asked for."""
MAX_CLASSES = 10_000
_MOST_FRACTIONS, _FEW_CLASSES = 100, 20

Column = Mapping[str, Any]


def resolve(
    spec: JobSpec,
    columns: Sequence[Column],
    rows: int,
    *,
    max_parameters: int,
    validation_columns: Sequence[Column] = (),
) -> JobSpec:
    """Fill in what follows from the dataset: features, cost, the largest number of workers.

    Args:
        spec: as submitted.
        columns: the dataset's columns as stored: name, kind, missing, levels, min, max, distinct.
        rows: of the dataset.
        max_parameters: the largest network the service takes.
        validation_columns: those of the second dataset, where the spec names one.

    Raises:
        ValidationFailed: with every disagreement between spec and dataset.
    """
    by_name = {column["name"]: column for column in columns}
    features = _features(spec, by_name)
    target = by_name.get(spec.targets[0])
    faults = [
        *column_faults(spec, by_name, rows),
        *_training_faults(spec, rows),
        *_class_weight_faults(spec, by_name),
        *watched_metric_faults(spec, _class_count(target) if target else 0, validation_columns),
        *range_faults(spec, by_name, features, validation_columns),
        *second_dataset_faults(spec, validation_columns, by_name, features),
    ]
    if not faults:
        faults = _size_faults(parameter_count(spec, by_name, features), max_parameters)
    if faults:
        raise ValidationFailed(faults)
    return spec.model_copy(
        update={
            "name": spec.name or _name_for(spec),
            "features": features,
            "training": spec.training.model_copy(update={"cost": spec.training.cost or _COSTS[_kind(spec)][0]}),
            "workers": spec.workers.model_copy(update={"max": min(spec.workers.max or spec.shards, spec.shards)}),
        }
    )


def column_faults(spec: JobSpec, by_name: Mapping[str, Column], rows: int) -> list[Fault]:
    """What is wrong with the columns that a spec names: by its task, target, features and sample weight alone."""
    return [
        *_name_faults(spec, by_name, _features(spec, by_name)),
        *_target_faults(spec, by_name, rows),
        *_sample_weight_faults(spec, by_name),
    ]


def output_count(spec: JobSpec, by_name: Mapping[str, Column]) -> int:
    """How many outputs the network has: one a class (one alone for a binary cross-entropy), or one a target."""
    if spec.task == "regression" or spec.several_labels:
        return len(spec.targets)
    if spec.training.cost == "binary_cross_entropy":
        return 1
    return _class_count(by_name[spec.targets[0]])


def input_count(by_name: Mapping[str, Column], features: Sequence[str]) -> int:
    """How many inputs the features make: a categorical one has one for each of its levels."""
    return sum(len(by_name[name]["levels"]) if by_name[name]["kind"] == "categorical" else 1 for name in features)


def network_widths(spec: JobSpec, by_name: Mapping[str, Column], features: Sequence[str] | None = None) -> list[int]:
    """Inputs, units of each layer, outputs; of a resolved spec when no features are given."""
    hidden = [layer.units for layer in spec.network.hidden]
    return [input_count(by_name, features or spec.features or ()), *hidden, output_count(spec, by_name)]


def parameter_count(spec: JobSpec, by_name: Mapping[str, Column], features: Sequence[str]) -> int:
    """Weights and biases of the whole network."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(network_widths(spec, by_name, features)))


def _features(spec: JobSpec, by_name: Mapping[str, Column]) -> tuple[str, ...]:
    return spec.features or tuple(name for name in by_name if name not in (*spec.targets, spec.sample_weight))


def _kind(spec: JobSpec) -> str:
    return "classification with several labels a row" if spec.several_labels else spec.task


def _name_for(spec: JobSpec) -> str:
    """Many targets make a long name: it is cut to what a name may have."""
    name = f"{spec.task} of {', '.join(spec.targets)}"
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"


def _class_count(column: Column) -> int:
    return len(column["levels"]) if column["levels"] else int(column["distinct"])


def _name_faults(spec: JobSpec, by_name: Mapping[str, Column], features: Sequence[str]) -> list[Fault]:
    known = ", ".join(list(by_name)[:20]) + (", …" if len(by_name) > 20 else "")
    faults = [
        Fault(pointer, f"the dataset has no column {name!r}; it has {known}", "unknown_column")
        for pointer, name in _pointed_columns(spec)
        if name not in by_name
    ]
    if not features:
        faults.append(Fault("/features", "no column is left to predict from", "no_features"))
    for index, name in enumerate(spec.features or ()):
        if name in spec.targets:
            faults.append(Fault(f"/features/{index}", f"{name!r} is the target", "target_as_feature"))
        if name == spec.sample_weight:
            faults.append(Fault(f"/features/{index}", f"{name!r} is the sample weight", "weight_as_feature"))
        if name in (spec.features or ())[:index]:
            faults.append(Fault(f"/features/{index}", f"{name!r} is listed twice", "repeated_column"))
    return faults


def _pointed_columns(spec: JobSpec) -> list[tuple[str, str]]:
    features = [(f"/features/{index}", name) for index, name in enumerate(spec.features or ())]
    weight = [("/sample_weight", spec.sample_weight)] if spec.sample_weight is not None else []
    return spec.pointed_targets + features + weight


def _target_faults(spec: JobSpec, by_name: Mapping[str, Column], rows: int) -> list[Fault]:
    faults: list[Fault] = []
    for place, (pointer, name) in enumerate(spec.pointed_targets):
        column = by_name.get(name)
        if name in spec.targets[:place]:
            faults.append(Fault(pointer, f"{name!r} is listed twice", "repeated_column"))
        if column is None or name in spec.targets[:place]:
            continue
        if column["missing"]:
            message = f"{name!r} is missing in {column['missing']} rows; remove these rows or fill them in"
            faults.append(Fault(pointer, message, "missing_targets"))
        if spec.several_labels:
            faults += label_faults(pointer, column)
        elif spec.task == "classification":
            faults += _class_faults(pointer, column, spec, rows)
        else:
            faults += _number_faults(pointer, column)
    return faults


def _sample_weight_faults(spec: JobSpec, by_name: Mapping[str, Column]) -> list[Fault]:
    """A row can count once, not at all, or half as much again; but not less than nothing, and it must be known."""
    name = spec.sample_weight
    column = by_name.get(name) if name is not None else None
    if column is None:
        return []
    why = None
    if name in spec.targets:
        why = "is the target"
    elif column["kind"] not in ("numeric", "integer"):
        why = f"is {column['kind']}; weights are numbers"
    elif column["missing"]:
        why = f"is missing in {column['missing']} rows; fill them in, with 1 for a row that counts once"
    elif column["min"] < 0:
        why = f"has negative numbers, the least is {column['min']:g}"
    elif column["max"] == 0:
        why = "is 0 in every row: there is nothing to learn from"
    return [Fault("/sample_weight", f"{name!r} {why}", "unusable_weight")] if why else []


def _number_faults(pointer: str, column: Column) -> list[Fault]:
    if column["kind"] != "categorical":
        return []
    message = f"{column['name']!r} holds text; a regression target holds numbers: use a classification"
    return [Fault(pointer, message, "text_target")]


def _class_faults(pointer: str, column: Column, spec: JobSpec, rows: int) -> list[Fault]:
    classes = _class_count(column)
    if why := _why_continuous(column, classes, rows):
        message = f"{column['name']!r} holds {why}: if it is a quantity, set task to regression"
        return [Fault(pointer, message, "continuous_target")]
    if classes < 2:
        return [Fault(pointer, f"{column['name']!r} has one class only; there is nothing to learn", "one_class")]
    if classes > MAX_CLASSES:
        message = f"{column['name']!r} has more than {MAX_CLASSES:,} classes, which is the most: "
        message += "group them" if column["kind"] == "categorical" else "group them, or set task to regression"
        return [Fault(pointer, message, "too_many_classes")]
    if spec.training.cost == "binary_cross_entropy" and classes != 2:
        message = f"binary_cross_entropy needs two classes, {column['name']!r} has {classes}: use cross_entropy"
        return [Fault("/training/cost", message, "not_binary")]
    return []


def _why_continuous(column: Column, classes: int, rows: int) -> str | None:
    """What tells a quantity from classes: most of its numbers have a fraction, or stand in one row or two.

    A class is learnt from its rows, so honest ones have more than two rows on the average; a handful of numbers may be
    classes in a table of any size.
    """
    if column["kind"] == "numeric" and classes > _MOST_FRACTIONS:
        return f"{classes:,} different fractional numbers"
    if column["kind"] in ("integer", "numeric") and classes > max(_FEW_CLASSES, rows / 2):
        return f"{classes:,} different numbers in {rows:,} rows, fewer than two rows each"
    return None


def _training_faults(spec: JobSpec, rows: int) -> list[Fault]:
    faults: list[Fault] = []
    cost, kind = spec.training.cost, _kind(spec)
    if cost is not None and cost not in _COSTS[kind]:
        message = f"{cost} is not a cost for a {kind}; choose {' or '.join(_COSTS[kind])}"
        faults.append(Fault("/training/cost", message, "cost_of_other_task"))
    if spec.training.class_weight is not None and spec.task != "classification":
        faults.append(Fault("/training/class_weight", "only a classification has classes", "no_classes"))
    if spec.workers.min > spec.shards:
        message = f"{spec.workers.min} workers cannot share {spec.shards} shards"
        faults.append(Fault("/workers/min", message, "more_workers_than_shards"))
    if spec.validation and spec.validation.fraction and rows < 2:
        faults.append(Fault("/validation/fraction", "the dataset has too few rows to hold any back", "too_few_rows"))
    return faults


def _class_weight_faults(spec: JobSpec, by_name: Mapping[str, Column]) -> list[Fault]:
    """Weights for classes that are not there; which a column of numbers has, only its file says."""
    if spec.training.class_weight is not None and spec.several_labels:
        message = "a row has a class of each target, so none can say how much it counts: use sample_weight"
        return [Fault("/training/class_weight", message, "several_labels")]
    target = by_name.get(spec.targets[0])
    if target is None or target["kind"] not in ("categorical", "boolean"):
        return []
    return class_weight_faults(spec, target["levels"] or ["false", "true"])


def _size_faults(parameters: int, limit: int) -> list[Fault]:
    if parameters <= limit:
        return []
    message = f"the network would have {parameters:,} parameters; at most {limit:,} are possible: use fewer units"
    return [Fault("/network/hidden", message, "too_many_parameters")]
