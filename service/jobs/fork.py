"""Forking: a new job that goes on from a kept state of another one, with all of it but what is changed.

The new job begins with a copy of the checkpoint (parameters, optimizer's slots, counters), of the history up to it and
of the preprocessing. Left unchanged it ends with the very weights of the first job.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.artifacts import ArtifactStore, Stored
from models.checkpoint_file import RunState, checkpoint_header, read_checkpoint
from models.database import utc_now
from models.errors import Fault, ValidationFailed
from models.ids import new_id
from models.job_datasets import check_job_datasets
from models.lifecycle import record_event
from models.records import Checkpoint, CostChunk, Epoch, Job
from models.spec import JobSpec, parse_spec
from models.spec.base import SpecPart
from models.spec.faults import faults_of
from models.spec.job import Name
from models.spec.metrics import watched_metric
from service.jobs.merge_patch import differences, merged
from service.jobs.submission import Planned, enqueue, plan_job

_CHANGEABLE = (
    *("/name", "/labels", "/priority", "/workers", "/mixed_hardware", "/max_restarts", "/checkpoints", "/stopping"),
    *("/training/max_epochs", "/training/schedule", "/training/optimizer"),
    *("/training/l1", "/training/l2", "/training/clip_norm"),
)
_FIXED = ("/training/optimizer/name",)


class ForkRequest(SpecPart):
    """Where to go on from, and what shall be different."""

    step: int | None = Field(default=None, ge=0)
    """Of a kept checkpoint; null means the newest."""
    name: Name | None = None
    """Null: that of the first job and the step."""
    changes: dict[str, Any] = Field(default_factory=dict)
    """A merge patch of the spec (RFC 7396)."""


@dataclass(frozen=True, slots=True)
class PlannedFork:
    """A fork that can be made: its plan, and the copy of the state it begins with."""

    planned: Planned
    checkpoint: Checkpoint
    state: RunState
    stored: Stored


def parse_fork(document: Any) -> ForkRequest:
    """Check a request by itself.

    Raises:
        ValidationFailed: with every fault.
    """
    try:
        return ForkRequest.model_validate(document)
    except ValidationError as error:
        raise ValidationFailed(faults_of(error, document, ForkRequest)) from None


def plan_fork(
    session: Session, parent: Job, request: ForkRequest, store: ArtifactStore, *, max_parameters: int
) -> PlannedFork:
    """Check everything, and copy the state: the file is there before any row names it.

    Raises:
        ValidationFailed: there is no such checkpoint; a change does not fit the state, or leaves nothing to train.
        DatasetDeleted: the rows of the parent are gone.
        ArtifactMissing, ArtifactCorrupt: the checkpoint's file is not what it was.
    """
    check_job_datasets(session, parent)
    checkpoint = _find_checkpoint(session, parent, request.step)
    document = _document(parent, request, checkpoint.step)
    _check_changes(parent, document)
    try:
        planned = plan_job(session, parent.owner_id, document, store, max_parameters=max_parameters)
    except ValidationFailed as error:
        raise ValidationFailed([replace(fault, pointer=f"/changes{fault.pointer}") for fault in error.faults]) from None
    if checkpoint.step >= planned.plan.steps_total:
        message = f"step {checkpoint.step} is the last one of so many epochs: train more, or fork from an earlier step"
        raise ValidationFailed([Fault("/changes/training/max_epochs", message, "nothing_left")])
    state, vector = read_checkpoint(store.verify(checkpoint.artifact, checkpoint.sha256))
    state = replace(state, progress=_progress(state.progress, parse_spec(parent.spec), planned.spec))
    stem = f"checkpoints/{new_id('frk')}-{checkpoint.step}"
    stored = store.put(stem, ".safetensors", [checkpoint_header(state), vector.data.cast("B")])
    return PlannedFork(planned, checkpoint, state, stored)


def enqueue_fork(session: Session, parent: Job, fork: PlannedFork, *, key: str | None, document: Any) -> Job:
    """Add the job, its history so far and its first checkpoint.

    Raises:
        QuotaExceeded: the owner has as many waiting jobs as they may have.
    """
    job = enqueue(session, parent.owner_id, fork.planned, key=key, document=document)
    step, epoch = fork.checkpoint.step, fork.checkpoint.epoch
    job.forked_from_job, job.forked_from_step = parent.id, step
    job.step, job.epoch, job.attempt_step = step, epoch, step
    job.preprocessing, job.fingerprint = parent.preprocessing, parent.fingerprint
    if parent.mixed_since_step is not None and parent.mixed_since_step < step:
        job.mixed_since_step = parent.mixed_since_step
    job.best = fork.state.progress.get("best")
    session.add_all(_history(session, parent.id, job.id, step, epoch))
    session.add(
        Checkpoint(
            job_id=job.id,
            step=step,
            epoch=epoch,
            fence=0,
            artifact=fork.stored.name,
            sha256=fork.stored.sha256,
            size_bytes=fork.stored.size_bytes,
            pinned=True,
            created_at=utc_now(),
        )
    )
    session.flush()
    newest = session.get(Epoch, (job.id, epoch))
    if newest is not None:
        job.latest = {"epoch": epoch, **{name: value for name, value in newest.metrics.items() if value is not None}}
    record_event(session, job.id, "forked", "user", f"forked from job {parent.id} at step {step}", step=step)
    record_event(session, parent.id, "fork", "user", f"job {job.id} was forked at step {step}", step=step)
    session.flush()
    return job


def _find_checkpoint(session: Session, parent: Job, step: int | None) -> Checkpoint:
    statement = select(Checkpoint).where(Checkpoint.job_id == parent.id).order_by(Checkpoint.step)
    kept = session.scalars(statement).all()
    found = [checkpoint for checkpoint in kept if step is None or checkpoint.step == step]
    if not found:
        steps = ", ".join(str(checkpoint.step) for checkpoint in kept) or "none yet"
        raise ValidationFailed([Fault("/step", f"no such checkpoint is kept; there are: {steps}", "unknown_step")])
    return found[-1]


def _document(parent: Job, request: ForkRequest, step: int) -> dict[str, Any]:
    now = {
        "name": request.name or f"{parent.name}, from step {step}"[:200],
        "labels": parent.labels,
        "priority": parent.priority,
        "workers": {"min": parent.workers_min, "max": parent.workers_max},
        "warm_start": None,
    }
    result: dict[str, Any] = merged({**parent.spec, **now}, request.changes)
    return result


def _check_changes(parent: Job, document: Mapping[str, Any]) -> None:
    before = {**parent.spec, "warm_start": None}
    faults = [
        Fault(
            f"/changes{pointer}",
            "this belongs to the state that the fork goes on with, and cannot change; "
            "to begin a new job from its weights alone, use warm_start",
            "not_changeable",
        )
        for pointer in differences(before, document)
        if pointer.startswith(_FIXED) or not pointer.startswith(_CHANGEABLE)
    ]
    if faults:
        raise ValidationFailed(faults)


def _progress(progress: Mapping[str, Any], before: JobSpec, after: JobSpec) -> dict[str, Any]:
    """The run is not over; what was the best by another metric, or stale by another rule, counts no more."""
    result = {**progress, "reason": None}
    if after.stopping.patience != before.stopping.patience:
        result |= {"patience_value": None, "stale_epochs": 0}
    if watched_metric(after) != watched_metric(before):
        result |= {"best_value": None, "best": None}
    return result


def _history(session: Session, parent_id: str, job_id: str, step: int, epoch: int) -> Iterator[CostChunk | Epoch]:
    chunks = select(CostChunk).where(CostChunk.job_id == parent_id, CostChunk.first_step < step)
    for chunk in session.scalars(chunks.order_by(CostChunk.first_step)):
        last = min(chunk.last_step, step)
        row_bytes = len(chunk.series) // (chunk.last_step - chunk.first_step)
        series = chunk.series[: row_bytes * (last - chunk.first_step)]
        yield CostChunk(job_id=job_id, first_step=chunk.first_step, last_step=last, series=series)
    for row in session.scalars(select(Epoch).where(Epoch.job_id == parent_id, Epoch.epoch <= epoch)):
        yield Epoch(job_id=job_id, epoch=row.epoch, step=row.step, seconds=row.seconds, metrics=row.metrics)
