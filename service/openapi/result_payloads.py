"""What a job leaves behind: history, events, checkpoints, predictions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field

from service.openapi.payloads import Number, Payload
from service.predictions.trained import USUAL_WEIGHTS

WHICH: Final = "best (by the watched metric; the last where no epoch has told yet), last, or the number of a kept step"


class Table(Payload):
    """A table of numbers; null is what is not a finite one."""

    columns: list[str]
    """Their names."""
    rows: list[list[Number]]
    """A value a column."""


class Event(Payload):
    """A line of a job's story."""

    id: int
    """Larger than that of all before it."""
    at: datetime
    """In UTC."""
    kind: str
    """Such as submitted, state, generation_started, member_lost, checkpoint, restart, warning."""
    actor: str
    """user, service, reconciler, or the id of a worker."""
    message: str | None
    """For people."""
    details: dict[str, Any] | None
    """What the kind has to say, for programs."""


class Checkpoint(Payload):
    """A kept state of a job."""

    step: int
    """Steps done when it was kept."""
    epoch: int
    """Epochs done when it was kept."""
    kind: Literal["pinned", "kept"]
    """Pinned ones, the first and the last, are never thrown away."""
    size_bytes: int
    """Of its file: weights, best weights, and the optimizer."""
    sha256: str
    """Of its file."""
    created_at: datetime
    """In UTC."""


class Question(Payload):
    """Raw rows to predict: objects by column name, or arrays in the order of the features."""

    rows: list[dict[str, Any] | list[Any]] = Field(min_length=1, max_length=10_000)
    """A missing value is null; what is no feature is refused."""
    which: str | int = Field(default=USUAL_WEIGHTS, description=WHICH)


class Prediction(Payload):
    """A label with every class's probability; or, of several labels a row, each target's label and the probability of
    the second of its two classes; or a value; or a value for each target.
    """

    label: bool | int | float | str | None = None
    """The most probable class."""
    labels: dict[str, bool | int | float | str] | None = None
    """Of several labels a row, each target's, by its name."""
    probabilities: dict[str, float] | None = None
    """By class; of several labels by target, that of the second of its two classes."""
    value: float | None = None
    """Of a regression."""
    values: dict[str, float] | None = None
    """Of a regression of several targets, by their names."""


class Predictions(Payload):
    """An answer a row."""

    predictions: list[Prediction]
    """In the order of the rows."""
