"""Finding an owner's datasets, and removing them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import utc_now
from models.errors import Conflict, NotFound
from models.records import Dataset, Job
from models.states import TERMINAL
from service.context import ServiceContext


def get_dataset(session: Session, owner_id: str, dataset_id: str) -> Dataset:
    """Raises NotFound, also for one that belongs to someone else."""
    dataset = session.get(Dataset, dataset_id)
    if dataset is None or dataset.owner_id != owner_id or dataset.deleted_at is not None:
        raise NotFound("dataset", dataset_id)
    return dataset


def list_datasets(
    session: Session, owner_id: str, *, limit: int, cursor: str | None
) -> tuple[Sequence[Dataset], str | None]:
    """A page, the newest first, and where the next one begins."""
    statement = select(Dataset).where(Dataset.owner_id == owner_id, Dataset.deleted_at.is_(None))
    if cursor is not None:
        statement = statement.where(Dataset.id < cursor)
    found = session.scalars(statement.order_by(Dataset.id.desc()).limit(limit + 1)).all()
    page = found[:limit]
    return page, page[-1].id if len(found) > limit else None


def delete_dataset(here: ServiceContext, owner_id: str, dataset_id: str) -> None:
    """Forget a dataset, then remove its file.

    Raises:
        Conflict: a job that has not ended trains on it or is tested on it.
    """
    with here.database.write() as session:
        # Held against a submission at the same moment, which holds it too while it looks whether it is there.
        session.get(Dataset, dataset_id, with_for_update=True)
        dataset = get_dataset(session, owner_id, dataset_id)
        unfinished = select(Job.id, Job.dataset_id, Job.spec).where(
            Job.owner_id == owner_id, Job.state.not_in(TERMINAL)
        )
        users = [
            job.id
            for job in session.execute(unfinished)
            if dataset_id in (job.dataset_id, (job.spec.get("validation") or {}).get("dataset"))
        ]
        if users:
            raise Conflict(f"job {users[0]} still needs this dataset: wait for it, or cancel it")
        dataset.deleted_at = utc_now()
    here.store.delete(dataset.artifact)
