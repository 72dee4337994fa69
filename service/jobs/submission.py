"""From a document to a job in the queue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.artifacts import ArtifactStore
from models.database import utc_now
from models.errors import Conflict, Fault, ValidationFailed
from models.ids import new_id
from models.lifecycle import record_event
from models.quotas import check_room_in_queue
from models.records import Dataset, Job
from models.spec import JobSpec, parse_spec, resolve
from models.spec.resolve import column_faults, network_widths
from models.spec.warnings import warnings_of
from models.states import JobState
from service.jobs.job_warnings import record_warnings
from service.jobs.plan import Plan, plan_of
from service.jobs.training_rows import (
    check_class_weights,
    check_sample_weights,
    check_second_dataset,
    training_rows,
)
from service.jobs.warm_start import keep_warm_start, resolve_warm_start

_DATA = frozenset({"dataset", "task", "target", "features", "sample_weight"})
"""The fields that say which columns are used, and for what."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A spec held against its dataset."""

    spec: JobSpec
    plan: Plan
    warnings: tuple[Fault, ...] = ()
    """What its owner should know before it is run."""


def plan_job(session: Session, owner_id: str, document: Any, store: ArtifactStore, *, max_parameters: int) -> Planned:
    """Check everything that can be known about a document before it is run.

    Raises:
        ValidationFailed: with every fault.
    """
    try:
        spec = parse_spec(document)
    except ValidationFailed as error:
        raise ValidationFailed([*error.faults, *_faults_of_data(session, owner_id, document, error.faults)]) from None
    dataset = _find_dataset(session, owner_id, spec.dataset)
    other_id = spec.validation.dataset if spec.validation else None
    other = _find_dataset(session, owner_id, other_id) if other_id else None
    faults = []
    if dataset is None:
        faults.append(_unknown_dataset("/dataset", spec.dataset))
    if other_id and other is None:
        faults.append(_unknown_dataset("/validation/dataset", other_id))
    if dataset is None or faults:
        raise ValidationFailed(faults)
    resolved = resolve(
        spec,
        dataset.columns,
        dataset.rows,
        max_parameters=max_parameters,
        validation_columns=other.columns if other else (),
    )
    widths = network_widths(resolved, {column["name"]: column for column in dataset.columns})
    resolved = resolve_warm_start(session, owner_id, resolved, widths, store)
    check_class_weights(resolved, dataset, store)
    check_sample_weights(resolved, dataset, store)
    check_second_dataset(resolved, dataset, other, store)
    left = training_rows(resolved, dataset, store)
    plan = plan_of(resolved, dataset.columns, rows=dataset.rows, training_rows=left)
    same_rows = other is not None and other.sha256 == dataset.sha256
    return Planned(resolved, plan, tuple(warnings_of(resolved, dataset.columns, dataset.rows, same_rows=same_rows)))


def find_repeated(session: Session, owner_id: str, key: str | None, document: Any) -> Job | None:
    """The job that the same request made before.

    Raises:
        Conflict: the key was used for another document.
    """
    if key is None:
        return None
    job = session.scalars(select(Job).where(Job.owner_id == owner_id, Job.idempotency_key == key)).one_or_none()
    if job is not None and job.request_sha256 != digest(document):
        raise Conflict(f"Idempotency-Key {key!r} was used for another request, which made job {job.id}: use a new key")
    return job


def enqueue(session: Session, owner_id: str, planned: Planned, *, key: str | None, document: Any) -> Job:
    """Add the job. It is accepted once the caller's transaction is committed.

    Raises:
        QuotaExceeded: the owner has as many waiting jobs as they may have.
    """
    check_room_in_queue(session, owner_id)
    spec = planned.spec
    assert spec.name is not None
    assert spec.workers.max is not None, "a resolved spec has a name and a number of workers"
    job = Job(
        id=new_id("job"),
        owner_id=owner_id,
        dataset_id=spec.dataset,
        name=spec.name,
        labels=dict(spec.labels),
        priority=spec.priority,
        workers_min=spec.workers.min,
        workers_max=spec.workers.max,
        spec=spec.model_dump(mode="json"),
        idempotency_key=key,
        request_sha256=digest(document),
        state=JobState.QUEUED.value,
        steps_total=planned.plan.steps_total,
        created_at=utc_now(),
    )
    keep_warm_start(session, spec)
    session.add(job)
    session.flush()
    record_event(session, job.id, "submitted", "user", "submitted")
    record_warnings(session, job.id, planned.warnings)
    session.flush()
    return job


def digest(document: Any) -> str:
    """Of the document's meaning: neither white space nor the order of its fields counts."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _faults_of_data(session: Session, owner_id: str, document: Any, faults: Sequence[Fault]) -> list[Fault]:
    """What is wrong with the columns that a malformed document names: who corrects its form is not refused again.

    Only where what names them is well formed, and no field is unknown: a misspelt one may be one of these.

    Args:
        session: to find the dataset with.
        owner_id: whose dataset.
        document: the document.
        faults: of its form.
    """
    malformed = {fault.pointer.split("/")[1] if fault.pointer else "" for fault in faults}
    if not malformed <= JobSpec.model_fields.keys() - _DATA:
        return []
    spec = parse_spec({name: document[name] for name in _DATA if name in document})
    dataset = _find_dataset(session, owner_id, spec.dataset)
    if dataset is None:
        return [_unknown_dataset("/dataset", spec.dataset)]
    return column_faults(spec, {column["name"]: column for column in dataset.columns}, dataset.rows)


def _find_dataset(session: Session, owner_id: str, dataset_id: str) -> Dataset | None:
    statement = select(Dataset).where(
        Dataset.id == dataset_id, Dataset.owner_id == owner_id, Dataset.deleted_at.is_(None)
    )
    return session.scalars(statement.with_for_update(read=True)).one_or_none()


def _unknown_dataset(pointer: str, dataset_id: str) -> Fault:
    return Fault(pointer, f"there is no dataset {dataset_id!r}: upload it first", "unknown_dataset")
