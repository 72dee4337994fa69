"""Forming a gang: the founder prepares the run and deals the shards; the others wait for their place."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.checkpoint_file import RunState
from models.database import now_us
from models.errors import GangBroken
from models.records import Generation, Job, Member, Worker
from models.states import JobState
from worker.control.capacity import members_allowed_after, most_members
from worker.control.generations import founder_of, left_and_go_on, start_generation, waiting_members
from worker.control.identity import Seat
from worker.control.leases import hold_job
from worker.gang.barrier import MAX_MEMBERS_HERE
from worker.gang.gang import Gang, Place
from worker.gang.segment import PIECE, Segment
from worker.gang.snapshots import Snapshots
from worker.process import WorkerProcess
from worker.starting_point import StartingPoint, find_starting_point
from worker.training.progress import Progress
from worker.training.run import Blueprint, Run
from worker.workload import load_blueprint

_POLL_S = 0.005
_SELDOM_S = 0.05
_JOIN_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Formed:
    """A member's place in a gang that is ready to train."""

    gang: Gang
    run: Run
    snapshots: Snapshots


def found(process: WorkerProcess, seat: Seat) -> Formed:
    """Prepare everything, wait a moment for other members, and start the generation.

    Raises:
        Fenced: another generation was founded meanwhile.
        ArtifactMissing: the dataset is gone.
        StorageError: shared memory or the cache has no room.
    """
    blueprint = load_blueprint(process, seat)
    start = find_starting_point(process, seat, blueprint)
    segment = Segment.found(_segment_path(process, seat), blueprint.segment_shape())
    _fill(segment, start)
    _wait_for_others(process, seat)
    with process.database.write() as session:
        job = hold_job(session, seat)
        job.steps_total = blueprint.plan.steps_total
        over = Progress(**start.state.progress).reason is not None  # nothing to share: the end is only to be written
        limit = 1 if over else min(most_members(session, job), MAX_MEMBERS_HERE)
        workers = start_generation(session, seat, job, start.state.step, limit)
    start.discard_outlived()
    with process.database.read() as session:
        place = _place_of(session.get_one(Member, seat.member_id), len(workers))
    return _bind(process, blueprint, segment, place, start.state, workers)


def join(process: WorkerProcess, seat: Seat) -> Formed | None:
    """Wait for a place in the seat's generation; None when this worker is not needed after all.

    Raises:
        GangBroken: the generation ended before it gave a place, or its founder is gone.
    """
    deadline = time.monotonic() + _JOIN_PATIENCE_S
    while time.monotonic() < deadline and not process.draining():
        process.heart.note_progress()
        with process.database.read() as session:
            member = session.get_one(Member, seat.member_id)
            job = session.get_one(Job, seat.job_id)
            generation = session.get_one(Generation, (seat.job_id, seat.generation))
            workers, founder = _workers_by_rank(session, seat), founder_of(session, seat)
            most = most_members(session, job)
        if job.state != JobState.RUNNING:
            return None
        if job.fence > seat.generation or generation.state == "ended":
            raise GangBroken("a newer generation is forming")
        if member.rank is not None:
            return _take_place(process, seat, generation, member, workers)
        if generation.state == "running" and len(workers) >= most:
            return None
        if generation.state == "forming" and process.folder.is_dead(founder):
            raise GangBroken("the founder is gone")
        time.sleep(_POLL_S if generation.state == "forming" else _SELDOM_S)
    return None


def _take_place(
    process: WorkerProcess, seat: Seat, generation: Generation, member: Member, workers: list[str]
) -> Formed:
    if generation.start_step is None:  # from any other step than the others it would train on other rows
        raise GangBroken("the generation has dealt its shards and not said where it starts")
    blueprint = load_blueprint(process, seat)
    segment = Segment.join(_segment_path(process, seat), blueprint.segment_shape())
    place = _place_of(member, len(workers))
    state = replace(blueprint.initial_state(), step=generation.start_step)
    return _bind(process, blueprint, segment, place, state, workers)


def _place_of(member: Member, size: int) -> Place:
    assert member.rank is not None and member.first_shard is not None and member.last_shard is not None  # noqa: PT018 - for the type checker
    return Place(member.rank, size, member.first_shard, member.last_shard)


def _bind(
    process: WorkerProcess, blueprint: Blueprint, segment: Segment, place: Place, state: RunState, workers: list[str]
) -> Formed:
    gang = Gang(segment, place, lambda rank: process.folder.is_dead(workers[rank]), process.heart.check)
    run = Run(blueprint, gang, state)
    return Formed(gang, run, Snapshots(segment, *run.cut))


def _segment_path(process: WorkerProcess, seat: Seat) -> Path:
    return process.folder.path / f"{seat.job_id}-{seat.generation}"


def _fill(segment: Segment, start: StartingPoint) -> None:
    """Put the state in, and a first snapshot of it: there is one to restart from at any time."""
    for part, numbers in zip(segment.state, start.vector, strict=True):
        for low in range(0, part.size, PIECE):
            part[low : low + PIECE] = numbers[low : low + PIECE]
            segment.forget(part[low : low + PIECE])
    segment.factor[0] = Progress(**start.state.progress).rate_factor
    snapshots = Snapshots(segment, 0, segment.shape.parameters)
    snapshots.copy_own_cut(start.vector)
    snapshots.publish(start.state)
    snapshots.close()


def _wait_for_others(process: WorkerProcess, seat: Seat) -> None:
    """Wait until all who could come have come, but never for long: a slot is not held to wait for more."""
    deadline = time.monotonic() + process.settings.forming_s
    while time.monotonic() < deadline:
        with process.database.read() as session:
            limit = members_allowed_after(session, session.get_one(Job, seat.job_id), seat.generation - 1)
            here = len(waiting_members(session, seat))
            could_come = session.scalar(_could_come(process, seat))
        if here >= limit or not could_come:
            return
        time.sleep(_POLL_S)


def _could_come(process: WorkerProcess, seat: Seat) -> Select[int]:
    """How many workers are idle, or on their way from the generation before."""
    joined = select(Member.worker_id).where(Member.state != "left")
    on_their_way = left_and_go_on(seat.job_id, seat.generation - 1)
    return select(func.count(Worker.id)).where(
        Worker.memory_domain == process.me.memory_domain,
        (Worker.state == "idle") | Worker.id.in_(on_their_way),
        Worker.lease_until_us > now_us(),
        Worker.id.not_in(joined),
    )


def _workers_by_rank(session: Session, seat: Seat) -> list[str]:
    statement = select(Member.worker_id).where(
        Member.job_id == seat.job_id, Member.generation == seat.generation, Member.rank.is_not(None)
    )
    return list(session.scalars(statement.order_by(Member.rank)))
