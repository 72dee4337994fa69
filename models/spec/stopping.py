"""When to stop before the last epoch."""

from __future__ import annotations

from pydantic import Field

from models.spec.base import SpecPart


class Target(SpecPart):
    """Stop as soon as the metric is as good as the value: costs and errors at most, all others at least."""

    metric: str = "validation_accuracy"
    value: float


class Patience(SpecPart):
    """Stop when the metric has not improved by more than ``min_delta`` for ``epochs`` epochs."""

    metric: str = "validation_cost"
    epochs: int = Field(default=10, ge=1)
    min_delta: float = Field(default=0.0, ge=0.0)


class StoppingSpec(SpecPart):
    """Any of these may end a job early; null switches it off."""

    target: Target | None = Field(default=None, examples=[{"metric": "validation_accuracy", "value": 0.98}])
    patience: Patience | None = Field(default=None, examples=[{"metric": "validation_cost", "epochs": 10}])
    gradient_norm: float | None = Field(default=None, gt=0.0)
    """Stop when the gradient's norm, at the end of an epoch, is at most this: the tangent is flat."""
    max_seconds: float | None = Field(default=None, gt=0.0)
    """Stop after training for so long; time spent in the queue does not count."""
