"""Why a waiting job waits: its place by the policy by which workers choose, and what is before it, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from models.database import now_us
from models.quotas import may_run
from models.records import Job, Member
from models.states import JobState
from service.jobs.capacity import Capacity, capacity_now

NO_WORKER = "no worker is running: start one with `chainrule up` or `python -m worker`"
OTHER_ARITHMETIC = (
    "no running worker calculates with the same bits as those that began this job: "
    "start one with the same NumPy on the same kind of processor, or fork the job with mixed_hardware, "
    "which goes on without that promise"
)

RUNNING_QUOTA = "as many of your jobs are running as may at a time: it starts when one of them ends"


def queue_of(session: Session, jobs: Sequence[Job]) -> dict[str, dict[str, Any]]:
    """``position`` (from 1) and ``blocked_by`` of each queued job, by its id. The latter is null when it is next."""
    waiting = [job for job in jobs if job.state == JobState.QUEUED]
    if not waiting:
        return {}
    positions = _positions(session, [job.id for job in waiting])
    capacity, held = capacity_now(session), _held_by_quota(session, positions)
    return {
        job.id: {
            "position": positions.get(job.id),
            "blocked_by": RUNNING_QUOTA if job.id in held else _blocked_by(job, positions.get(job.id, 1), capacity),
        }
        for job in waiting
    }


def _held_by_quota(session: Session, ids: Iterable[str]) -> frozenset[str]:
    return frozenset(session.scalars(select(Job.id).where(Job.id.in_(ids), ~may_run())))


def _positions(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """As the workers take them: by priority, then the owner served by the fewest workers, then age."""
    served = _served_by_owner()
    order = (Job.priority.desc(), func.coalesce(served.c.members, 0), Job.id)
    ranked = (
        select(Job.id, func.row_number().over(order_by=order).label("position"))
        .outerjoin(served, served.c.owner_id == Job.owner_id)
        .where(Job.state == JobState.QUEUED)
        .subquery()
    )
    found = session.execute(select(ranked.c.id, ranked.c.position).where(ranked.c.id.in_(ids)))
    return dict(found.all())


def _served_by_owner() -> Subquery:
    return (
        select(Job.owner_id, func.count(Member.id).label("members"))
        .join(Member, Member.job_id == Job.id)
        .where(Member.state != "left", Member.lease_until_us > now_us())
        .group_by(Job.owner_id)
        .subquery()
    )


def _blocked_by(job: Job, position: int, capacity: Capacity) -> str | None:
    if not capacity.workers:
        return NO_WORKER
    capacity = capacity.for_job(job)
    if not capacity.workers:
        return OTHER_ARITHMETIC
    ahead = position - 1
    if not ahead and capacity.idle:
        return None  # a worker is about to take it
    parts = [f"{ahead} {'job' if ahead == 1 else 'jobs'} ahead"] if ahead else []
    return "; ".join([*parts, capacity.what_they_do(job.owner_id)])
