"""The shapes of what the API answers. Written for the description; tests hold every real answer against them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from models.spec import JobSpec
from models.states import JobState, Reason
from service.predictions.trained import USUAL_WEIGHTS

Item = TypeVar("Item")
Number = float | None
WHICH: Final = "best (by the watched metric; the last where no epoch has told yet), last, or the number of a kept step"


class Payload(BaseModel):
    """What all answers have in common: exactly the named fields."""

    model_config = ConfigDict(extra="forbid")


class Page(Payload, Generic[Item]):
    """A page of a list; ``next`` is the ``cursor`` of the one after, null on the last."""

    items: list[Item]
    next: str | None


class Fault(Payload):
    """One thing that is wrong, at a JSON pointer."""

    pointer: str
    message: str
    code: str


class Problem(Payload):
    """Any error (RFC 9457). ``code`` is stable; ``faults`` comes with 422."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    faults: list[Fault] = Field(default=[])


class Column(Payload):
    """A column of a dataset. ``distinct`` is exact up to 10,000."""

    name: str
    kind: Literal["numeric", "integer", "boolean", "categorical"]
    missing: int
    levels: list[str] | None
    min: Number
    max: Number
    mean: Number
    distinct: int
    warning: str | None
    """Of a column that a few cells keep from being one of numbers: the first of them."""


class Dataset(Payload):
    """A table that was uploaded and converted."""

    id: str
    name: str
    rows: int
    columns: list[Column]
    size_bytes: int
    sha256: str
    created_at: datetime


class Preview(Payload):
    """The first rows of a dataset, by column name."""

    columns: list[str]
    rows: list[dict[str, bool | int | float | str | None]]


class Bounds(Payload):
    """How many workers may serve a job."""

    min: int
    max: int


class Progress(Payload):
    """How far a job is. What nobody knows is null."""

    epoch: int
    step: int
    steps_total: int | None
    fraction: Number
    eta_seconds: Number
    samples_per_second: Number


class GangMember(Payload):
    """A worker that serves a job now; ``shards`` is [first, one past the last], or empty."""

    worker: str
    name: str
    host: str
    pid: int
    shards: list[int]


class Gang(Payload):
    """The workers that serve a job now."""

    generation: int
    members: list[GangMember]


class Queue(Payload):
    """Why a job waits; position 1 is the next, and ``blocked_by`` is null when a worker is about to take it."""

    position: int | None
    blocked_by: str | None


class ForkedFrom(Payload):
    """The job and the step whose state a job goes on from."""

    job: str
    step: int


class Job(Payload):
    """A training run."""

    id: str
    name: str
    state: JobState
    reason: Reason | None
    message: str | None
    labels: dict[str, str]
    priority: int
    workers: Bounds
    spec: JobSpec
    progress: Progress
    latest: dict[str, Any] | None
    best: dict[str, Any] | None
    gang: Gang | None
    queue: Queue | None
    forked_from: ForkedFrom | None
    restarts: int
    mixed_since_step: int | None
    """From here on workers of different arithmetic served it: the bits depend on them. Null: they do not."""
    weights_sha256: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Warning(Payload):
    """What is accepted and seldom meant, at a JSON pointer into the resolved spec."""

    pointer: str
    message: str
    code: str


class AcceptedJob(Job):
    """A training run as its submission is answered."""

    warnings: list[Warning]


class Plan(Payload):
    """What a spec would come to."""

    spec: JobSpec
    parameters: int
    rows: int
    training_rows: int
    steps_per_epoch: int
    steps_total: int
    memory_bytes: int
    warnings: list[Warning]


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


class Worker(Payload):
    """A worker process."""

    id: str
    name: str
    host: str
    pid: int
    state: Literal["idle", "serving", "draining"]
    job_id: str | None
    started_at: datetime
    last_seen_at: datetime


class Key(Payload):
    """A key without its secret."""

    id: str
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None


class IssuedKey(Key):
    """A new key; its secret is shown this once."""

    key: str
