"""The workers that live now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import now_us
from models.errors import NotFound
from models.records import Job, Worker


def list_workers(session: Session) -> list[Worker]:
    """Those whose leases hold by the database's clock, oldest first."""
    alive = (Worker.state != "gone", Worker.lease_until_us > now_us())
    return list(session.scalars(select(Worker).where(*alive).order_by(Worker.id)))


def drain_worker(session: Session, worker_id: str) -> Worker:
    """Ask a worker to take no more work. It leaves its gang at the next step boundary; nothing is lost.

    Raises:
        NotFound: no such worker lives.
    """
    worker = session.scalars(select(Worker).where(Worker.id == worker_id).with_for_update()).one_or_none()
    if worker is None or worker.state == "gone":
        raise NotFound("worker", worker_id)
    worker.state = "draining"
    return worker


def own_jobs(session: Session, owner_id: str, workers: Collection[Worker]) -> set[str]:
    """The ids of the jobs these workers serve that belong to the owner."""
    served = {worker.job_id for worker in workers if worker.job_id}
    if not served:
        return set()
    return set(session.scalars(select(Job.id).where(Job.id.in_(served), Job.owner_id == owner_id)))


def worker_payload(worker: Worker, shown: Collection[str]) -> dict[str, Any]:
    """As the API shows it; the id of a job that is not among ``shown`` is left out."""
    return {
        "id": worker.id,
        "name": worker.name,
        "host": worker.host,
        "pid": worker.pid,
        "state": worker.state,
        "job_id": worker.job_id if worker.job_id in shown else None,
        "started_at": worker.started_at.isoformat(),
        "last_seen_at": worker.last_seen_at.isoformat(),
    }
