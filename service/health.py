"""What operators and their machines ask: does it live, is it ready, which version is it, how is it doing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models.release import release
from models.schema import REVISION, found_revision
from service.authentication import public
from service.context import context
from service.figures import Figures

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def readyz() -> tuple[dict[str, str], int]:
    """The database answers too, and has the tables this version needs."""
    try:
        with context().database.read() as session:
            session.execute(select(1))  # to tell a database that is away from one without tables
            revision = found_revision(session)
    except SQLAlchemyError:
        return {"status": "the database does not answer"}, 503
    if revision != REVISION:
        return {"status": "run `python -m migrations upgrade`", "found": revision or "none", "needed": REVISION}, 503
    return {"status": "ready"}, 200


@blueprint.get("/version")
@public
def show_version() -> dict[str, Any]:
    """Which release this is."""
    return {"name": "chainrule", "version": release()}


@blueprint.get("/metrics")
def metrics() -> Response:
    """For Prometheus, read from SQL at this moment; asked for with a key like everything else."""
    registry = CollectorRegistry()
    registry.register(Figures(context().database))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
