"""How many workers a job may have now: its bounds, what makes it faster, what jobs of higher priority could use."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from models.database import now_us
from models.quotas import may_run
from models.records import Generation, Job, Member, Worker
from models.states import JobState
from worker.control.arithmetic import admits


def members_allowed(session: Session, job: Job, size: int, memory_domain: str) -> int:
    """How many members the job's next generation may have, when the present one has ``size``.

    Workers that idle come first. What jobs of higher priority want beyond those is taken from this one, down to its
    ``workers_min``; its members find that out when they form again, and take the next job of the queue instead.
    """
    most, wanted = most_members(session, job), _wanted_above(session, job, memory_domain)
    if wanted:
        wanted -= _idle(session, job, memory_domain)
    if wanted <= 0:
        return most
    return min(most, max(job.workers_min, size - wanted))


def most_members(session: Session, job: Job) -> int:
    """The job's ``workers_max``, or fewer where more were measured not to make it faster."""
    return int(session.scalar(select(useful_members()).where(Job.id == job.id)) or job.workers_max)


def useful_members() -> ColumnElement[int]:
    """The same as a column of a query over jobs."""
    fewer = and_(Job.useful_until_us > now_us(), Job.useful_members < Job.workers_max)
    return case((fewer, Job.useful_members), else_=Job.workers_max)


def members_allowed_after(session: Session, job: Job, generation: int) -> int:
    """As ``members_allowed``, with the size that a generation of the job had. The first one follows none."""
    before = session.get(Generation, (job.id, generation))
    if before is None:
        return most_members(session, job)
    ranked = (Member.job_id == job.id, Member.generation == generation, Member.rank.is_not(None))
    size = session.scalar(select(func.count(Member.id)).where(*ranked)) or 0
    return members_allowed(session, job, size, before.memory_domain)


def living_members(job_id: ColumnElement[str], generation: ColumnElement[int]) -> ColumnElement[int]:
    """The number of members of a generation whose leases hold, as a subquery."""
    return (
        select(func.count(Member.id))
        .where(
            Member.job_id == job_id,
            Member.generation == generation,
            Member.state != "left",
            Member.lease_until_us > now_us(),
        )
        .correlate(Job)
        .scalar_subquery()
    )


def _wanted_above(session: Session, job: Job, memory_domain: str) -> int:
    """Workers that jobs of higher priority could use: those that wait, and gangs in this memory with room."""
    above = (Job.priority > job.priority, admits(job.fingerprint or ""))
    waiting = session.scalar(select(func.sum(useful_members())).where(Job.state == JobState.QUEUED, may_run(), *above))
    size = living_members(Job.id.expression, Job.fence.expression)
    here = (Generation.job_id == Job.id) & (Generation.number == Job.fence) & (Generation.state != "ended")
    served = (Job.state == JobState.RUNNING, Generation.memory_domain == memory_domain, size < useful_members())
    room = session.scalar(select(func.sum(useful_members() - size)).join(Generation, here).where(*served, *above))
    return int(waiting or 0) + int(room or 0)


def _idle(session: Session, job: Job, memory_domain: str) -> int:
    idle = (Worker.memory_domain == memory_domain, Worker.state == "idle", Worker.lease_until_us > now_us())
    picky = job.fingerprint is not None and not job.spec.get("mixed_hardware")
    alike = (Worker.fingerprint == job.fingerprint,) if picky else ()
    return session.scalar(select(func.count(Worker.id)).where(*idle, *alike)) or 0
