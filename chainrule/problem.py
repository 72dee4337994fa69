"""Turn an ``application/problem+json`` answer (RFC 9457) into one of the errors of ``chainrule.errors``."""

from __future__ import annotations

import json
from typing import Any, Final

import httpx

from chainrule.errors import (
    Conflict,
    Fault,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    Refused,
    ResponseError,
    ServiceFailed,
)

_BY_STATUS: Final[dict[int, type[ResponseError]]] = {
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


def error_of(response: httpx.Response) -> ResponseError:
    """The error that a read response of status 400 or above stands for; any body will do."""
    status = response.status_code
    kind = _BY_STATUS.get(status, ServiceFailed if status >= 500 else Refused)
    problem = _body(response)
    faults = [_fault(item) for item in problem.get("faults") or [] if isinstance(item, dict)]
    said = [str(problem.get("title") or f"HTTP {status} {response.reason_phrase}")]
    if problem.get("detail") and not faults:
        said.append(str(problem["detail"]))
    retry_after = response.headers.get("Retry-After", "")
    return kind(
        status,
        str(problem.get("code", "")),
        ": ".join(said),
        faults,
        retry_after_s=float(retry_after) if retry_after.isdigit() else None,
    )


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def _fault(item: dict[str, Any]) -> Fault:
    return Fault(str(item.get("pointer", "")), str(item.get("message", "")), str(item.get("code", "")))
