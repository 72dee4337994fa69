"""How a worker without work finds some: by policy, in one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from models.database import now_us
from models.quotas import lock_owner, may_run
from models.records import Generation, Job, Member
from models.states import JobState
from worker.control.arithmetic import admits, is_admitted
from worker.control.capacity import living_members, members_allowed_after, useful_members
from worker.control.generations import add_member, found_generation
from worker.control.identity import Seat, WorkerIdentity
from worker.control.leases import give_up_seats, is_to_drain
from worker.control.roll import note_joined, note_left
from worker.gang.barrier import MAX_MEMBERS_HERE

_SERVED = aliased(Job)


def take_seat(session: Session, me: WorkerIdentity, print_: dict[str, Any], ttl_s: float) -> Seat | None:
    """Found a gang for the job that is next, or else join one that can use another member.

    A waiting job comes before a larger gang: no job waits while a worker could serve it. A draining worker gets none.
    """
    if is_to_drain(session, me):
        return None
    give_up_seats(session, me)
    job = session.scalars(_next_queued(me)).first()
    if job is not None and _may_start(session, job):
        seat = found_generation(session, job, me, print_, ttl_s)
    else:
        found = session.execute(_joinable(me)).first()
        if found is None:
            return None
        seat = add_member(session, found.id, found.fence, me, ttl_s)
    note_joined(session, seat, me)
    return seat


def _may_start(session: Session, job: Job) -> bool:
    """Whether the owner's quota has room still, now that nobody else can start a job of theirs."""
    lock_owner(session, job.owner_id)
    return session.scalar(select(may_run()).where(Job.id == job.id)) is True


def _next_queued(me: WorkerIdentity) -> Select[Job]:
    """By priority, then the owner served by the fewest workers now, then age; within the owners' quotas."""
    served = (
        select(func.count(Member.id))
        .join(_SERVED, _SERVED.id == Member.job_id)
        .where(_SERVED.owner_id == Job.owner_id, Member.state != "left", Member.lease_until_us > now_us())
        .correlate(Job)
        .scalar_subquery()
    )
    return (
        select(Job)
        .where(Job.state == JobState.QUEUED, admits(me.fingerprint), may_run())
        .order_by(Job.priority.desc(), served, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Job)
    )


def _joinable(me: WorkerIdentity) -> Select[str, int]:
    """Running gangs in this worker's memory with room: by priority, then the smallest gang, then age."""
    size = living_members(Job.id.expression, Job.fence.expression)
    return (
        select(Job.id, Job.fence)
        .join(Generation, (Generation.job_id == Job.id) & (Generation.number == Job.fence))
        .where(
            Job.state == JobState.RUNNING,
            Job.lease_until_us > now_us(),
            admits(me.fingerprint),
            Generation.state != "ended",
            Generation.memory_domain == me.memory_domain,
            size > 0,  # else nobody is there to let it in
            size < useful_members(),
            size < MAX_MEMBERS_HERE,
        )
        .order_by(Job.priority.desc(), size, Job.id)
        .limit(1)
    )


def rejoin(
    session: Session, left: Seat, me: WorkerIdentity, print_: dict[str, Any], ttl_s: float, *, may_found: bool
) -> Seat | None:
    """A seat in the generation after ``left``: join it if it exists, or found it if nobody else is to.

    Args:
        left: the seat in the generation that ended.
        may_found: whether the caller knows that the generation's leader is gone, or is the leader.

    Returns:
        None when there is nothing to join yet; ``Seat`` otherwise.

    Raises:
        LookupError: the job is no longer served by anybody, or has as many members as it may have, or has been begun
            anew by workers of another arithmetic.
    """
    job = session.scalars(select(Job).where(Job.id == left.job_id).with_for_update()).one()
    if job.state != JobState.RUNNING or not is_admitted(session, job, me):
        raise LookupError(job.id)
    generation = session.get_one(Generation, (job.id, job.fence))
    if generation.number > left.generation and generation.state != "ended":
        if _has_enough(session, job, left):
            note_left(session, left, me, "the job has as many workers as it may have now")
            raise LookupError(job.id)
        return add_member(session, job.id, job.fence, me, ttl_s)
    if generation.state == "ended" or may_found:
        return found_generation(session, job, me, print_, ttl_s)
    return None


def _has_enough(session: Session, job: Job, left: Seat) -> bool:
    """Whether the newest generation has as many members as it may have, given how many the one before it had."""
    here = session.scalar(select(living_members(Job.id.expression, Job.fence.expression)).where(Job.id == job.id)) or 0
    return here >= members_allowed_after(session, job, left.generation)
