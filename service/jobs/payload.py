"""A job as the API shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.records import Job
from models.states import SERVED
from service.jobs.gangs import gangs_of
from service.jobs.job_warnings import recorded_warnings
from service.jobs.queue import queue_of


def job_payloads(session: Session, jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """All of them in a fixed number of queries."""
    gangs, queue = gangs_of(session, jobs), queue_of(session, jobs)
    return [render_job(job, gangs.get(job.id), queue.get(job.id)) for job in jobs]


def job_payload(session: Session, job: Job) -> dict[str, Any]:
    """One of them."""
    return job_payloads(session, [job])[0]


def job_with_report(session: Session, job: Job) -> dict[str, Any]:
    """One of them with the report it ended with: too much to be in every list and message."""
    return job_payload(session, job) | {"report": job.report}


def accepted_job(session: Session, job: Job) -> dict[str, Any]:
    """One of them for who has submitted it, with what they should know of it."""
    return job_payload(session, job) | {"warnings": recorded_warnings(session, job.id)}


def render_job(job: Job, gang: dict[str, Any] | None, queue: dict[str, Any] | None) -> dict[str, Any]:
    """The row and what was found out about it as one JSON object."""
    return {
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "reason": job.reason,
        "message": job.message,
        "labels": job.labels,
        "priority": job.priority,
        "workers": {"min": job.workers_min, "max": job.workers_max},
        "spec": job.spec,
        "progress": _progress(job),
        "latest": job.latest,
        "best": job.best,
        "gang": gang,
        "queue": queue,
        "forked_from": {"job": job.forked_from_job, "step": job.forked_from_step} if job.forked_from_job else None,
        "restarts": job.restarts,
        "mixed_since_step": job.mixed_since_step,
        "weights_sha256": job.weights_sha256,
        "created_at": _iso(job.created_at),
        "started_at": _iso(job.started_at),
        "finished_at": _iso(job.finished_at),
    }


def _progress(job: Job) -> dict[str, Any]:
    """Time left is a fact about a gang: without one there is none. The speed of an ended job is that of all of it."""
    served = job.state in SERVED
    return {
        "epoch": job.epoch,
        "step": job.step,
        "steps_total": job.steps_total,
        "fraction": min(1.0, job.step / job.steps_total) if job.steps_total else None,
        "eta_seconds": job.eta_seconds if served else None,
        "samples_per_second": job.samples_per_second,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
