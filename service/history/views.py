"""The routes of a job's history, events and stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from models.database import Database
from service.context import context, current_owner
from service.history.epochs import read_epochs
from service.history.events import event_payload, read_events
from service.history.steps import columns_of, read_blocks, read_thinned, rows_of, steps_done
from service.history.stream import HEADERS, stream_news
from service.history.tables import Rows, csv_pieces, json_pieces
from service.history.watching import Seen, Watch
from service.jobs.lookup import get_job
from service.query import Query
from service.shutdown import shutting_down

blueprint = Blueprint("history", __name__)

_MOST_POINTS = 100_000


@blueprint.get("/jobs/<job_id>/history")
def history(job_id: str) -> Response:
    """The cost and the metrics by epoch or by step, as JSON or CSV."""
    query = Query(request.args)
    series = query.choice("series", ("epoch", "step"), "epoch")
    points = query.integer("points", least=2, most=_MOST_POINTS)
    from_step = query.integer("from_step", least=0) or 0
    form = query.choice("format", ("json", "csv")) or _accepted_form()
    query.check()
    database = context().database
    with database.read() as session:
        job = get_job(session, current_owner(), job_id)
        if series == "epoch":
            table = read_epochs(session, job_id, from_step=from_step, points=points)
            return _table(form, table["columns"], [table["rows"]])
        last = steps_done(session, job_id)
    return _table(form, columns_of(job.spec), _step_rows(database, job_id, from_step, last, points))


@blueprint.get("/jobs/<job_id>/events")
def events(job_id: str) -> dict[str, Any]:
    """A page of what happened to the job, oldest first."""
    query = Query(request.args)
    after, limit = query.integer("cursor", least=0) or 0, query.limit()
    query.check()
    with context().database.read() as session:
        get_job(session, current_owner(), job_id)
        found = read_events(session, job_id, after, limit + 1)
    page = found[:limit]
    return {
        "items": [event_payload(event) for event in page],
        "next": str(page[-1].id) if len(found) > limit else None,
    }


@blueprint.get("/jobs/<job_id>/stream")
def stream(job_id: str) -> Response:
    """The job's news as server-sent events."""
    Query(request.args).check()
    database, owner_id = context().database, current_owner()
    with database.read() as session:
        get_job(session, owner_id, job_id)
    watch = Watch(database, owner_id, job_id, Seen.parse(request.headers.get("Last-Event-ID")))
    return Response(stream_news(watch, shutting_down), mimetype="text/event-stream", headers=HEADERS)


def _step_rows(database: Database, job_id: str, first: int, last: int, points: int | None) -> Iterable[Rows]:
    if points is not None:
        return [read_thinned(database, job_id, first, last, points)]
    return (rows_of(block) for block in read_blocks(database, job_id, first, last))


def _accepted_form() -> str:
    best = request.accept_mimetypes.best_match(["application/json", "text/csv"], "application/json")
    return "csv" if best == "text/csv" else "json"


def _table(form: str, columns: Iterable[str], blocks: Iterable[Rows]) -> Response:
    if form == "csv":
        return Response(csv_pieces(list(columns), blocks), mimetype="text/csv")
    return Response(json_pieces(list(columns), blocks), mimetype="application/json")
