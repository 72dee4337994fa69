"""How a worker that is to end lets go of a job."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.records import Generation, Job, Worker
from models.states import SERVED
from worker.control.generations import left_and_go_on, put_back
from worker.control.identity import Seat, WorkerIdentity
from worker.control.roll import note_left


def leave_job(session: Session, seat: Seat, me: WorkerIdentity) -> None:
    """Of those who leave at a boundary, the last one puts the job back, so that nobody waits for a lease to run out.

    A gang whose members all end at once has nobody who would form again. Each of them calls this after its part in the
    generation; while one that is not ending is left, or the generation has not ended, nothing happens.
    """
    session.execute(update(Worker).where(Worker.id == me.id).values(state="draining"))
    note_left(session, seat, me, "it takes no more work")
    held = (Job.id == seat.job_id, Job.fence == seat.generation, Job.state.in_(SERVED))
    job = session.scalars(select(Job).where(*held).with_for_update()).one_or_none()
    if job is None:
        return
    generation = session.get_one(Generation, (seat.job_id, seat.generation))
    if generation.state == "ended" and not _others_go_on(session, generation, me):
        put_back(session, job, actor=me.id)


def _others_go_on(session: Session, generation: Generation, me: WorkerIdentity) -> bool:
    statement = left_and_go_on(generation.job_id, generation.number).where(Worker.id != me.id)
    return session.scalars(statement).first() is not None
