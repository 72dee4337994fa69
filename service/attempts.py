"""Wrong secrets, counted by address. Only failures are counted, and only they are refused: behind a proxy everybody
has one address, and a valid key must not be locked out by what others send.
"""

from __future__ import annotations

from flask import Flask, current_app, request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from models.errors import TooManyAttempts

_EXTENSION = "chainrule.attempts"
_FAILURES = parse("30/minute")


def register_attempts(app: Flask) -> None:
    """Give the app its count: in its memory, since it is one process."""
    app.extensions[_EXTENSION] = FixedWindowRateLimiter(MemoryStorage())


def note_failure() -> None:
    """Count a wrong key, session or login link of this request's address.

    Raises:
        TooManyAttempts: there were too many within a minute.
    """
    limiter: FixedWindowRateLimiter = current_app.extensions[_EXTENSION]
    if not limiter.hit(_FAILURES, request.remote_addr or ""):
        raise TooManyAttempts("too many requests with a wrong key; wait a minute")
