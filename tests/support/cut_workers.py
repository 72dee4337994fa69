"""The Celery application with a connection to PostgreSQL that breaks in the middle of a COMMIT, at CHAOS_POINT.

``before``: the server never hears of the commit. ``after``: it has committed, and nobody is told. Every CHAOS_EVERY-th
commit of a process breaks so.

Run it as ``python -m worker --app tests.support.cut_workers``.
"""

from __future__ import annotations

import itertools
import os
from typing import Any

import psycopg
from sqlalchemy.engine.default import DefaultDialect

from worker.app import app

__all__ = ["app"]

_point, _every = os.environ["CHAOS_POINT"], int(os.environ["CHAOS_EVERY"])
_commits = itertools.count(1)
_plain_commit = DefaultDialect.do_commit


def _commit(self: DefaultDialect, connection: Any) -> None:
    if next(_commits) % _every:
        _plain_commit(self, connection)
        return
    if _point == "after":
        _plain_commit(self, connection)
    connection.driver_connection.close()
    raise psycopg.OperationalError("the connection was cut during COMMIT")


DefaultDialect.do_commit = _commit  # type: ignore[method-assign]
