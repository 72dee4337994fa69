"""Finding a job. One of another owner is not there: its very existence is nobody else's business."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from models.errors import NotFound
from models.records import Job


def get_job(session: Session, owner_id: str, job_id: str, *, lock: bool = False) -> Job:
    """The owner's job; with ``lock`` held against every other writer until the transaction ends.

    Raises:
        NotFound: the owner has none of that id.
    """
    statement = (
        select(Job)
        .where(Job.id == job_id, Job.owner_id == owner_id)
        .options(defer(Job.preprocessing), defer(Job.report))
    )
    if lock:
        statement = statement.with_for_update()
    job = session.scalars(statement).one_or_none()
    if job is None:
        raise NotFound("job", job_id)
    return job
