"""The Celery application on a host whose clock is an hour ahead.

Run it as ``python -m celery -A tests.support.skewed_workers worker``.
"""

from __future__ import annotations

import datetime as datetime_module
import time

_HOUR_S = 3600.0
_plain_time, _Datetime = time.time, datetime_module.datetime
time.time = lambda: _plain_time() + _HOUR_S


class _Ahead(_Datetime):
    @classmethod
    def now(cls, tz: datetime_module.tzinfo | None = None) -> _Ahead:
        return cls.fromtimestamp(time.time(), tz)


datetime_module.datetime = _Ahead  # type: ignore[misc]

from worker.app import app  # noqa: E402 - the clock first

__all__ = ["app"]
