"""The life of a generation in SQL: founded, joined, started, ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from models.database import now_us, utc_now
from models.ids import new_id
from models.lifecycle import change_state, finish_job, record_event
from models.records import Generation, Job, Member, Worker
from models.states import JobState, Reason
from worker.control.arithmetic import note_arithmetic
from worker.control.identity import Seat, WorkerIdentity
from worker.control.leases import give_up_seats, lease_end
from worker.gang.gang import Place, places, places_by_speed


def found_generation(session: Session, job: Job, me: WorkerIdentity, print_: dict[str, Any], ttl_s: float) -> Seat:
    """Claim the job: raise its fence, open a new generation and take the first seat in it.

    The caller has the job's row locked and has made sure that nobody serves it.
    """
    job.fence += 1
    job.attempt_step = job.step
    job.lease_until_us = lease_end(ttl_s)  # type: ignore[assignment]
    if job.started_at is None:
        job.started_at = utc_now()
    if job.state == JobState.QUEUED:
        change_state(session, job, JobState.RUNNING, actor=me.id, message=f"claimed by {me.name}")
    session.add(
        Generation(
            job_id=job.id,
            number=job.fence,
            state="forming",
            memory_domain=me.memory_domain,
            segment=f"{job.id}-{job.fence}",
            fingerprint=print_,
            start_step=None,
            founded_at=utc_now(),
            started_at=None,
            ended_at=None,
            end_reason=None,
        )
    )
    session.flush()
    return add_member(session, job.id, job.fence, me, ttl_s, founder=True)


def add_member(
    session: Session, job_id: str, generation: int, me: WorkerIdentity, ttl_s: float, *, founder: bool = False
) -> Seat:
    """Take a seat in a generation, the only one of this worker. In one that has begun, it waits for the next without a
    rank.
    """
    give_up_seats(session, me)
    member_id = new_id("mbr")
    session.add(
        Member(
            id=member_id,
            job_id=job_id,
            generation=generation,
            worker_id=me.id,
            state="joined",
            rank=None,
            first_shard=None,
            last_shard=None,
            lease_until_us=lease_end(ttl_s),
            joined_at=utc_now(),
            left_at=None,
            left_reason=None,
        )
    )
    return Seat(job_id, generation, member_id, founder)


def waiting_members(session: Session, seat: Seat) -> Sequence[Member]:
    """Members of the generation that live and have no rank, in the order they came.

    This seat's is one of them even when its lease ran out a moment ago: while it holds the job's row nobody has taken
    the job from it.
    """
    statement = select(Member).where(
        Member.job_id == seat.job_id,
        Member.generation == seat.generation,
        Member.state == "joined",
        Member.rank.is_(None),
        (Member.lease_until_us > now_us()) | (Member.id == seat.member_id),
    )
    return session.scalars(statement.order_by(Member.id)).all()


def left_and_go_on(job_id: str, generation: int) -> Select[str]:
    """Workers that were in the generation when it ended, waiting or with a rank, and are not ending themselves."""
    there = (Member.job_id == job_id, Member.generation == generation, Member.left_reason == Generation.end_reason)
    goes_on = (Worker.lease_until_us > now_us(), Worker.state.not_in(("draining", "gone")))
    ended = (Generation.job_id == Member.job_id) & (Generation.number == Member.generation)
    return select(Worker.id).join(Member, Member.worker_id == Worker.id).join(Generation, ended).where(*there, *goes_on)


def start_generation(session: Session, seat: Seat, job: Job, start_step: int, limit: int) -> list[str]:
    """Close the forming: give ranks and shards to those who came, the founder first. Returns their workers by rank."""
    members = sorted(waiting_members(session, seat), key=lambda member: member.id != seat.member_id)[:limit]
    for member, speed, place in _dealt(session, seat, members, int(job.spec["shards"])):
        member.state, member.rank, member.speed = "active", place.rank, speed
        member.first_shard, member.last_shard = place.first_shard, place.last_shard
    session.execute(
        update(Generation)
        .where(Generation.job_id == seat.job_id, Generation.number == seat.generation)
        .values(state="running", started_at=utc_now(), start_step=start_step)
    )
    workers = [member.worker_id for member in members]
    note_arithmetic(session, seat, job, workers, start_step)
    names = session.execute(select(Worker.id, Worker.name).where(Worker.id.in_(workers))).all()
    record_event(
        session,
        seat.job_id,
        "generation_started",
        workers[0],
        f"generation {seat.generation} started at step {start_step} with {len(workers)} "
        f"worker{'s' if len(workers) > 1 else ''}",
        generation=seat.generation,
        step=start_step,
        workers={row.id: row.name for row in names},
    )
    return workers


def _dealt(
    session: Session, seat: Seat, members: Sequence[Member], shards: int
) -> Iterator[tuple[Member, float | None, Place]]:
    """Equal runs of shards; or, once members of the generation before were measured, runs by their speed."""
    before = (Member.job_id == seat.job_id, Member.generation == seat.generation - 1, Member.speed.is_not(None))
    rows = session.execute(select(Member.worker_id, Member.speed).where(*before))
    known: dict[str, float] = {row.worker_id: row.speed for row in rows}
    found = [known.get(member.worker_id) for member in members]
    if not any(found):
        return zip(members, found, places(len(members), shards), strict=True)
    speeds = [speed or max(known.values()) for speed in found]  # a newcomer is taken to be as good as the best
    return zip(members, speeds, places_by_speed(speeds, shards), strict=True)


def end_generation(session: Session, job: Job, reason: str, *, by_force: bool, actor: str) -> None:
    """Close the job's newest generation. One that ended by force without a step of progress counts as an attempt.

    A job whose attempts are used up fails here, so that a poisonous one cannot keep the workers busy for ever.
    """
    generation = session.get(Generation, (job.id, job.fence))
    if generation is None or generation.state == "ended":
        return
    generation.state, generation.ended_at, generation.end_reason = "ended", utc_now(), reason[:2000]
    session.execute(
        update(Member)
        .where(Member.job_id == job.id, Member.generation == job.fence, Member.state != "left")
        .values(state="left", left_at=utc_now(), left_reason=reason[:2000])
    )
    record_event(
        session,
        job.id,
        "generation_ended",
        actor,
        f"generation {job.fence} ended: {reason}",
        generation=job.fence,
        step=job.step,
    )
    if by_force:
        _count_attempt(session, job, reason, actor)


def put_back(session: Session, job: Job, *, actor: str) -> None:
    """What follows when nobody serves a job any more: it waits again, or what was asked of it is done."""
    if job.state == JobState.RUNNING:
        change_state(session, job, JobState.QUEUED, actor=actor, message="waiting for workers again")
    elif job.state == JobState.PAUSING:
        change_state(session, job, JobState.PAUSED, actor=actor, message="its workers were gone when it was to pause")
    elif job.state == JobState.CANCELLING:
        finish_job(session, job, Reason.CANCELLED_BY_USER, actor=actor, message="cancelled; its workers were gone")
    job.lease_until_us = None
    job.eta_seconds = job.samples_per_second = None


def founder_of(session: Session, seat: Seat) -> str:
    """The worker that founded the seat's generation: its first member."""
    statement = select(Member.worker_id).where(Member.job_id == seat.job_id, Member.generation == seat.generation)
    return session.scalars(statement.order_by(Member.id)).first() or ""


def _count_attempt(session: Session, job: Job, reason: str, actor: str) -> None:
    job.restarts += 1
    progressed = job.step > job.attempt_step
    job.attempts_without_progress = 0 if progressed else job.attempts_without_progress + 1
    allowed = int(job.spec["max_restarts"])
    if job.attempts_without_progress > allowed:
        message = (
            f"{job.attempts_without_progress} attempts in a row made no step of progress; the last ended: {reason}"
        )
        finish_job(session, job, Reason.NO_PROGRESS, actor=actor, message=message)
    else:
        record_event(session, job.id, "restart", actor, f"restarting after: {reason}", restarts=job.restarts)
