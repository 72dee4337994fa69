"""Checkpoints: snapshots made safe in the artifact store, by a thread that training does not wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.artifacts import ArtifactStore, Stored
from models.checkpoint_file import RunState, checkpoint_header
from models.database import utc_now
from models.errors import GangError, StateNotFinite
from models.lifecycle import record_event
from models.records import Checkpoint, Job
from worker.control.identity import Seat
from worker.gang.snapshots import Snapshot, Snapshots

_log = structlog.get_logger()

Transaction = Callable[[], AbstractContextManager[tuple[Session, Job]]]
"""Begins a fenced transaction that has the job locked."""


class CheckpointWriter:
    """Writes the newest snapshot every so often. One, the leader's, a generation.

    Args:
        transaction: the reporter's: the history goes with it, so that no checkpoint is ahead of it.
        snapshots: the leader's, told which file is being read so that it is not overwritten meanwhile.
        every_s: from the spec.
        keep_last: from the spec: how many besides the first and the last of a job.
        steps_per_epoch: to say which epoch a step belongs to.
    """

    def __init__(
        self,
        transaction: Transaction,
        store: ArtifactStore,
        seat: Seat,
        actor: str,
        snapshots: Snapshots,
        *,
        every_s: float,
        keep_last: int,
        steps_per_epoch: int,
    ) -> None:
        self._transaction, self._store, self._seat, self._actor = transaction, store, seat, actor
        self._snapshots = snapshots
        self._every_s, self._keep_last, self._steps_per_epoch = every_s, keep_last, steps_per_epoch
        self._written_step = -1
        self._unsure: set[str] = set()
        """Files that perhaps no row names."""
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
            StateNotFinite: it has diverged, and should not have been published.
            StorageError: it could not be stored; what was stored before is untouched.
            Fenced: a newer generation owns the job.
        """
        try:
            snapshot = self._snapshots.hold_latest()
            if snapshot is None or (snapshot.state.step == self._written_step and not pinned):
                return
            if not self._snapshots.is_finite(snapshot.number):
                raise StateNotFinite(self._seat.job_id, snapshot.state.step)
            stored = self._store.put(self._stem(snapshot.state), ".safetensors", self._chunks(snapshot))
            self._record(snapshot.state, stored, pinned=pinned)
            self._written_step = snapshot.state.step
        finally:
            self._snapshots.reading = None

    def _chunks(self, snapshot: Snapshot) -> Iterator[bytes]:
        yield checkpoint_header(snapshot.state)
        yield from self._snapshots.chunks(snapshot.number)

    def _stem(self, state: RunState) -> str:
        return f"checkpoints/{self._seat.job_id}/{state.step:012d}-{self._seat.generation}"

    def _record(self, state: RunState, stored: Stored, *, pinned: bool) -> None:
        """The row, after the file. When a commit fails nobody knows whether it was made: the file stays until another
        succeeds, and goes then if no row names it.
        """
        new = stored.name not in self._unsure and state.step != self._written_step
        self._unsure.add(stored.name)
        try:
            with self._transaction() as (session, _):
                self._replace_row(session, state, stored, pinned=pinned)
                unnamed = self._forget_surplus(session) | self._unsure
                unnamed -= set(session.scalars(select(Checkpoint.artifact).where(Checkpoint.artifact.in_(unnamed))))
        except GangError:  # refused before anything was committed
            if new:
                self._store.delete(stored.name)
            raise
        for name in unnamed:
            self._store.delete(name)
        self._unsure.clear()

    def _replace_row(self, session: Session, state: RunState, stored: Stored, *, pinned: bool) -> None:
        before = session.get(Checkpoint, (self._seat.job_id, state.step))
        if before is not None:  # the same step of an earlier generation: the same state
            pinned = pinned or before.pinned
            self._unsure.add(before.artifact)
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
        details = {"generation": self._seat.generation, "step": state.step, "sha256": stored.sha256}
        record_event(session, self._seat.job_id, "checkpoint", self._actor, message, **details)
        session.flush()

    def _forget_surplus(self, session: Session) -> set[str]:
        """Remove the rows beyond those that are kept; returns the names of their files."""
        kept = select(Checkpoint).where(Checkpoint.job_id == self._seat.job_id, Checkpoint.pinned.is_(False))
        surplus = session.scalars(kept.order_by(Checkpoint.step.desc()).offset(self._keep_last)).all()
        for checkpoint in surplus:
            session.delete(checkpoint)
        session.flush()
        return {checkpoint.artifact for checkpoint in surplus}

    def _write_forever(self) -> None:
        wait_s = 0.0
        while not self._stop.wait(wait_s):
            wait_s = self._every_s
            try:
                self.write_latest(pinned=False)
            except GangError:  # another generation's job now, or its history does not fit: the reporter finds out too
                return
            except Exception as error:  # noqa: BLE001 - a full disk, a lost database, no memory: the next may succeed
                _log.warning("checkpoint not written", error=str(error), job=self._seat.job_id)
                self._say_it_failed(str(error))

    def _say_it_failed(self, why: str) -> None:
        try:
            with self._transaction() as (session, _):
                message = f"a checkpoint could not be written, training goes on: {why}"
                generation = self._seat.generation
                record_event(
                    session, self._seat.job_id, "checkpoint_failed", self._actor, message, generation=generation
                )
        except (GangError, SQLAlchemyError) as error:
            _log.warning("failure not recorded", error=str(error), job=self._seat.job_id)
