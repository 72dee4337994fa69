"""Who a worker is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkerIdentity:
    """One prefork child of a Celery worker."""

    id: str
    name: str
    host: str
    pid: int
    memory_domain: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A worker's membership of one generation of a job. The generation's number is the fence."""

    job_id: str
    generation: int
    member_id: str
    founder: bool
