"""What a run remembers from epoch to epoch, and what it concludes: best so far, patience, target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from models.spec import JobSpec
from models.spec.metrics import less_is_better, watched_metric
from models.states import Reason
from worker.backprop.schedules import Plateau


@dataclass(slots=True)
class Progress:
    """The part of a run's state that is neither numbers of the network nor the step. The leader keeps it."""

    reason: str | None = None
    """Why the run is over, once it is: whoever starts from such a state has nothing left to train."""
    epoch_cost: float = 0.0
    """The sum over the present epoch's rows of their cost, so far."""
    best_value: float | None = None
    best: dict[str, Any] | None = None
    """Epoch, step and all metrics of the best weights so far."""
    patience_value: float | None = None
    stale_epochs: int = 0
    """Epochs since the metric under patience last improved by more than its ``min_delta``."""
    plateau_best: float | None = None
    plateau_epochs: int = 0
    rate_factor: float = 1.0
    """What ``reduce_on_plateau`` has made of the learning rate."""

    def to_json(self) -> dict[str, Any]:
        """As a checkpoint keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What follows from an epoch's metrics."""

    improved: bool
    reason: Reason | None


def conclude(
    spec: JobSpec,
    progress: Progress,
    metrics: Mapping[str, float],
    *,
    epoch: int,
    step: int,
    gradient_norm: float | None,
    finite: bool = True,
) -> Conclusion:
    """Take an epoch's metrics into the progress, and say whether its weights are the best and whether to stop.

    An epoch of which something is not finite has diverged: nothing is taken from it, whatever its metrics say.

    Args:
        epoch: epochs done, so 1 after the first.
        step: steps done.
        gradient_norm: at the epoch's last step; None where its rows weigh nothing.
        finite: whether the parameters, the last gradient and the answers to the tested rows are.
    """
    costs = [metrics[name] for name in ("train_cost", "validation_cost") if name in metrics]
    if not (finite and all(map(math.isfinite, costs))):
        progress.reason = Reason.DIVERGED
        return Conclusion(improved=False, reason=Reason.DIVERGED)
    value = metrics[watched_metric(spec)]
    improved = _better(watched_metric(spec), value, progress.best_value, 0.0)
    if improved:
        known = {name: value for name, value in metrics.items() if math.isfinite(value)}
        progress.best_value = value
        progress.best = {"epoch": epoch, "step": step, "metric": watched_metric(spec), **known}
    _follow_plateau(spec, progress, metrics)
    progress.reason = _reason(spec, progress, metrics, epoch, gradient_norm)
    return Conclusion(improved, progress.reason)


def _reason(
    spec: JobSpec, progress: Progress, metrics: Mapping[str, float], epoch: int, gradient_norm: float | None
) -> Reason | None:
    stopping = spec.stopping
    out_of_patience = _follow_patience(spec, progress, metrics)
    if stopping.target is not None and _reached(
        stopping.target.metric, metrics[stopping.target.metric], stopping.target.value
    ):
        return Reason.TARGET_REACHED
    if gradient_norm is not None and stopping.gradient_norm is not None and gradient_norm <= stopping.gradient_norm:
        return Reason.GRADIENT_VANISHED
    if out_of_patience:
        return Reason.PATIENCE_EXHAUSTED
    return Reason.MAX_EPOCHS if epoch >= spec.training.max_epochs else None


def _follow_patience(spec: JobSpec, progress: Progress, metrics: Mapping[str, float]) -> bool:
    patience = spec.stopping.patience
    if patience is None:
        return False
    value = metrics[patience.metric]
    if _better(patience.metric, value, progress.patience_value, patience.min_delta):
        progress.patience_value, progress.stale_epochs = value, 0
    else:
        progress.stale_epochs += 1
    return progress.stale_epochs >= patience.epochs


def _follow_plateau(spec: JobSpec, progress: Progress, metrics: Mapping[str, float]) -> None:
    schedule = spec.training.schedule
    if schedule.name != "reduce_on_plateau":
        return
    best = math.inf if progress.plateau_best is None else progress.plateau_best
    after = Plateau(progress.rate_factor, best, progress.plateau_epochs).after(
        metrics["validation_cost" if spec.validation else "train_cost"],
        factor=schedule.factor,
        epochs=schedule.epochs,
        min_delta=schedule.min_delta,
    )
    progress.rate_factor, progress.plateau_epochs = after.rate_factor, after.stale_epochs
    progress.plateau_best = after.best if math.isfinite(after.best) else None


def _better(metric: str, value: float, than: float | None, min_delta: float) -> bool:
    if not math.isfinite(value):
        return False
    if than is None:
        return True
    return value < than - min_delta if less_is_better(metric) else value > than + min_delta


def _reached(metric: str, value: float, target: float) -> bool:
    return value <= target if less_is_better(metric) else value >= target
