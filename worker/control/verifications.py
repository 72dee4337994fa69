"""Verifications in SQL: claimed, kept alive, put back and ended. Jobs come first, always."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from models.database import now_us, utc_now
from models.errors import LeaseLost
from models.lifecycle import record_event
from models.quotas import may_run
from models.records import Job, Verification
from models.states import JobState
from worker.control.arithmetic import admits
from worker.control.identity import WorkerIdentity
from worker.control.leases import lease_end

MOST_ATTEMPTS = 3
"""A verification whose workers died so often is given up."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a worker has claimed: the steps [first, last) of a job that has ended."""

    verification_id: str
    job_id: str
    first: int
    last: int


def take_verification(session: Session, me: WorkerIdentity, ttl_s: float) -> Stretch | None:
    """Claim the oldest one that waits, or whose worker is gone, of a job with this worker's arithmetic."""
    statement = (
        select(Verification)
        .join(Job, Job.id == Verification.job_id)
        .where(_is_free(), Job.fingerprint == me.fingerprint)
        .order_by(Verification.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Verification)
    )
    found = session.scalars(statement).first()
    if found is None:
        return None
    if found.attempts >= MOST_ATTEMPTS:
        _close(session, found, "error", f"its worker died {found.attempts} times in a row", me)
        return None
    found.state, found.worker_id, found.attempts = "running", me.id, found.attempts + 1
    found.lease_until_us, found.step, found.checkpoints = lease_end(ttl_s), found.from_step, []  # type: ignore[assignment]
    found.started_at = found.started_at or utc_now()
    return Stretch(found.id, found.job_id, found.from_step, found.to_step)


def keep_verification(session: Session, stretch: Stretch, me: WorkerIdentity, ttl_s: float, **progress: Any) -> None:
    """Renew the lease and note how far the replay has come.

    Raises:
        LeaseLost: somebody else has it now.
    """
    held = (Verification.id == stretch.verification_id, Verification.worker_id == me.id)
    values = {"lease_until_us": lease_end(ttl_s), **progress}
    statement = update(Verification).where(*held, Verification.state == "running").values(**values)
    if not session.execute(statement).rowcount:  # type: ignore[attr-defined]
        raise LeaseLost(f"verification {stretch.verification_id} is another worker's now")


def put_verification_back(session: Session, stretch: Stretch, me: WorkerIdentity) -> None:
    """For a job that waits, or because this worker is to end: it begins anew, and that is no failed attempt."""
    found = _held(session, stretch, me)
    found.state, found.worker_id, found.lease_until_us = "queued", None, None
    found.attempts -= 1


def end_verification(session: Session, stretch: Stretch, me: WorkerIdentity, state: str, message: str) -> None:
    """Write the verdict, in its row and in the job's story.

    Raises:
        LeaseLost: somebody else has it now.
    """
    found = _held(session, stretch, me)
    if state == "passed":
        found.step = found.to_step
    _close(session, found, state, message, me)


def a_job_waits(session: Session, me: WorkerIdentity) -> bool:
    """Whether there is a job that this worker could serve instead."""
    statement = select(Job.id).where(Job.state == JobState.QUEUED, admits(me.fingerprint), may_run())
    return session.scalars(statement.limit(1)).first() is not None


def waiting_verifications(session: Session) -> int:
    """How many want a worker."""
    return session.scalar(select(func.count(Verification.id)).where(_is_free())) or 0


def _is_free() -> ColumnElement[bool]:
    abandoned = (Verification.state == "running") & (Verification.lease_until_us <= now_us())
    return (Verification.state == "queued") | abandoned


def _held(session: Session, stretch: Stretch, me: WorkerIdentity) -> Verification:
    held = (Verification.id == stretch.verification_id, Verification.worker_id == me.id)
    statement = select(Verification).where(*held, Verification.state == "running").with_for_update()
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise LeaseLost(f"verification {stretch.verification_id} is another worker's now")
    return found


def _close(session: Session, found: Verification, state: str, message: str, me: WorkerIdentity) -> None:
    found.state, found.message, found.finished_at = state, message[:2000], utc_now()
    found.worker_id, found.lease_until_us = None, None
    record_event(session, found.job_id, f"verification_{state}", me.id, message, verification=found.id)
