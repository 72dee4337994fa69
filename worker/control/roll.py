"""The roll: who came to a job, who left it and who died, for its story."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.database import now_us, utc_now
from models.lifecycle import record_event
from models.records import Member, Worker
from worker.control.identity import Seat, WorkerIdentity
from worker.gang.shared_folder import SharedFolder


def note_joined(session: Session, seat: Seat, me: WorkerIdentity) -> None:
    """A worker has come from elsewhere; one that goes from generation to generation does not come anew."""
    what = "founds" if seat.founder else "joins"
    message = f"{me.name} {what} generation {seat.generation}"
    record_event(session, seat.job_id, "member_joined", me.id, message, generation=seat.generation, worker=me.name)


def note_left(session: Session, seat: Seat, me: WorkerIdentity, why: str) -> None:
    """A worker goes of its own accord, between two steps."""
    message = f"{me.name} leaves after generation {seat.generation}: {why}"
    record_event(session, seat.job_id, "member_left", me.id, message, generation=seat.generation, worker=me.name)


def note_lost(session: Session, job_id: str, generation: int, folder: SharedFolder, *, actor: str) -> None:
    """Take the dead off the roll, each with how it was found out: by the kernel on its host, or by its lease.

    Args:
        folder: its domain's processes are known to live or not; of those elsewhere only the lease tells.
        actor: who found out.
    """
    silent = (Member.lease_until_us <= now_us()).label("silent")
    statement = select(Member.id, Member.rank, Worker, silent).join(Worker, Worker.id == Member.worker_id)
    seated = (Member.job_id == job_id, Member.generation == generation, Member.state != "left")
    for member_id, rank, worker, is_silent in session.execute(statement.where(*seated)).all():
        why = _why_lost(worker, folder, is_silent=is_silent)
        if why is None or not _strike_off(session, member_id, why):
            continue
        message = f"{worker.name} on {worker.host} (process {worker.pid}) is lost: {why}"
        details = {"generation": generation, "worker": worker.id, "rank": rank}
        record_event(session, job_id, "member_lost", actor, message, **details)


def _why_lost(worker: Worker, folder: SharedFolder, *, is_silent: bool) -> str | None:
    here = worker.memory_domain == folder.domain
    if worker.state == "gone" or (here and folder.is_dead(worker.id)):
        return "its process has ended"
    return "its lease has run out" if is_silent else None


def _strike_off(session: Session, member_id: str, why: str) -> bool:
    """Whether nobody else has done so: two may find out at the same moment."""
    statement = update(Member).where(Member.id == member_id, Member.state != "left")
    values = {"state": "left", "left_at": utc_now(), "left_reason": why}
    return bool(session.execute(statement.values(values)).rowcount)  # type: ignore[attr-defined]
