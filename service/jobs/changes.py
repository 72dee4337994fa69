"""What may be changed about a job after it was accepted. None of it changes the weights."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError, model_validator
from sqlalchemy.orm import Session

from models.errors import Conflict, Fault, ValidationFailed
from models.lifecycle import record_event
from models.records import Job
from models.spec.base import SpecPart
from models.spec.faults import faults_of
from models.spec.job import Label, Name
from models.states import TERMINAL, JobState

_CAPACITY = ("priority", "workers")
MAX_LABELS = 64


def _few(labels: dict[str, str]) -> dict[str, str]:
    if len(labels) > MAX_LABELS:
        raise ValueError(f"at most {MAX_LABELS} labels")
    return labels


class WorkersChange(SpecPart):
    """A new least or greatest number of workers; what is not given stays. Null for ``max`` means one a shard."""

    min: int | None = Field(default=None, ge=1)
    """Never null."""
    max: int | None = Field(default=None, ge=1)
    """Null: one a shard."""

    @model_validator(mode="after")
    def _min_is_a_number(self) -> WorkersChange:
        if "min" in self.model_fields_set and self.min is None:
            raise ValueError("min must be a number")
        return self


class JobChanges(SpecPart):
    """A patch: only the fields that are given are changed."""

    name: Name = ""
    """For people."""
    labels: Annotated[dict[Name, Label], AfterValidator(_few)] = Field(default_factory=dict)
    """All of them: those that are left out are gone."""
    priority: int = Field(default=0, ge=-1000, le=1000)
    """The higher, the sooner."""
    workers: WorkersChange = WorkersChange()
    """How many may serve it; obeyed live."""


def parse_changes(document: Any) -> JobChanges:
    """Check a patch by itself.

    Raises:
        ValidationFailed: with every fault.
    """
    try:
        return JobChanges.model_validate(document)
    except ValidationError as error:
        raise ValidationFailed(faults_of(error, document, JobChanges)) from None


def apply_changes(session: Session, job: Job, changes: JobChanges) -> None:
    """Write what is given to the job, and one event that says what is different now.

    Raises:
        ValidationFailed: the workers fit neither each other nor the shards.
        Conflict: the job has ended, and capacity is of no use to it.
    """
    given = changes.model_fields_set
    if JobState(job.state) in TERMINAL and given.intersection(_CAPACITY):
        raise Conflict(f"job {job.id} has ended; only its name and labels can be changed")
    before = _changeable(job)
    if "name" in given:
        job.name = changes.name
    if "labels" in given:
        job.labels = dict(changes.labels)
    if "priority" in given:
        job.priority = changes.priority
    if "workers" in given:
        _change_workers(job, changes.workers)
    after = _changeable(job)
    different = {name: value for name, value in after.items() if value != before[name]}
    if different:
        message = ", ".join(f"{name}: {before[name]} → {value}" for name, value in different.items())
        record_event(session, job.id, "changed", "user", message, **different)


def _change_workers(job: Job, wanted: WorkersChange) -> None:
    shards = int(job.spec["shards"])
    least = job.workers_min if wanted.min is None else wanted.min
    most = job.workers_max if "max" not in wanted.model_fields_set else min(wanted.max or shards, shards)
    if least > shards:
        message = f"{least} workers cannot share {shards} shards"
        raise ValidationFailed([Fault("/workers/min", message, "more_workers_than_shards")])
    if most < least:
        message = f"max ({most}) is less than min ({least})"
        raise ValidationFailed([Fault("/workers", message, "max_less_than_min")])
    job.workers_min, job.workers_max = least, most
    job.useful_until_us = None  # what was measured within the old bounds


def _changeable(job: Job) -> dict[str, Any]:
    return {
        "name": job.name,
        "labels": job.labels,
        "priority": job.priority,
        "workers": {"min": job.workers_min, "max": job.workers_max},
    }
