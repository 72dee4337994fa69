"""The timer in every Celery worker's parent process that repairs what deaths left behind."""

from __future__ import annotations

import math
import os
import threading
import time

import structlog
from celery import Celery
from sqlalchemy.exc import SQLAlchemyError

from models.artifacts import open_store
from models.database import open_database
from models.errors import BrokerUnavailable
from models.settings import Settings
from worker.control.collector import collect
from worker.control.reconcile import reconcile, remove_stale_segments
from worker.gang.shared_folder import SharedFolder
from worker.hints import publish_hints
from worker.training.prepared import drop_drafts

_log = structlog.get_logger()
_LOOK_S = 0.1
"""How often the signs of life are looked at: asking the kernel for a lock takes some microseconds."""
_HURRY_S = 2.0
"""For so long after a birth or a death here, repair follows repair: what was born has to register first."""
_HURRIED_S = 0.25


class RepairTimer:
    """Runs ``reconcile`` every ``reconcile_s`` seconds on a thread, and at once when a worker of this host has died.

    The parent also forks, whenever a child has died. A fork in the middle of a transaction would hand the child
    a copy of an open SQLite connection, whose closing drops the child's own file locks. So connections here live
    as short as their transaction, and forks wait for its end.
    """

    def __init__(self, app: Celery, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._database = open_database(settings.database_url, pooled=False)
        self._store = open_store(settings.artifact_url)
        self._folder = SharedFolder(settings.shared_memory_dir, settings.database_url)
        self._stop = threading.Event()
        self._no_fork = threading.Lock()
        os.register_at_fork(
            before=self._no_fork.acquire, after_in_parent=self._no_fork.release, after_in_child=self._no_fork.release
        )
        self._thread = threading.Thread(target=self._repair_forever, name="repair", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()

    def tidy(self) -> None:
        """After the last child has ended: a last repair, and away with shared memory that nobody will come back for.

        Tried again once: a connection that breaks now would leave the memory until a worker begins here.
        """
        for _ in range(2):
            try:
                with self._database.write() as session:
                    reconcile(session, self._folder)
                    remove_stale_segments(session, self._folder)
                self._folder.remove_if_unused()
            except (SQLAlchemyError, OSError) as error:
                _log.warning("shared memory not tidied", error=str(error))
            else:
                return

    def _repair_forever(self) -> None:
        while not self._stop.is_set():
            try:
                self._repair_until_stopped()
            except Exception:  # noqa: BLE001 - no memory, no file left to open: repair must outlive that
                _log.exception("repair failed, beginning again")
                self._stop.wait(self._settings.reconcile_s)

    def _repair_until_stopped(self) -> None:
        signs: dict[str, bool] = {}
        repaired = hurry_until = -math.inf
        collected = time.monotonic()
        while not self._stop.wait(_LOOK_S):
            before, signs, now = signs, self._folder.life_signs(), time.monotonic()
            if now - collected >= self._settings.collect_s:
                collected = now
                self._collect()
            if signs != before:
                repaired, hurry_until = -math.inf, now + _HURRY_S
            every_s = min(_HURRIED_S if now < hurry_until else math.inf, self._settings.reconcile_s)
            if now - repaired < every_s:
                continue
            repaired = now
            wanted = self._repair()
            if wanted:
                self._publish(wanted)

    def _repair(self) -> int:
        """One round; returns how many workers could be used."""
        try:
            with self._no_fork, self._database.write() as session:
                repaired = reconcile(session, self._folder)
                remove_stale_segments(session, self._folder)
        except SQLAlchemyError as error:
            _log.warning("repair postponed", error=str(error))
            return 0
        for job_id in repaired.released:
            _log.warning("job taken back from a gang that is gone", job=job_id)
        return repaired.hints_wanted

    def _collect(self) -> None:
        try:
            with self._no_fork:
                removed = collect(self._database, self._store, self._settings.artifact_grace_s)
                drop_drafts(self._settings.data_dir / "cache", older_than_s=self._settings.artifact_grace_s)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("artifacts not collected", error=str(error))
            return
        for name in removed:
            _log.info("artifact removed that nothing names", artifact=name)

    def _publish(self, wanted: int) -> None:
        try:
            publish_hints(self._app, wanted)
        except BrokerUnavailable as error:
            _log.warning("hints postponed", error=str(error))
