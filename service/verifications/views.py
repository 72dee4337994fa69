"""The routes of a job's verifications."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from service.bodies import json_body
from service.context import context, current_owner
from service.jobs.lookup import get_job
from service.verifications.request import (
    enqueue_verification,
    get_verification,
    list_verifications,
    parse_request,
    verification_payload,
)

blueprint = Blueprint("verifications", __name__)


@blueprint.post("/jobs/<job_id>/verifications")
def create(job_id: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Have a stretch of the job run again, and held against its stored costs and checkpoints."""
    request = parse_request(json_body())
    with context().database.write() as session:
        job = get_job(session, current_owner(), job_id, lock=True)
        verification, fresh = enqueue_verification(session, job, request)
        payload = verification_payload(verification)
    if fresh:
        context().hints.publish(1)
    location = f"/api/v1/jobs/{job_id}/verifications/{payload['id']}"
    return payload, 202 if fresh else 200, {"Location": location}


@blueprint.get("/jobs/<job_id>/verifications")
def index(job_id: str) -> dict[str, Any]:
    """The job's verifications, the newest first."""
    with context().database.read() as session:
        get_job(session, current_owner(), job_id)
        return {"items": [verification_payload(each) for each in list_verifications(session, job_id)], "next": None}


@blueprint.get("/jobs/<job_id>/verifications/<verification_id>")
def show(job_id: str, verification_id: str) -> dict[str, Any]:
    """One of them: how far it is, or its verdict."""
    with context().database.read() as session:
        get_job(session, current_owner(), job_id)
        return verification_payload(get_verification(session, job_id, verification_id))
