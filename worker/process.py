"""One worker process: its settings, its connections, its identity and its heart, opened after the fork."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from models.artifacts import ArtifactStore, open_store
from models.database import Database, open_database
from models.ids import new_id
from models.settings import Settings
from worker.control.identity import WorkerIdentity
from worker.control.leases import register_worker, retire_worker
from worker.fingerprint import fingerprint, limit_blas_to_one_thread
from worker.gang.shared_folder import SharedFolder
from worker.heart import Heart
from worker.memory import give_memory_back

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """What serving a job needs, for as long as the process lives."""

    settings: Settings
    database: Database
    store: ArtifactStore
    folder: SharedFolder
    me: WorkerIdentity
    heart: Heart

    @classmethod
    def open(cls, settings: Settings, told_to_end: Callable[[], bool]) -> WorkerProcess:
        """Connect, register in the table of workers, and begin to show signs of life."""
        limit_blas_to_one_thread()
        database = open_database(settings.database_url)
        folder = SharedFolder(settings.shared_memory_dir, settings.database_url)
        host = socket.gethostname()
        me = WorkerIdentity(
            id=new_id("wrk"),
            name=f"{settings.worker_name or host}-{os.getpid()}",
            host=host,
            pid=os.getpid(),
            memory_domain=folder.domain,
            fingerprint=str(fingerprint()["digest"]),
        )
        folder.hold_life_sign(me.id)
        with database.write() as session:
            register_worker(session, me, settings.lease_ttl_s)
        heart = Heart(
            database,
            me,
            told_to_end,
            ttl_s=settings.lease_ttl_s,
            beat_s=settings.heartbeat_s,
            progress_timeout_s=settings.progress_timeout_s,
        )
        heart.start()
        process = cls(settings, database, open_store(settings.artifact_url), folder, me, heart)
        give_memory_back()
        return process

    def close(self) -> None:
        """Leave the table of workers and let go of everything."""
        self.heart.stop()
        with self.database.write() as session:
            retire_worker(session, self.me.id)
        self.folder.drop_life_sign(self.me.id)
        self.database.dispose()

    def draining(self) -> bool:
        """Whether this worker is to take no more work."""
        return self.heart.draining

    @property
    def cache(self) -> Path:
        """Where this host keeps prepared datasets."""
        return self.settings.data_dir / "cache"
