"""When to stop before the last epoch."""

from __future__ import annotations

from pydantic import Field

from models.spec.base import SpecPart


class Target(SpecPart):
    """Stop as soon as the metric is as good as the value: costs and errors at most, all others at least."""

    metric: str = "validation_accuracy"
    """As the columns of the history by epoch name it."""
    value: float
    """Accuracies and other shares are from 0 to 1."""


class Patience(SpecPart):
    """Stop when the metric has not improved by more than ``min_delta`` for ``epochs`` epochs."""

    metric: str = "validation_cost"
    """As the columns of the history by epoch name it. The best weights are those that are best by it."""
    epochs: int = Field(default=10, ge=1)
    """In a row without an improvement."""
    min_delta: float = Field(default=0.0, ge=0.0)
    """A change of no more than this is no improvement."""


class StoppingSpec(SpecPart):
    """Any of these may end a job early; null switches it off."""

    target: Target | None = Field(default=None, examples=[{"metric": "validation_accuracy", "value": 0.98}])
    """Null: it may be as good as it gets."""
    patience: Patience | None = Field(default=None, examples=[{"metric": "validation_cost", "epochs": 10}])
    """Null: it goes on however stale."""
    gradient_norm: float | None = Field(default=None, gt=0.0)
    """Stop when the gradient's norm, at the end of an epoch, is at most this: the tangent is flat. Null: never."""
    max_seconds: float | None = Field(default=None, gt=0.0)
    """Stop after training for so many seconds; time spent in the queue does not count. Null: never."""
