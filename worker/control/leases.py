"""Leases: how a worker shows it lives, and how the others see that it does not. All by the database's clock."""

from __future__ import annotations

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from models.database import now_us, utc_now
from models.errors import Fenced
from models.lifecycle import record_event
from models.records import Job, Member, Worker
from models.states import SERVED
from worker.control.identity import Seat, WorkerIdentity


def lease_end(ttl_s: float) -> object:
    """The SQL expression for now + ttl, in microseconds."""
    return now_us() + int(ttl_s * 1_000_000)


def register_worker(session: Session, me: WorkerIdentity, ttl_s: float) -> None:
    """Add this process to the table of workers."""
    session.add(
        Worker(
            id=me.id,
            name=me.name,
            host=me.host,
            pid=me.pid,
            memory_domain=me.memory_domain,
            fingerprint=me.fingerprint,
            state="idle",
            job_id=None,
            lease_until_us=lease_end(ttl_s),
            started_at=utc_now(),
            last_seen_at=utc_now(),
        )
    )


def renew(session: Session, me: WorkerIdentity, seat: Seat | None, state: str, ttl_s: float, *, leads: bool) -> None:
    """Extend the leases of a worker, of its seat, and, for a leader, of the job.

    Raises:
        Fenced: the seat belongs to a generation that is no longer the job's newest, or the job is not served.
    """
    end = lease_end(ttl_s)
    session.execute(
        update(Worker)
        .where(Worker.id == me.id)
        .values(
            state=case((Worker.state == "draining", "draining"), else_=state),
            job_id=seat.job_id if seat else None,
            lease_until_us=end,
            last_seen_at=utc_now(),
        )
    )
    if seat is None:
        return
    session.execute(update(Member).where(Member.id == seat.member_id).values(lease_until_us=end))
    held = (Job.id == seat.job_id, Job.fence == seat.generation, Job.state.in_(SERVED))
    if leads:
        found = session.execute(update(Job).where(*held).values(lease_until_us=end)).rowcount  # type: ignore[attr-defined]
    else:
        found = session.scalar(select(Job.fence).where(*held))
    if not found:
        raise Fenced(seat.job_id, seat.generation)


def is_to_drain(session: Session, me: WorkerIdentity) -> bool:
    """Whether somebody asked this worker to take no more work."""
    return session.scalar(select(Worker.state).where(Worker.id == me.id)) == "draining"


def retire_worker(session: Session, worker_id: str) -> None:
    """Say that a worker process has ended, and that no seat of its is held any more."""
    session.execute(update(Worker).where(Worker.id == worker_id).values(state="gone", job_id=None, lease_until_us=0))
    seats = (Member.worker_id == worker_id, Member.state != "left")
    session.execute(update(Member).where(*seats).values(lease_until_us=0))


def give_up_seats(session: Session, me: WorkerIdentity) -> None:
    """Mark what seats this worker still has as left: it is about to take another one, and serves one at a time.

    It need not know of them. A connection that breaks in the middle of a commit leaves a seat taken and its worker in
    the belief that it is not; and one that is asked for while its generation ends is in no list of those who left it.
    """
    mine = (Member.worker_id == me.id, Member.state != "left")
    left = {"state": "left", "left_at": utc_now(), "left_reason": "its worker took another seat", "lease_until_us": 0}
    session.execute(update(Member).where(*mine).values(left))


def record_hang(session: Session, seat: Seat, me: WorkerIdentity) -> None:
    """Say that a member made no progress although it lives, and give its seat back. The caller ends its process."""
    left = (Member.id == seat.member_id, Member.state != "left")
    session.execute(update(Member).where(*left).values(state="left", left_at=utc_now(), left_reason="hung"))
    message = f"{me.name} hung: its heart beat on but it made no step; its process is ended"
    record_event(session, seat.job_id, "member_hung", me.id, message, generation=seat.generation)


def hold_job(session: Session, seat: Seat) -> Job:
    """The job's row, locked, if this seat's generation still owns it: the first line of every fenced write.

    Raises:
        Fenced: a newer generation owns it, or nobody serves it any more.
    """
    statement = select(Job).where(Job.id == seat.job_id, Job.fence == seat.generation, Job.state.in_(SERVED))
    job = session.scalars(statement.with_for_update()).one_or_none()
    if job is None:
        raise Fenced(seat.job_id, seat.generation)
    return job
