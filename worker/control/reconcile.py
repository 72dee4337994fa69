"""Repair: whatever a death left behind is put right. Any number of these may run at once, anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models.database import now_us, utc_now
from models.quotas import may_run
from models.records import Generation, Job, Member, Worker
from models.states import SERVED, TERMINAL, JobState
from worker.control.capacity import useful_members
from worker.control.generations import end_generation, put_back
from worker.control.roll import note_lost
from worker.control.verifications import waiting_verifications
from worker.gang.shared_folder import SharedFolder
from worker.gang.snapshots import remove_segment

ACTOR = "reconciler"
_KEEP_GONE_WORKERS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What one round found."""

    hints_wanted: int
    """Workers that the waiting jobs could use."""
    released: tuple[str, ...] = ()
    """Jobs taken from gangs that are gone."""


def reconcile(session: Session, folder: SharedFolder) -> Repaired:
    """Take jobs back from gangs that are gone, finish what was being cancelled or paused, count what waits."""
    _notice_dead_workers(session, folder)
    abandoned = _abandoned_jobs(session)
    for job in abandoned:
        note_lost(session, job.id, job.fence, folder, actor=ACTOR)
        _release(session, job)
    session.flush()
    return Repaired(_hints_wanted(session), tuple(job.id for job in abandoned))


def _abandoned_jobs(session: Session) -> list[Job]:
    """Served jobs whose lease has run out, or whose gang has no member left alive."""
    living_member = (
        select(Member.id)
        .where(
            Member.job_id == Job.id,
            Member.generation == Job.fence,
            Member.lease_until_us > now_us(),
        )
        .exists()
    )
    abandoned = (Job.lease_until_us <= now_us()) | ~living_member
    statement = select(Job).where(Job.state.in_(SERVED), abandoned)
    return list(session.scalars(statement.with_for_update(skip_locked=True)))


def _release(session: Session, job: Job) -> None:
    end_generation(session, job, "its workers are gone", by_force=True, actor=ACTOR)
    put_back(session, job, actor=ACTOR)


def _notice_dead_workers(session: Session, folder: SharedFolder) -> None:
    """End the leases of this host's dead workers at once, instead of when they run out; forget those long gone."""
    here = select(Worker.id).where(Worker.memory_domain == folder.domain, Worker.state != "gone")
    dead = [id for id in session.scalars(here) if folder.is_dead(id)]
    if dead:
        session.execute(update(Worker).where(Worker.id.in_(dead)).values(state="gone", job_id=None, lease_until_us=0))
        theirs = (Member.worker_id.in_(dead), Member.lease_until_us > 0)
        seats = session.execute(select(Member.job_id, Member.generation).where(*theirs, Member.state != "left"))
        for job_id, generation in seats.all():
            note_lost(session, job_id, generation, folder, actor=ACTOR)
        session.execute(update(Member).where(*theirs).values(lease_until_us=0))
    for id, is_dead in folder.life_signs().items():
        if is_dead:  # those who died before they were in the table, too
            folder.forget(id)
    expired = (Worker.state != "gone", Worker.lease_until_us < now_us() - 60_000_000)
    session.execute(update(Worker).where(*expired).values(state="gone", job_id=None))
    unreferenced = ~select(Member.id).where(Member.worker_id == Worker.id).exists()
    session.execute(
        delete(Worker).where(Worker.state == "gone", Worker.last_seen_at < utc_now() - _KEEP_GONE_WORKERS, unreferenced)
    )


def _hints_wanted(session: Session) -> int:
    """As many as there is room for, but no more than there are idle workers: those that are busy look again by
    themselves, and hints for them would pile up at the broker for as long as a long job runs.
    """
    wanted = session.scalar(select(func.sum(useful_members())).where(Job.state == JobState.QUEUED, may_run())) or 0
    size = (
        select(func.count(Member.id))
        .where(Member.job_id == Job.id, Member.generation == Job.fence, Member.state != "left")
        .correlate(Job)
        .scalar_subquery()
    )
    room = session.scalar(select(func.sum(useful_members() - size)).where(Job.state == JobState.RUNNING)) or 0
    idle = session.scalar(select(func.count(Worker.id)).where(Worker.state == "idle", Worker.lease_until_us > now_us()))
    return min(int(wanted) + max(0, int(room)) + waiting_verifications(session), idle or 0)


def remove_stale_segments(session: Session, folder: SharedFolder) -> None:
    """Remove shared memory of jobs that have ended and of generations that were followed by a newer, started one."""
    for path in folder.path.iterdir():
        job_id, _, number = path.stem.rpartition("-")
        if not job_id.startswith("job_"):
            continue
        job = session.get(Job, job_id)
        newer_runs = (
            select(Generation.number)
            .where(Generation.job_id == job_id, Generation.number > int(number), Generation.start_step.is_not(None))
            .exists()
        )
        if job is None or job.state in TERMINAL or session.scalar(select(newer_runs)):
            remove_segment(path)
