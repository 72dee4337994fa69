"""Whose arithmetic a job admits: that of those who began it, or anybody's, if its spec says so.

Workers of different fingerprints may give different bits. A spec with ``mixed_hardware`` prefers to go on; from the
first step of a mixed gang on its job's bits depend on who served it, and its row, its story and its receipt say so.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, ScalarSelect, select
from sqlalchemy.orm import Session

from models.lifecycle import record_event
from models.records import Generation, Job, Worker
from worker.control.identity import Seat, WorkerIdentity


def admits(fingerprint: str | ColumnElement[str]) -> ColumnElement[bool]:
    """In a statement over ``Job``: whether workers of this fingerprint may serve it.

    Before its first step it takes whoever founds its gang; a second member has to be like the founder already.
    """
    founders = _founders_fingerprint()
    alike = Job.fingerprint.is_(None) & (founders.is_(None) | (founders == fingerprint))
    return (Job.fingerprint == fingerprint) | alike | _may_mix()


def is_admitted(session: Session, job: Job, me: WorkerIdentity) -> bool:
    """Whether this worker may serve the job."""
    return session.scalar(select(admits(me.fingerprint)).where(Job.id == job.id)) is True


def note_arithmetic(session: Session, seat: Seat, job: Job, workers: Sequence[str], start_step: int) -> None:
    """When a generation starts: the job takes its first founder's fingerprint; a mixture of them is written down.

    Args:
        workers: those of the generation, the founder first.
        start_step: the step it goes on from.
    """
    found = session.execute(select(Worker.id, Worker.fingerprint).where(Worker.id.in_(workers))).all()
    fingerprints = {row.id: row.fingerprint for row in found}
    job.fingerprint = job.fingerprint or fingerprints[workers[0]]
    others = [id for id in workers if fingerprints[id] != job.fingerprint]
    if not others:
        return
    before = job.mixed_since_step
    job.mixed_since_step = start_step if before is None else min(before, start_step)
    if before is None:
        message = (
            f"workers of another arithmetic than those that began the job serve it from step {start_step} on, "
            "as mixed_hardware allows: from there its bits depend on who serves it"
        )
        record_event(
            session,
            job.id,
            "promise_lost",
            workers[0],
            message,
            generation=seat.generation,
            step=start_step,
            fingerprints=fingerprints,
        )


def _may_mix() -> ColumnElement[bool]:
    allowed: ColumnElement[bool] = Job.spec["mixed_hardware"].as_boolean()
    return allowed.is_(True)


def _founders_fingerprint() -> ScalarSelect[str]:
    """Of the newest generation, while it has not ended."""
    digest = Generation.fingerprint["digest"].as_string()
    here = (Generation.job_id == Job.id, Generation.number == Job.fence, Generation.state != "ended")
    return select(digest).where(*here).correlate(Job).scalar_subquery()
