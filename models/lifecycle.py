"""How a job goes from one state to the next: the only code that writes ``jobs.state``."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.database import utc_now
from models.errors import Conflict
from models.records import Event, Job
from models.states import FINAL_STATE, TERMINAL, JobState, Reason, may_follow


def record_event(session: Session, job_id: str, kind: str, actor: str, message: str, **details: Any) -> None:
    """Add one line to the job's story."""
    session.add(Event(job_id=job_id, at=utc_now(), kind=kind, actor=actor, message=message[:2000], details=details))


def change_state(session: Session, job: Job, after: JobState, *, actor: str, message: str) -> None:
    """Take the job to another state and record it.

    The caller holds the row in a write transaction (on PostgreSQL, selected for update).

    Raises:
        Conflict: that state cannot follow the present one.
    """
    before = JobState(job.state)
    if not may_follow(before, after):
        raise Conflict(f"job {job.id} is {before.value}; it cannot become {after.value}")
    job.state = after.value
    if after in TERMINAL:
        job.finished_at = utc_now()
        job.lease_until_us = None
        job.eta_seconds = None
    record_event(session, job.id, "state", actor, message, before=before.value, after=after.value)


def finish_job(session: Session, job: Job, reason: Reason, *, actor: str, message: str) -> None:
    """End the job for a reason; the reason decides the state."""
    job.reason = reason.value
    job.message = message[:2000]
    change_state(session, job, FINAL_STATE[reason], actor=actor, message=message)
