"""The Celery application on a host whose clock is CHAOS_SKEW_S seconds ahead, or behind.

Run it as ``python -m worker --app tests.support.skewed_workers``.
"""

from __future__ import annotations

import datetime as datetime_module
import os
import time

_SKEW_S = float(os.environ["CHAOS_SKEW_S"])
_plain_time, _Datetime = time.time, datetime_module.datetime
time.time = lambda: _plain_time() + _SKEW_S


class _Skewed(_Datetime):
    @classmethod
    def now(cls, tz: datetime_module.tzinfo | None = None) -> _Skewed:
        return cls.fromtimestamp(time.time(), tz)


datetime_module.datetime = _Skewed  # type: ignore[misc]

from worker.app import app  # noqa: E402 - the clock first

__all__ = ["app"]
