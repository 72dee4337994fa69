"""Errors as answers: ``application/problem+json`` (RFC 9457). The only place that knows HTTP statuses."""

from __future__ import annotations

import errno
import json
from dataclasses import asdict
from typing import Any

import structlog
from flask import Flask, Response, render_template, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException

from models.errors import (
    ArtifactCorrupt,
    ArtifactMissing,
    ChainruleError,
    Conflict,
    DatasetDeleted,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    QuotaExceeded,
    StorageFull,
    TooLarge,
    TooManyAttempts,
    ValidationFailed,
)

_log = structlog.get_logger()

_STATUSES: dict[type[ChainruleError], tuple[int, str]] = {
    ValidationFailed: (422, "What was sent cannot be used"),
    NotAuthenticated: (401, "A key is needed"),
    NotAllowed: (403, "Not allowed"),
    NotFound: (404, "Not found"),
    Conflict: (409, "Not in this state"),
    TooLarge: (413, "Too large"),
    TooManyAttempts: (429, "Too many attempts"),
    QuotaExceeded: (429, "Too many jobs"),
    ArtifactMissing: (410, "Its file is gone"),
    DatasetDeleted: (410, "Its dataset is gone"),
    ArtifactCorrupt: (500, "Its file is damaged"),
    StorageFull: (507, "No room left"),
}
_RETRY_AFTER_S = {429: "60", 503: "2", 507: "60"}


def problem(status: int, title: str, detail: str, code: str, faults: list[dict[str, str]] | None = None) -> Response:
    """The answer that says what went wrong."""
    document: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    if faults is not None:
        document["faults"] = faults
    response = Response(json.dumps(document), status, mimetype="application/problem+json")
    if status in _RETRY_AFTER_S:
        response.headers["Retry-After"] = _RETRY_AFTER_S[status]
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def register_error_handlers(app: Flask) -> None:
    """Every error of every route ends in one of these."""
    app.register_error_handler(ChainruleError, _known)
    app.register_error_handler(HTTPException, _of_flask)
    for kind in (OperationalError, InterfaceError, NoConnectionFree):
        app.register_error_handler(kind, _database_away)
    app.register_error_handler(OSError, _of_the_system)
    app.register_error_handler(Exception, _unknown)


def _known(error: ChainruleError) -> Response:
    found = (_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES)
    status, title = next(found, (500, "Something went wrong"))
    if status >= 500:
        _log.error("request failed", error=str(error), code=error.code)
    if status == 401 and _is_page():
        return Response(render_template("login_needed.html"), 401)
    faults = [asdict(fault) for fault in error.faults] if isinstance(error, ValidationFailed) else None
    return problem(status, title, str(error), error.code, faults)


def _is_page() -> bool:
    """Whether a person's browser asked for a page, and not a program for data, which takes anything (``*/*``)."""
    wanted = request.accept_mimetypes.best_match(["application/problem+json", "text/html"])
    return not request.path.startswith("/api/") and wanted == "text/html"


def _of_flask(error: HTTPException) -> Response:
    if error.code == 413:
        return _known(TooLarge(f"a request to this address has at most {request.max_content_length or 0:,} bytes"))
    if error.code == 404 and _is_page():
        return Response(render_template("no_such_page.html"), 404)
    code = (error.name or "error").lower().replace(" ", "_")
    response = problem(error.code or 500, error.name, error.description or error.name, code)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _database_away(error: Exception) -> Response:
    _log.error("the database did not answer", error=str(getattr(error, "orig", error)))
    detail = (
        "the database does not answer. A change that was under way was made whole or not at all: try again in a "
        "moment, a submission with the same Idempotency-Key"
    )
    return problem(503, "The database is away", detail, "database_unavailable")


def _of_the_system(error: OSError) -> Response:
    """A full disk is nobody's mistake, and passes; anything else the system refuses is not foreseen."""
    return _known(StorageFull("what was sent")) if error.errno in (errno.ENOSPC, errno.EDQUOT) else _unknown(error)


def _unknown(error: Exception) -> Response:
    _log.exception("unforeseen error", error=type(error).__name__)
    detail = "this is a fault of the service, not of the request; its log has the details under this request's id"
    return problem(500, "Something went wrong", detail, "internal_error")
