"""Verifying: what a worker does when no job can use it and somebody wants proof of one that has ended."""

from __future__ import annotations

import time

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models.errors import (
    ArtifactCorrupt,
    ArtifactMissing,
    CheckpointMissing,
    LeaseLost,
    ReplayMismatch,
    StorageError,
)
from models.records import Checkpoint, Job
from worker.control.verifications import (
    Stretch,
    a_job_waits,
    end_verification,
    keep_verification,
    put_verification_back,
    take_verification,
)
from worker.memory import let_go
from worker.process import WorkerProcess
from worker.replay import Replay
from worker.workload import load_ended_blueprint

_log = structlog.get_logger()


class _PutBack(Exception):
    """A job waits for this worker, or the worker is to end."""


def verify_next(process: WorkerProcess) -> bool:
    """Replay the stretch that waits longest; whether there was one."""
    try:
        with process.database.write() as session:
            stretch = take_verification(session, process.me, process.settings.lease_ttl_s)
    except SQLAlchemyError as error:
        _log.warning("could not ask for a verification", error=str(error), worker=process.me.id)
        return False
    if stretch is None:
        return False
    process.heart.say("serving")
    try:
        _Verifying(process, stretch).carry_out()
    except (LeaseLost, SQLAlchemyError) as error:  # whoever finds its lease run out begins anew
        _log.warning("verification left", error=str(error), verification=stretch.verification_id)
    finally:
        process.heart.say("idle")
    let_go()
    return True


class _Verifying:
    """One stretch, from its claim to its verdict."""

    def __init__(self, process: WorkerProcess, stretch: Stretch) -> None:
        self._process, self._stretch = process, stretch
        self._looked = time.monotonic()
        self._replay: Replay | None = None

    def carry_out(self) -> None:
        """Replay, compare, and write what came of it."""
        try:
            message = self._run()
        except _PutBack:
            with self._process.database.write() as session:
                put_verification_back(session, self._stretch, self._process.me)
        except (ReplayMismatch, ArtifactCorrupt, CheckpointMissing) as error:
            self._end("mismatch", str(error))
        except (ArtifactMissing, StorageError, MemoryError, LookupError) as error:
            self._end("error", f"the replay could not be made: {error}")
        else:
            self._end("passed", message)

    def _run(self) -> str:
        process, stretch = self._process, self._stretch
        blueprint = load_ended_blueprint(process, stretch.job_id)
        kept = self._kept()
        if stretch.first not in kept:
            raise LookupError(f"the checkpoint of step {stretch.first} is no longer kept")
        path = process.folder.path / f"{stretch.job_id}-0"
        replay = Replay(process.database, process.store, blueprint, path, kept[stretch.first], self._check)
        self._replay = replay
        try:
            replay.run_to(stretch.last, kept)
            weights = self._is_the_end()
            if weights:
                if stretch.last not in replay.checkpoints:
                    raise CheckpointMissing(stretch.job_id, stretch.last)
                replay.compare_weights()
        finally:
            replay.close()
        self._keep()
        compared = f"{len(replay.checkpoints)} checkpoint{'' if len(replay.checkpoints) == 1 else 's'}"
        compared += " and the weights" if weights else ""
        return f"steps {stretch.first} to {stretch.last} were run again by one worker: every cost, {compared} the same"

    def _kept(self) -> dict[int, Checkpoint]:
        stretch = self._stretch
        within = (Checkpoint.step >= stretch.first, Checkpoint.step <= stretch.last)
        with self._process.database.read() as session:
            found = session.scalars(select(Checkpoint).where(Checkpoint.job_id == stretch.job_id, *within))
            return {checkpoint.step: checkpoint for checkpoint in found}

    def _is_the_end(self) -> bool:
        with self._process.database.read() as session:
            job = session.get_one(Job, self._stretch.job_id)
            return job.weights_sha256 is not None and job.step == self._stretch.last

    def _check(self) -> None:
        """Every heartbeat: keep the lease, and look whether something else comes first."""
        if time.monotonic() - self._looked < self._process.settings.heartbeat_s:
            return
        self._looked = time.monotonic()
        self._keep()
        with self._process.database.read() as session:
            waits = a_job_waits(session, self._process.me)
        if waits or self._process.draining():
            raise _PutBack

    def _keep(self) -> None:
        ttl_s, replay = self._process.settings.lease_ttl_s, self._replay
        progress = {"step": replay.step, "checkpoints": list(replay.checkpoints)} if replay else {}
        with self._process.database.write() as session:
            keep_verification(session, self._stretch, self._process.me, ttl_s, **progress)

    def _end(self, state: str, message: str) -> None:
        _log.info("verified", job=self._stretch.job_id, state=state, message=message)
        with self._process.database.write() as session:
            end_verification(session, self._stretch, self._process.me, state, message)
