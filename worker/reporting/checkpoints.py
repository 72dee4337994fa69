"""Checkpoints: snapshots made safe in the artifact store, by a thread that training does not wait for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.artifacts import ArtifactStore, Stored
from models.checkpoint_file import RunState, checkpoint_header
from models.database import Database, utc_now
from models.errors import Fenced, StorageError
from models.lifecycle import record_event
from models.records import Checkpoint
from worker.control.identity import Seat
from worker.control.leases import hold_job
from worker.gang.segment import Segment
from worker.gang.snapshots import Snapshot, Snapshots, latest_snapshot

_log = structlog.get_logger()


class CheckpointWriter:
    """Writes the newest snapshot every so often. One, the leader's, a generation.

    Args:
        snapshots: the leader's, told which file is being read so that it is not overwritten meanwhile.
        every_s: from the spec.
        keep_last: from the spec: how many besides the first and the last of a job.
        steps_per_epoch: to say which epoch a step belongs to.
    """

    def __init__(
        self,
        database: Database,
        store: ArtifactStore,
        seat: Seat,
        actor: str,
        segment: Segment,
        snapshots: Snapshots,
        *,
        every_s: float,
        keep_last: int,
        steps_per_epoch: int,
    ) -> None:
        self._database, self._store, self._seat, self._actor = database, store, seat, actor
        self._segment, self._snapshots = segment, snapshots
        self._every_s, self._keep_last, self._steps_per_epoch = every_s, keep_last, steps_per_epoch
        self._written_step = -1
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write_forever, name="checkpoints", daemon=True)

    def start(self) -> None:
        """Write the first one now if the job has none, then one every ``every_s`` seconds."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the one being written and write no more."""
        self._stop.set()
        self._thread.join()

    def write_latest(self, *, pinned: bool) -> None:
        """Write the newest snapshot, unless it has been.

        Raises:
            StorageError: it could not be stored; what was stored before is untouched.
            Fenced: a newer generation owns the job.
        """
        snapshot = latest_snapshot(self._segment)
        if snapshot is None or (snapshot.state.step == self._written_step and not pinned):
            return
        self._snapshots.reading = snapshot.number
        try:
            if self._snapshots.is_finite(snapshot.number):
                stored = self._store.put(self._stem(snapshot.state), ".safetensors", self._chunks(snapshot))
                self._record(snapshot.state, stored, pinned=pinned)
        finally:
            self._snapshots.reading = None
        self._written_step = snapshot.state.step

    def _chunks(self, snapshot: Snapshot) -> Iterator[bytes]:
        yield checkpoint_header(snapshot.state)
        yield from self._snapshots.chunks(snapshot.number)

    def _stem(self, state: RunState) -> str:
        return f"checkpoints/{self._seat.job_id}/{state.step:012d}-{self._seat.generation}"

    def _record(self, state: RunState, stored: Stored, *, pinned: bool) -> None:
        """The row, after the file. Files that no row names any more go after the commit."""
        try:
            with self._database.write() as session:
                hold_job(session, self._seat)
                surplus = self._replace_row(session, state, stored, pinned=pinned)
                surplus += self._surplus(session)
                _forget(session, self._seat.job_id, surplus)
        except BaseException:
            self._store.delete(stored.name)
            raise
        for checkpoint in surplus:
            if checkpoint.artifact != stored.name:
                self._store.delete(checkpoint.artifact)

    def _replace_row(self, session: Session, state: RunState, stored: Stored, *, pinned: bool) -> list[Checkpoint]:
        before = session.get(Checkpoint, (self._seat.job_id, state.step))
        if before is not None:  # the same step of an earlier generation: the same state
            pinned = pinned or before.pinned
            session.delete(before)
            session.flush()
        session.add(
            Checkpoint(
                job_id=self._seat.job_id,
                step=state.step,
                epoch=state.step // self._steps_per_epoch,
                fence=self._seat.generation,
                artifact=stored.name,
                sha256=stored.sha256,
                size_bytes=stored.size_bytes,
                pinned=pinned or state.step == 0,
                created_at=utc_now(),
            )
        )
        message = f"checkpoint at step {state.step}"
        record_event(
            session, self._seat.job_id, "checkpoint", self._actor, message, step=state.step, sha256=stored.sha256
        )
        session.flush()
        return [] if before is None else [before]

    def _surplus(self, session: Session) -> list[Checkpoint]:
        kept = select(Checkpoint).where(Checkpoint.job_id == self._seat.job_id, Checkpoint.pinned.is_(False))
        return list(session.scalars(kept.order_by(Checkpoint.step.desc()).offset(self._keep_last)))

    def _write_forever(self) -> None:
        wait_s = 0.0
        while not self._stop.wait(wait_s):
            wait_s = self._every_s
            try:
                self.write_latest(pinned=False)
            except Fenced:
                return
            except (StorageError, OSError, SQLAlchemyError) as error:
                _log.warning("checkpoint not written", error=str(error), job=self._seat.job_id)
                self._say_it_failed(str(error))

    def _say_it_failed(self, why: str) -> None:
        try:
            with self._database.write() as session:
                hold_job(session, self._seat)
                message = f"a checkpoint could not be written, training goes on: {why}"
                record_event(session, self._seat.job_id, "checkpoint_failed", self._actor, message)
        except (Fenced, SQLAlchemyError) as error:
            _log.warning("failure not recorded", error=str(error), job=self._seat.job_id)


def _forget(session: Session, job_id: str, surplus: list[Checkpoint]) -> None:
    artifacts = [checkpoint.artifact for checkpoint in surplus]
    session.execute(delete(Checkpoint).where(Checkpoint.job_id == job_id, Checkpoint.artifact.in_(artifacts)))
