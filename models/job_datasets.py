"""The datasets of a job: what it trains on, and what it is tested on if that is another one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.errors import DatasetDeleted
from models.records import Dataset, Job
from models.spec import parse_spec


def get_job_dataset(session: Session, dataset_id: str) -> Dataset:
    """One that a job names. Raises DatasetDeleted."""
    dataset = session.get_one(Dataset, dataset_id)
    if dataset.deleted_at is not None:
        raise DatasetDeleted(dataset_id)
    return dataset


def check_job_datasets(session: Session, job: Job) -> None:
    """Raises DatasetDeleted if the job could not be run again."""
    validation = parse_spec(job.spec).validation
    for dataset_id in (job.dataset_id, validation.dataset if validation else None):
        if dataset_id:
            get_job_dataset(session, dataset_id)
