"""The routes of ``/jobs``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.errors import Fault, ValidationFailed
from models.records import Job
from service.bodies import json_body
from service.context import context, current_owner
from service.jobs.changes import apply_changes, parse_changes
from service.jobs.fork import enqueue_fork, parse_fork, plan_fork
from service.jobs.job_warnings import render_warnings
from service.jobs.listing import list_jobs, read_filter
from service.jobs.lookup import get_job
from service.jobs.payload import accepted_job, job_payload, job_payloads, job_with_report
from service.jobs.receipt import receipt_of
from service.jobs.steering import cancel_job, pause_job, resume_job
from service.jobs.submission import Planned, enqueue, find_repeated, plan_job
from service.query import Query

blueprint = Blueprint("jobs", __name__)

Answer = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.post("/jobs")
def submit() -> Answer:
    """Accept a job, or with ``?dry_run=true`` say what it would come to."""
    document = json_body()
    query = Query(request.args)
    dry_run = query.flag("dry_run")
    query.check()
    if dry_run:
        with context().database.read() as session:
            planned = _plan(session, document)
        spec, warnings = planned.spec.model_dump(mode="json"), render_warnings(planned.warnings)
        return {"spec": spec, **planned.plan.to_json(), "warnings": warnings}, 200, {}
    try:
        return _accept(document, _idempotency_key())
    except IntegrityError:  # the same key, at the same moment: the other one is there now
        return _accept(document, _idempotency_key())


@blueprint.get("/jobs")
def index() -> dict[str, Any]:
    """A page of the owner's jobs."""
    wanted = read_filter(Query(request.args))
    with context().database.read() as session:
        page, cursor = list_jobs(session, current_owner(), wanted)
        return {"items": job_payloads(session, page), "next": cursor}


@blueprint.get("/jobs/<job_id>")
def show(job_id: str) -> dict[str, Any]:
    """One job."""
    with context().database.read() as session:
        return job_with_report(session, get_job(session, current_owner(), job_id))


@blueprint.get("/jobs/<job_id>/receipt")
def receipt(job_id: str) -> dict[str, Any]:
    """Everything its weights follow from, and the digests of what came out."""
    with context().database.read() as session:
        return receipt_of(session, get_job(session, current_owner(), job_id))


@blueprint.patch("/jobs/<job_id>")
def change(job_id: str) -> dict[str, Any]:
    """Change name, labels, priority or workers."""
    changes = parse_changes(json_body())
    payload = _write(job_id, lambda session, job: apply_changes(session, job, changes))
    if "workers" in changes.model_fields_set and payload["state"] in ("queued", "running"):
        context().hints.publish(payload["workers"]["max"])
    return payload


@blueprint.post("/jobs/<job_id>/cancel")
def cancel(job_id: str) -> dict[str, Any]:
    """End it at its next step."""
    return _write(job_id, cancel_job)


@blueprint.post("/jobs/<job_id>/pause")
def pause(job_id: str) -> dict[str, Any]:
    """Let it rest at its next step, with a checkpoint."""
    return _write(job_id, pause_job)


@blueprint.post("/jobs/<job_id>/resume")
def resume(job_id: str) -> dict[str, Any]:
    """Put a paused job back into the queue."""
    payload = _write(job_id, resume_job)
    if payload["state"] == "queued":
        context().hints.publish(payload["workers"]["max"])
    return payload


@blueprint.post("/jobs/<job_id>/fork")
def fork(job_id: str) -> Answer:
    """Make a new job that goes on from a kept state of this one, with what is changed."""
    document, key = json_body(), _idempotency_key()
    try:
        return _fork(job_id, document, key)
    except IntegrityError:  # the same key, at the same moment: the other one is there now
        return _fork(job_id, document, key)


def _fork(job_id: str, document: Any, key: str | None) -> Answer:
    request_ = parse_fork(document)
    asked = {"fork": job_id, **document}
    here, owner_id = context(), current_owner()
    with here.database.read() as session:
        repeated = find_repeated(session, owner_id, key, asked)
        if repeated is not None:
            return accepted_job(session, repeated), 200, _location(repeated)
        parent = get_job(session, owner_id, job_id)
        planned = plan_fork(session, parent, request_, here.store, max_parameters=here.settings.max_parameters)
    try:
        with here.database.write() as session:
            job = enqueue_fork(session, get_job(session, owner_id, job_id), planned, key=key, document=asked)
            payload = accepted_job(session, job)
    except Exception:
        here.store.delete(planned.stored.name)
        raise
    here.hints.publish(job.workers_max)
    return payload, 202, _location(job)


def _location(job: Job) -> dict[str, str]:
    return {"Location": f"/api/v1/jobs/{job.id}"}


def _accept(document: Any, key: str | None) -> Answer:
    with context().database.write() as session:
        job = find_repeated(session, current_owner(), key, document)
        fresh = job is None
        if job is None:
            job = enqueue(session, current_owner(), _plan(session, document), key=key, document=document)
        payload = accepted_job(session, job)
    if fresh:  # after the commit: a worker that hears of it must find it
        context().hints.publish(job.workers_max)
    return payload, 202 if fresh else 200, _location(job)


def _plan(session: Session, document: Any) -> Planned:
    here = context()
    return plan_job(session, current_owner(), document, here.store, max_parameters=here.settings.max_parameters)


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (1 <= len(key) <= 200 and key.isprintable()):
        message = "the header Idempotency-Key takes 1 to 200 printable characters"
        raise ValidationFailed([Fault("/headers/Idempotency-Key", message, "bad_header")])
    return key


def _write(job_id: str, act: Callable[[Session, Job], object]) -> dict[str, Any]:
    with context().database.write() as session:
        job = get_job(session, current_owner(), job_id, lock=True)
        act(session, job)
        session.flush()
        return job_payload(session, job)
