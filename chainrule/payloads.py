"""The shapes of what the service answers, as far as this package looks into them.

They are plain dictionaries: what a newer service adds is kept and passed on.
"""

from __future__ import annotations

from typing import Any, Final, NotRequired, TypedDict

TERMINAL_STATES: Final = frozenset({"succeeded", "stopped", "failed", "cancelled"})
"""A job in one of these stays there."""

WAITING_STATES: Final = TERMINAL_STATES | {"paused"}
"""A job in one of these does nothing until somebody asks."""


class Column(TypedDict):
    """One column of a dataset; ``kind`` is numeric, integer, boolean or categorical."""

    name: str
    kind: str
    missing: int
    levels: list[str] | None
    min: float | None
    max: float | None
    mean: float | None
    distinct: int
    warning: NotRequired[str | None]


class Dataset(TypedDict):
    """An uploaded table."""

    id: str
    name: str
    rows: int
    columns: list[Column]
    size_bytes: int
    sha256: str
    created_at: str


class Progress(TypedDict):
    """How far a job is; ``fraction`` is 0..1, ``eta_seconds`` None while unknown."""

    epoch: int
    step: int
    steps_total: int | None
    fraction: float | None
    eta_seconds: float | None
    samples_per_second: float | None


class Member(TypedDict):
    """One worker of a gang; ``shards`` is [first, one past the last], or empty while it is taken in."""

    worker: str
    host: str
    pid: int
    shards: list[int]


class Gang(TypedDict):
    """The workers that serve a job now."""

    generation: int
    members: list[Member]


class Queue(TypedDict):
    """Why a job waits."""

    position: int | None
    blocked_by: str | None


class ForkedFrom(TypedDict):
    """The job and the step whose state a job goes on from."""

    job: str
    step: int


class Warning(TypedDict):
    """What was accepted and is seldom meant, at a JSON pointer into the spec."""

    pointer: str
    message: str
    code: str


class Job(TypedDict):
    """A training run."""

    id: str
    name: str
    state: str
    reason: str | None
    message: str | None
    labels: dict[str, str]
    priority: int
    workers: dict[str, int | None]
    spec: dict[str, Any]
    progress: Progress
    latest: dict[str, Any] | None
    best: dict[str, Any] | None
    gang: Gang | None
    queue: Queue | None
    forked_from: ForkedFrom | None
    restarts: int
    mixed_since_step: int | None
    weights_sha256: str | None
    warnings: NotRequired[list[Warning]]  # in the answer to a submission alone
    created_at: str
    started_at: str | None
    finished_at: str | None


class History(TypedDict):
    """A table of numbers: one row per epoch, or per (perhaps thinned out) step."""

    columns: list[str]
    rows: list[list[float | None]]


class Checkpoint(TypedDict):
    """A kept state of a job."""

    step: int
    epoch: int
    kind: str
    size_bytes: int
    sha256: str
    created_at: str


class Event(TypedDict):
    """Something that happened to a job."""

    id: int
    at: str
    kind: str
    actor: str | None
    message: str | None
    details: dict[str, Any] | None


class Worker(TypedDict):
    """A worker process that lives."""

    id: str
    name: str
    host: str
    pid: int
    state: str
    job_id: str | None
    started_at: str
    last_seen_at: str


class Key(TypedDict):
    """An API key; ``key`` itself is there once, in the answer to its creation."""

    id: str
    name: str
    prefix: str
    created_at: str
