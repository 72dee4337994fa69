"""Who a request comes from. Everything needs a key, but for the few views that are marked public.

A program sends ``Authorization: Bearer <key>``. A browser has a session cookie, which it also sends when another
site makes it ask: so with a cookie, whatever changes something must come from a page of this service.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.database import utc_now
from models.errors import NotAllowed, NotAuthenticated
from models.ids import new_id
from models.records import ApiKey
from service.attempts import note_failure, register_attempts
from service.context import context

COOKIE = "chainrule_session"
PUBLIC_ENDPOINTS = frozenset({"dashboard.static"})
"""What Flask makes itself and cannot be marked: the dashboard's style and scripts, which hold no data."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PREFIX = 8
_NOTE_USE_EVERY = timedelta(minutes=1)

View = TypeVar("View", bound=Callable[..., object])


def public(view: View) -> View:
    """Mark a view that needs no key."""
    view.__dict__["is_public"] = True
    return view


def is_public(app: Flask, endpoint: str) -> bool:
    """Whether an endpoint may be asked without a key."""
    return endpoint in PUBLIC_ENDPOINTS or bool(getattr(app.view_functions[endpoint], "is_public", False))


def register_authentication(app: Flask) -> None:
    """Stand before every view."""
    register_attempts(app)

    @app.before_request
    def _authenticate() -> None:
        if request.endpoint is None or is_public(current_app, request.endpoint):
            return  # without an endpoint there is nothing here but a 404
        try:
            g.owner_id = _owner_of_request()
        except NotAuthenticated:
            if _sends_a_secret():
                note_failure()
            raise


def issue_key(
    session: Session, owner_id: str, kind: str, name: str, lifetime: timedelta | None = None
) -> tuple[ApiKey, str]:
    """A new key's row and its secret, which is nowhere kept."""
    secret = secrets.token_urlsafe(32)
    return register_key(session, owner_id, kind, name, secret, lifetime), secret


def register_key(
    session: Session, owner_id: str, kind: str, name: str, secret: str, lifetime: timedelta | None = None
) -> ApiKey:
    """Make a secret a key."""
    key = ApiKey(
        id=new_id("key"),
        owner_id=owner_id,
        kind=kind,
        name=name,
        prefix=secret[:_PREFIX],
        sha256=_digest(secret),
        created_at=utc_now(),
        last_used_at=None,
        expires_at=utc_now() + lifetime if lifetime else None,
        revoked_at=None,
    )
    session.add(key)
    return key


def find_key(session: Session, secret: str, kind: str) -> ApiKey | None:
    """The valid key of a kind that this secret is, if any."""
    statement = select(ApiKey).where(
        ApiKey.prefix == secret[:_PREFIX], ApiKey.kind == kind, ApiKey.revoked_at.is_(None)
    )
    for key in session.scalars(statement):
        if secrets.compare_digest(key.sha256, _digest(secret)) and (
            key.expires_at is None or key.expires_at > utc_now()
        ):
            return key
    return None


def was_issued(session: Session, secret: str) -> bool:
    """Whether a secret is or was a key here, of whatever kind, valid or not."""
    statement = select(ApiKey.id).where(ApiKey.prefix == secret[:_PREFIX], ApiKey.sha256 == _digest(secret))
    return session.scalars(statement.limit(1)).first() is not None


def use_up(session: Session, key: ApiKey) -> bool:
    """Revoke a key that works once; false when another request was first.

    The condition stands in the UPDATE: two that have both found the key valid are told apart by the database alone.
    """
    statement = update(ApiKey).where(ApiKey.id == key.id, ApiKey.revoked_at.is_(None)).values(revoked_at=utc_now())
    return session.scalar(statement.returning(ApiKey.id)) is not None


def _owner_of_request() -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise NotAuthenticated("send the key as: Authorization: Bearer <key>")
        return _owner_of(secret.strip(), "api")
    if COOKIE not in request.cookies:
        raise NotAuthenticated("send a key as: Authorization: Bearer <key>")
    owner = _owner_of(request.cookies[COOKIE], "session")
    if request.method not in _SAFE_METHODS and not _comes_from_here():
        raise NotAllowed("a browser's session may change things from this service's own pages only")
    return owner


def _owner_of(secret: str, kind: str) -> str:
    database = context().database
    with database.read() as session:
        key = find_key(session, secret, kind)
    if key is None:
        raise NotAuthenticated("this key is not valid (any more)")
    if key.last_used_at is None or utc_now() - key.last_used_at > _NOTE_USE_EVERY:
        try:
            with database.write() as session:
                session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=utc_now()))
        except OperationalError:
            current_app.logger.warning("the use of a key was not noted")
    return key.owner_id


def _sends_a_secret() -> bool:
    return "Authorization" in request.headers or COOKIE in request.cookies


def _comes_from_here() -> bool:
    """By what browsers add and scripts cannot forge; without either header it was no page of ours."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc == request.host


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
