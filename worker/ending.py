"""How a generation ends: what its leader writes when training is over, put aside, or broken."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.database import utc_now
from models.errors import CheckpointMissing, StorageFull
from models.lifecycle import change_state, finish_job
from models.records import Checkpoint, Job, Member
from models.states import JobState, Reason
from models.weights_file import weights_sha256
from worker.control.generations import end_generation
from worker.control.identity import Seat
from worker.control.roll import note_left
from worker.gang.control_words import Action
from worker.gang.snapshots import latest_snapshot, remove_segment
from worker.process import WorkerProcess
from worker.reporting.checkpoints import CheckpointWriter
from worker.reporting.reporter import Reporter
from worker.training.report import final_report
from worker.training.trainer import Trainer

_log = structlog.get_logger()
_RETRY_S = 1.0

_MESSAGES = {
    Reason.MAX_EPOCHS: "all epochs are done",
    Reason.TARGET_REACHED: "the target is reached",
    Reason.GRADIENT_VANISHED: "the gradient has vanished: the cost is flat here",
    Reason.PATIENCE_EXHAUSTED: "the watched metric has not improved for as long as patience allows",
    Reason.TIME_LIMIT: "the time limit is reached; the best weights so far are kept",
    Reason.DIVERGED: "the cost, its gradient or a weight is no longer a finite number; "
    "the last finite checkpoint is kept: "
    "try a lower learning rate, standardized features or clip_norm",
    Reason.CANCELLED_BY_USER: "cancelled",
}


class LeaderEnding:
    """The leader's last acts in a generation, all under its fence."""

    def __init__(
        self, process: WorkerProcess, seat: Seat, trainer: Trainer, reporter: Reporter, checkpoints: CheckpointWriter
    ) -> None:
        self._process, self._seat, self._trainer = process, seat, trainer
        self._reporter, self._checkpoints = reporter, checkpoints

    def end(self, action: Action) -> None:
        """Carry out what the boundary was for.

        Raises:
            Fenced: a newer generation owns the job.
            ReplayMismatch: the history does not fit what was recorded before.
        """
        self._trainer.gang.segment.forget_all()
        if action is Action.REFORM:
            self._end_to_reform()
        elif action is Action.PAUSE:
            self._with_last_checkpoint(self._pause, pinned=False)
        elif action is Action.DIVERGED:
            self._end_diverged()
        else:
            reason = {Action.CANCEL: Reason.CANCELLED_BY_USER, Action.TIME_LIMIT: Reason.TIME_LIMIT}.get(action)
            reason = reason or self._trainer.reason or Reason.MAX_EPOCHS
            report = self._report()
            self._with_last_checkpoint(
                lambda job: self._finish(job, reason, self._weights_sha256(), report), pinned=True
            )
        if action is not Action.REFORM:
            remove_segment(self._trainer.gang.segment.path)

    def _end_diverged(self) -> None:
        """The last snapshot is finite, and is kept with the best weights that it holds: later ones are lost."""
        run, segment = self._trainer.run, self._trainer.gang.segment
        snapshot = latest_snapshot(segment)
        kept = snapshot.state.progress["best"] if snapshot else None
        report = self._report() if kept is not None and kept == run.progress.best else None
        run.progress.best = kept
        self._with_last_checkpoint(lambda job: self._finish(job, Reason.DIVERGED, report=report), pinned=False)

    def _end_to_reform(self) -> None:
        """Nothing is on disk yet that is not in memory: whoever is left founds the next generation from there."""

        def write(job: Job) -> None:
            reason = "this worker is to end" if self._process.draining() else self._reporter.why_reform
            end_generation(self._session, job, reason, by_force=False, actor=self._process.me.id)

        if self._process.draining():
            self._with_last_checkpoint(write, pinned=False)
        else:
            self._write(write)

    def _pause(self, job: Job) -> None:
        end_generation(self._session, job, "paused", by_force=False, actor=self._process.me.id)
        change_state(
            self._session, job, JobState.PAUSED, actor=self._process.me.id, message="paused at a step boundary"
        )
        job.lease_until_us = None

    def _finish(
        self, job: Job, reason: Reason, weights_sha256: str | None = None, report: dict[str, Any] | None = None
    ) -> None:
        if job.state == JobState.PAUSING:  # the end came first
            _log.info("finished before it could pause", job=job.id)
        step = self._trainer.step
        if weights_sha256 is not None and self._session.get(Checkpoint, (job.id, step)) is None:
            raise CheckpointMissing(job.id, step)
        end_generation(self._session, job, reason.value, by_force=False, actor=self._process.me.id)
        job.weights_sha256, job.report = weights_sha256, report
        job.samples_per_second = self._trainer.samples_per_second()
        finish_job(self._session, job, reason, actor=self._process.me.id, message=_MESSAGES[reason])

    def _with_last_checkpoint(self, write: Callable[[Job], None], *, pinned: bool) -> None:
        """The state first, and only then the row that says so. A full disk is waited for: the heart goes on."""
        while True:
            try:
                self._checkpoints.write_latest(pinned=pinned)
                break
            except (StorageFull, SQLAlchemyError) as error:
                _log.warning("last checkpoint not written, trying again", error=str(error), job=self._seat.job_id)
                self._process.heart.check()
                time.sleep(_RETRY_S)
        self._write(write)

    def _write(self, change: Callable[[Job], None]) -> None:
        """History, progress and the change in one transaction; tried again while the database is away."""
        while True:
            try:
                with self._reporter.transaction() as (self._session, job):
                    change(job)
            except SQLAlchemyError as error:
                _log.warning("end not written, trying again", error=str(error), job=self._seat.job_id)
                self._process.heart.check()
                time.sleep(_RETRY_S)
            else:
                return

    def _report(self) -> dict[str, Any] | None:
        return final_report(self._trainer.run, self._trainer.gang.segment, self._trainer.step)

    def _weights_sha256(self) -> str:
        run = self._trainer.run
        with self._process.database.read() as session:
            preprocessing = session.get_one(Job, self._seat.job_id).preprocessing or {}
        parameters = self._trainer.gang.segment.parameters
        return weights_sha256(run.spec.model_dump(mode="json"), preprocessing, run.network.widths, parameters)


def leave_seat(process: WorkerProcess, seat: Seat, why: str) -> None:
    """Give a seat back without a word to the gang: it was never dealt any shards."""
    with process.database.write() as session:
        member = session.get(Member, seat.member_id)
        if member is not None and member.state != "left":
            member.state, member.left_at, member.left_reason = "left", utc_now(), why
            note_left(session, seat, process.me, why)
