"""Who serves jobs now, as the API shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.records import Job, Member, Worker
from models.states import SERVED


def gangs_of(session: Session, jobs: Sequence[Job]) -> dict[str, dict[str, Any]]:
    """The gang of each job that has one, by the job's id, all in one query.

    ``shards`` is [first, one past the last]; empty for a worker that is taken in at the next step boundary.
    """
    served = [job.id for job in jobs if job.state in SERVED]
    if not served:
        return {}
    statement = (
        select(Job.id, Job.fence, Member, Worker)
        .join(Member, (Member.job_id == Job.id) & (Member.generation == Job.fence))
        .join(Worker, Worker.id == Member.worker_id)
        .where(Job.id.in_(served), Member.state != "left")
        .order_by(Job.id, Member.rank.is_(None), Member.rank, Member.id)
    )
    members = defaultdict(list)
    fences = {}
    for job_id, fence, member, worker in session.execute(statement):
        fences[job_id] = fence
        members[job_id].append(_member(member, worker))
    return {job_id: {"generation": fences[job_id], "members": members[job_id]} for job_id in fences}


def _member(member: Member, worker: Worker) -> dict[str, Any]:
    dealt = member.first_shard is not None and member.last_shard is not None
    shards = [member.first_shard, member.last_shard] if dealt else []
    return {"worker": worker.id, "name": worker.name, "host": worker.host, "pid": worker.pid, "shards": shards}
