"""The names of the metrics a job can watch, and which way is better."""

from __future__ import annotations

import math

from models.spec.job import JobSpec

_CLASSIFICATION = ("cost", "accuracy", "certainty", "balanced_accuracy", "precision", "recall", "f1")
_REGRESSION = ("cost", "rmse", "mae", "r2")
_LESS_IS_BETTER = ("cost", "rmse", "mae")


def known_metrics(spec: JobSpec, classes: int) -> tuple[str, ...]:
    """What an epoch of this job records of the training rows and, where there are any, of the validation rows.

    Args:
        spec: whose task decides.
        classes: of the target; of no matter for a regression and for several labels.
    """
    names: tuple[str, ...] = _REGRESSION
    if spec.several_labels:
        names = (*_CLASSIFICATION, "exact_match")
    elif spec.task == "classification":
        names = (*_CLASSIFICATION, *(["roc_auc"] if classes == 2 else []), *(["top_5"] if classes > 10 else []))
    kinds = ("train", "validation") if spec.validation else ("train",)
    return tuple(f"{kind}_{name}" for kind in kinds for name in names)


def step_columns(spec: JobSpec) -> tuple[str, ...]:
    """What a step of this job records.

    ``impact_<layer>`` is the cost of the batch before the adjustment of the layer minus the cost after it.
    An order that adjusts all layers at once has no impact of one of them.
    """
    layers = range(len(spec.network.hidden) + 1) if spec.training.update_order != "simultaneous" else ()
    return ("train_cost", "learning_rate", "gradient_norm", *(f"impact_{layer}" for layer in layers))


def less_is_better(metric: str) -> bool:
    """Costs and errors fall, everything else rises."""
    return metric.removeprefix("validation_").removeprefix("train_") in _LESS_IS_BETTER


def least_and_most(metric: str) -> tuple[float, float]:
    """The range of its values: costs and errors are 0 or more, R² 1 or less, all others shares."""
    name = metric.removeprefix("validation_").removeprefix("train_")
    if name == "r2":
        return -math.inf, 1.0
    return 0.0, math.inf if name in _LESS_IS_BETTER else 1.0


def watched_metric(spec: JobSpec) -> str:
    """The metric by which weights are the best so far: the one under patience, else the target's, else the cost."""
    if spec.stopping.patience is not None:
        return spec.stopping.patience.metric
    if spec.stopping.target is not None:
        return spec.stopping.target.metric
    return "validation_cost" if spec.validation else "train_cost"
