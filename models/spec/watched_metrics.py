"""The metrics that stopping rules watch: recorded at all, of a value they can have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.errors import Fault
from models.spec.job import JobSpec
from models.spec.metrics import known_metrics, least_and_most

Column = Mapping[str, Any]


def watched_metric_faults(spec: JobSpec, classes: int, second: Sequence[Column]) -> list[Fault]:
    """Why a stopping rule could never, or not sensibly, end the job.

    Args:
        spec: whose rules they are.
        classes: of the target; of no matter for a regression and for several labels.
        second: the columns of the dataset to validate on; empty without one.
    """
    known = known_metrics(spec, classes)
    rules = [("/stopping/target", spec.stopping.target), ("/stopping/patience", spec.stopping.patience)]
    faults = []
    for pointer, rule in rules:
        if rule is None:
            continue
        if rule.metric not in known:
            message = f"there is no metric {rule.metric!r} here; there are {', '.join(known)}"
            faults.append(Fault(f"{pointer}/metric", message, "unknown_metric"))
        elif _has_no_value(spec, rule.metric, second):
            message = f"{rule.metric} needs rows of both classes, and the dataset to validate on has one class only: "
            message += "watch validation_cost, or add rows"
            faults.append(Fault(f"{pointer}/metric", message, "metric_without_value"))
    return [*faults, *_value_faults(spec, known)]


def _has_no_value(spec: JobSpec, metric: str, second: Sequence[Column]) -> bool:
    target = next((column for column in second if column["name"] == spec.targets[0]), None)
    if metric != "validation_roc_auc" or target is None:
        return False
    return (len(target["levels"]) if target["levels"] else int(target["distinct"])) < 2


def _value_faults(spec: JobSpec, known: Sequence[str]) -> list[Fault]:
    target = spec.stopping.target
    if target is None or target.metric not in known:
        return []
    least, most = least_and_most(target.metric)
    if least <= target.value <= most:
        return []
    bound = f"at least {least:g}" if target.value < least else f"at most {most:g}"
    message = f"{target.metric} is always {bound}: {target.value:g} is reached never or at once"
    return [Fault("/stopping/target/value", message, "beyond_range_of_metric")]
