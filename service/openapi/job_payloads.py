"""What is said of a job."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.spec import JobSpec
from models.states import JobState, Reason
from service.openapi.payloads import Number, Payload


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
