"""From a job's row to what is trained: its spec, its dataset, its preprocessing, prepared on this host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from models.database import Database
from models.job_datasets import get_job_dataset
from models.records import Job
from models.spec import parse_spec
from models.tabular import Preprocessing
from worker.control.identity import Seat
from worker.control.leases import hold_job
from worker.process import WorkerProcess
from worker.training.prepared import Table, learn_preprocessing, prepare
from worker.training.run import Blueprint


def load_blueprint(process: WorkerProcess, seat: Seat) -> Blueprint:
    """Everything about a job that does not change from one generation to the next.

    Raises:
        ArtifactMissing: the dataset is gone, or DatasetDeleted.
        Fenced: the job is no longer this generation's.
    """
    return _load(process, seat.job_id, lambda learnt: _keep(process.database, seat, learnt))


def load_ended_blueprint(process: WorkerProcess, job_id: str) -> Blueprint:
    """The same of a job that nobody serves any more.

    Raises:
        ArtifactMissing: the dataset is gone, or DatasetDeleted.
    """
    return _load(process, job_id, lambda _: None)


def _load(process: WorkerProcess, job_id: str, keep: Callable[[dict[str, Any]], None]) -> Blueprint:
    with process.database.read() as session:
        job = session.get_one(Job, job_id)
        spec, learnt = parse_spec(job.spec), job.preprocessing
        table = _open_table(process, session, spec.dataset)
        other = spec.validation.dataset if spec.validation else None
        validation = _open_table(process, session, other) if other else None
    preprocessing = Preprocessing.from_json(learnt) if learnt else learn_preprocessing(spec, table)
    if not learnt:
        keep(preprocessing.to_json())
    data = prepare(spec, preprocessing, table, validation, process.cache)
    return Blueprint(spec, data, preprocessing.n_outputs, preprocessing.output_labels)


def _open_table(process: WorkerProcess, session: Session, dataset_id: str) -> Table:
    dataset = get_job_dataset(session, dataset_id)
    path = process.store.local_path(dataset.artifact)
    return Table(np.load(path, mmap_mode="r", allow_pickle=False), dataset.columns, dataset.sha256)


def _keep(database: Database, seat: Seat, preprocessing: dict[str, Any]) -> None:
    with database.write() as session:
        hold_job(session, seat).preprocessing = preprocessing
