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
    """So many a job of higher priority leaves it."""
    max: int
    """At most one a shard."""


class Progress(Payload):
    """How far a job is. What nobody knows is null."""

    epoch: int
    """Epochs done."""
    step: int
    """Steps done."""
    steps_total: int | None
    """Of all epochs; stopping rules may end the job earlier."""
    fraction: Number
    """Of the steps, from 0 to 1."""
    eta_seconds: Number
    """Until all epochs are done, at the present speed; null while nobody serves it."""
    samples_per_second: Number
    """Rows a second: of an ended job, over all its time."""


class GangMember(Payload):
    """A worker that serves a job now; ``shards`` is [first, one past the last], or empty."""

    worker: str
    """Its id."""
    name: str
    """Its host, or what its settings call it, and its process."""
    host: str
    """The machine it is on."""
    pid: int
    """Its process there."""
    shards: list[int]
    """[first, one past the last]; empty until it is taken in at a step boundary."""


class Gang(Payload):
    """The workers that serve a job now."""

    generation: int
    """Which gang of the job this is, from 1."""
    members: list[GangMember]
    """Those that serve now."""


class Queue(Payload):
    """Why a job waits; position 1 is the next, and ``blocked_by`` is null when a worker is about to take it."""

    position: int | None
    """From 1, the next."""
    blocked_by: str | None
    """In words; null when a worker is about to take it."""


class ForkedFrom(Payload):
    """The job and the step whose state a job goes on from."""

    job: str
    """Its id."""
    step: int
    """Of the kept state."""


class Job(Payload):
    """A training run."""

    id: str
    """Made by the service."""
    name: str
    """For people; may be changed."""
    state: JobState
    """Where it is in its life."""
    reason: Reason | None
    """Why it ended; null before."""
    message: str | None
    """The same for people; null where there is no more to say."""
    labels: dict[str, str]
    """Words of your own."""
    priority: int
    """The higher, the sooner."""
    workers: Bounds
    """How many may serve it."""
    spec: JobSpec
    """As it was submitted, every default filled in; it never changes."""
    progress: Progress
    """How far it is."""
    latest: dict[str, Any] | None
    """Cost and metrics of the last epoch by name; null before the first has ended."""
    best: dict[str, Any] | None
    """Epoch, step and metrics of the best weights so far, and by which ``metric``; null before the first epoch has
    ended."""
    gang: Gang | None
    """Null while nobody serves it."""
    queue: Queue | None
    """Null unless it waits."""
    forked_from: ForkedFrom | None
    """Null for a job that began at its own step 0."""
    restarts: int
    """Attempts after the first."""
    mixed_since_step: int | None
    """From here on workers of different arithmetic served it: the bits depend on them. Null: they do not."""
    weights_sha256: str | None
    """Of the safetensors file of the last weights (``which=last``); null before the end."""
    created_at: datetime
    """In UTC."""
    started_at: datetime | None
    """In UTC, when a gang first served it; null before."""
    finished_at: datetime | None
    """In UTC; null before."""


class Warning(Payload):
    """What is accepted and seldom meant, at a JSON pointer into the resolved spec."""

    pointer: str
    """Into the resolved spec."""
    message: str
    """For people: what is strange, and what may be meant."""
    code: str
    """For programs: stable."""


class AcceptedJob(Job):
    """A training run as its submission is answered."""

    warnings: list[Warning]
    """Empty where nothing is strange."""


class Plan(Payload):
    """What a spec would come to."""

    spec: JobSpec
    """Every default filled in."""
    parameters: int
    """Weights and biases."""
    rows: int
    """Of the dataset."""
    training_rows: int
    """Those not held back for validation."""
    steps_per_epoch: int
    """The last one may have fewer rows."""
    steps_total: int
    """Of all epochs."""
    memory_bytes: int
    """Of a gang: what its members share and the rows they map, without the processes themselves."""
    warnings: list[Warning]
    """Empty where nothing is strange."""
