"""Stopping a process where SQLite allows it."""

from __future__ import annotations

import os
import signal
import sqlite3

from sqlalchemy import make_url

from tests.support.fleet import Fleet


def stop(fleet: Fleet, *pids: int) -> None:
    """Stop processes, none of them in the middle of a transaction.

    SQLite's locks are those of the file: a process that is stopped while it holds one keeps everybody else out until it
    goes on, and no lease can change that. `docs/howto/recover.md` says so; PostgreSQL ends such a transaction.
    """
    while True:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        if _nobody_holds_a_lock(fleet):
            return
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _nobody_holds_a_lock(fleet: Fleet) -> bool:
    url = make_url(fleet.environment["DATABASE_URL"])
    if not url.drivername.startswith("sqlite"):
        return True
    connection = sqlite3.connect(str(url.database), timeout=1.0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True
