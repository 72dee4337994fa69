"""The routes of a job's checkpoints, weights and predictions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from models.errors import Fault, ValidationFailed
from models.job_datasets import get_job_dataset
from service.bodies import json_body
from service.context import context, current_owner
from service.history.steps import recorded_cost
from service.jobs.lookup import get_job
from service.predictions.backprop import MOST_UNITS, MOST_WEIGHTS, Look, trace_rows
from service.predictions.checkpoints import checkpoint_payload, list_checkpoints
from service.predictions.exports import FORMATS, export_weights
from service.predictions.prediction import predict
from service.predictions.traced_rows import MOST_TRACED
from service.predictions.trained import USUAL_WEIGHTS, Trained, Which, load_trained, parse_which
from service.query import Query

blueprint = Blueprint("predictions", __name__)

MOST_ROWS = 10_000
"""Rows of one request."""


@blueprint.get("/jobs/<job_id>/checkpoints")
def checkpoints(job_id: str) -> dict[str, Any]:
    """A page of the job's kept states, by step."""
    query = Query(request.args)
    cursor, limit = query.integer("cursor", least=0), query.limit()
    query.check()
    with context().database.read() as session:
        get_job(session, current_owner(), job_id)
        found = list_checkpoints(session, job_id, -1 if cursor is None else cursor, limit + 1)
    page = found[:limit]
    return {
        "items": [checkpoint_payload(checkpoint) for checkpoint in page],
        "next": str(page[-1].step) if len(found) > limit else None,
    }


@blueprint.get("/jobs/<job_id>/weights")
def weights(job_id: str) -> AnyResponse:
    """The weights as a file."""
    query = Query(request.args)
    asked = query.text("which") or USUAL_WEIGHTS
    form = query.choice("format", FORMATS, "safetensors")
    query.check()
    trained = _load(job_id, parse_which(asked, "/query/which"))
    export = export_weights(trained, "npz" if form == "npz" else "safetensors")
    response = Response(export.content, mimetype=export.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=export.filename)
    response.set_etag(export.sha256)
    response.cache_control.no_cache = True  # ask again: the weights of a running job change
    return response.make_conditional(request)


@blueprint.post("/jobs/<job_id>/predict")
def predictions(job_id: str) -> dict[str, Any]:
    """What the network says of some raw rows."""
    rows, which = _read_question(json_body())
    return {"predictions": predict(_load(job_id, which), rows)}


@blueprint.get("/jobs/<job_id>/backprop")
def backprop(job_id: str) -> dict[str, Any]:
    """Rows of the dataset, or a step's batch, on their way through a kept state: forward, back, and the update."""
    query = Query(request.args)
    step, look = query.integer("step", least=0), _read_look(query)
    query.check()
    trained = _load(job_id, Which("last") if step is None else Which(str(step), step))
    with context().database.read() as session:
        dataset = get_job_dataset(session, trained.dataset_id)
        recorded = recorded_cost(session, job_id, trained.step)
    return trace_rows(trained, dataset, context().store, look, recorded)


def _read_look(query: Query) -> Look:
    row, rows = query.integer("row", least=0), query.integer("rows", least=1, most=MOST_TRACED)
    batch = query.flag("batch")
    if batch:
        for name, value in (("row", row), ("rows", rows)):
            if value is not None:
                query.fault(name, f"{name} picks rows of the dataset, batch those of a step: leave one out", "excluded")
    limit, top = query.integer("limit", least=1, most=MOST_UNITS), query.integer("top", least=0, most=MOST_WEIGHTS)
    return Look(None if batch else row or 0, rows or 1, limit or 32, top)


def _load(job_id: str, which: Which) -> Trained:
    return load_trained(context().database, context().store, current_owner(), job_id, which)


def _read_question(document: Any) -> tuple[list[Any], Which]:
    """The rows, and which weights are asked.

    Raises:
        ValidationFailed: it is not a question.
    """
    if not isinstance(document, dict):
        raise ValidationFailed([Fault("", 'send {"rows": [...]}', "not_an_object")])
    faults = [
        Fault(f"/{name}", "there is no such field; there are rows and which", "extra_forbidden")
        for name in document
        if name not in ("rows", "which")
    ]
    rows = document.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
        faults.append(Fault("/rows", f"a list of 1 to {MOST_ROWS:,} rows is required", "rows"))
    try:
        which = parse_which(document.get("which", USUAL_WEIGHTS), "/which")
    except ValidationFailed as error:
        raise ValidationFailed([*faults, *error.faults]) from None
    if faults:
        raise ValidationFailed(faults)
    assert isinstance(rows, list)
    return rows, which
