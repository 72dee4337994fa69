"""A browser's way in: a link that works once gives it a session."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort, make_response, request

from models.database import utc_now
from models.errors import NotAuthenticated
from service.attempts import note_failure
from service.authentication import COOKIE, find_key, issue_key, public, use_up
from service.context import context

blueprint = Blueprint("login", __name__)

SESSION_LIFETIME = timedelta(days=7)
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">
<link rel="icon" href="/static/icon.svg"><title>Chainrule</title>
<p>You are logged in: <a href="/">go to the dashboard</a>.</p></html>"""


@blueprint.get("/login")
@public
def login() -> Response:
    """Take the link's token, once, and give a session for it; a mere look at the headers does not use it up.

    The answer is a page that leads on, not a redirect: a strict cookie set by a redirect that another site began
    would not be sent along.
    """
    if request.method == "HEAD":
        abort(405, valid_methods=["GET"])
    secret = _session_for(request.args.get("token", ""))
    if secret is None:
        note_failure()
        raise NotAuthenticated("this login link was used or is too old: `python -m service.login_link` makes a new one")
    response = make_response(_PAGE)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=SESSION_LIFETIME,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return response


def _session_for(token: str) -> str | None:
    """The secret of a new session. A token that is none is found out by reading: nobody without a key may have the
    database locked for writing.
    """
    database = context().database
    with database.read() as session:
        link = find_key(session, token, "login")
    if link is None:
        return None
    with database.write() as session:
        if not use_up(session, link):
            return None
        return issue_key(session, link.owner_id, "session", "browser", SESSION_LIFETIME)[1]


@blueprint.post("/logout")
def logout() -> Response:
    """End the session."""
    with context().database.write() as session:
        key = find_key(session, request.cookies.get(COOKIE, ""), "session")
        if key is not None:
            key.revoked_at = utc_now()
    response = make_response("", 204)
    response.delete_cookie(COOKIE, samesite="Strict", httponly=True)
    return response
