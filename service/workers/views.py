"""The routes of ``/workers``."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from service.context import context, current_owner
from service.query import Query
from service.workers.directory import drain_worker, list_workers, own_jobs, worker_payload

blueprint = Blueprint("workers", __name__)


@blueprint.get("/workers")
def index() -> dict[str, Any]:
    """Every worker that lives."""
    Query(request.args).check()
    with context().database.read() as session:
        workers = list_workers(session)
        shown = own_jobs(session, current_owner(), workers)
    return {"items": [worker_payload(worker, shown) for worker in workers], "next": None}


@blueprint.post("/workers/<worker_id>/drain")
def drain(worker_id: str) -> dict[str, Any]:
    """Let it finish its step and take no more work."""
    with context().database.write() as session:
        worker = drain_worker(session, worker_id)
        shown = own_jobs(session, current_owner(), [worker])
        return worker_payload(worker, shown)
