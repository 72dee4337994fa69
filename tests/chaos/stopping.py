"""Stopping a process where SQLite allows it."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

from sqlalchemy import make_url

from tests.support.fleet import Fleet, wait_until


def stop(fleet: Fleet, *pids: int) -> None:
    """Stop processes, none of them in the middle of a transaction.

    SQLite's locks are those of the file: a process that is stopped while it holds one keeps everybody else out until it
    goes on, and no lease can change that. `docs/howto/recover.md` says so; PostgreSQL ends such a transaction.
    """
    while True:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: all(_is_stopped(pid) for pid in pids), what="the stop of every thread")
        if _nobody_holds_a_lock(fleet):
            return
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        wait_until(lambda: _nobody_holds_a_lock(fleet), what="the end of the transaction")


def _is_stopped(pid: int) -> bool:
    """Whether every thread has stopped: the signal reaches them one after the other."""
    threads = Path(f"/proc/{pid}/task").glob("*/stat")
    return all(stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in threads)


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
