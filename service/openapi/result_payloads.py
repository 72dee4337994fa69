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
    rows: list[list[Number]]


class Event(Payload):
    """A line of a job's story."""

    id: int
    at: datetime
    kind: str
    actor: str
    message: str | None
    details: dict[str, Any] | None


class Checkpoint(Payload):
    """A kept state of a job."""

    step: int
    epoch: int
    kind: Literal["pinned", "kept"]
    size_bytes: int
    sha256: str
    created_at: datetime


class Question(Payload):
    """Raw rows to predict: objects by column name, or arrays in the order of the features."""

    rows: list[dict[str, Any] | list[Any]] = Field(min_length=1, max_length=10_000)
    which: str | int = Field(default=USUAL_WEIGHTS, description=WHICH)


class Prediction(Payload):
    """A label with every class's probability; or, of several labels a row, each target's label and the probability of
    the second of its two classes; or a value; or a value for each target.
    """

    label: bool | int | float | str | None = None
    labels: dict[str, bool | int | float | str] | None = None
    probabilities: dict[str, float] | None = None
    value: float | None = None
    values: dict[str, float] | None = None


class Predictions(Payload):
    """An answer a row."""

    predictions: list[Prediction]
