"""The reporter: the leader's thread that brings history to the database and wishes from it to the gang."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.database import Database, now_us
from models.errors import Fenced
from models.lifecycle import record_event
from models.records import Generation, Job, Member, Worker
from models.states import JobState
from worker.control.capacity import members_allowed
from worker.control.generations import waiting_members
from worker.control.identity import Seat
from worker.control.leases import hold_job
from worker.gang.control_words import Action
from worker.reporting.history import save_ring
from worker.reporting.pace import Pace
from worker.reporting.size_trial import SizeTrial, available_processors
from worker.training.trainer import Trainer

_log = structlog.get_logger()
_FIRST_REPORT_S, _REPORT_S = 0.25, 1.0
"""A report holds the leader's interpreter for some 9 ms, in which its trainer makes hardly a step."""
_SNAPSHOT_SHARE = 50
"""Copying the state aside takes at most a fiftieth of the time."""


class Reporter:
    """Every second: history and progress to the database; cancel, pause and newcomers from it.

    Args:
        trainer: the leader's.
        draining: tells whether this worker is to end.
        actor: this worker's id, for the job's story.
        size_trial_s: see ``Settings``.
        boundary_s: how often the gang copies its state aside.
    """

    def __init__(
        self,
        database: Database,
        seat: Seat,
        trainer: Trainer,
        draining: Callable[[], bool],
        *,
        actor: str,
        boundary_s: float,
        size_trial_s: float,
    ) -> None:
        self._database, self._seat, self._trainer, self._draining = database, seat, trainer, draining
        self._actor, self._boundary_s = actor, boundary_s
        self._rate = _Rate(trainer.step)
        self._counts = (trainer.ring.steps, trainer.ring.epochs)
        self._one_at_a_time = threading.Lock()
        self._pace = Pace(trainer.gang.segment.arrivals, self._shards_by_rank())
        self._size_trial = SizeTrial(
            self._pace,
            trainer.gang.place.size,
            actor,
            least_left_s=size_trial_s,
            processors=available_processors(),
        )
        self.why_reform = "members join or leave"
        self._next_snapshot = time.monotonic() + boundary_s
        self._dealt_anew = False
        self.failure: Exception | None = None
        """Why this generation must end, when the reporter found out: raised again by the leader."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._report_forever, name="reporter", daemon=True)

    def start(self) -> None:
        """Begin to report."""
        self._thread.start()

    def stop(self) -> None:
        """Report no more on this thread; ``transaction`` still works."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    @contextmanager
    def transaction(self) -> Iterator[tuple[Session, Job]]:
        """A fenced transaction with the locked job, in which history and progress are written first.

        Whatever the leader writes for the job is written in one of these: so nothing in the database, no checkpoint
        and no end, is ever ahead of the history.

        Raises:
            Fenced, ReplayMismatch
        """
        with self._one_at_a_time:
            with self._database.write() as session:
                yield session, self._save(session)
            self._trainer.ring.saved_steps, self._trainer.ring.saved_epochs = self._counts

    def _save(self, session: Session) -> Job:
        trainer, job = self._trainer, hold_job(session, self._seat)
        run, ring = trainer.run, trainer.ring
        self._counts = save_ring(
            session, job.id, trainer.gang.segment, ring, run.epoch_columns, run.plan.steps_per_epoch
        )
        steps, epochs = self._counts
        job.step, job.epoch = max(job.step, steps), max(job.epoch, epochs)
        self._rate.note(steps)
        per_second = self._rate.steps_per_second()
        job.samples_per_second = per_second * run.plan.rows / run.plan.steps_per_epoch if per_second else None
        job.eta_seconds = (run.plan.steps_total - steps) / per_second if per_second else None
        self._note_metrics(job, epochs)
        return job

    def _note_metrics(self, job: Job, epochs: int) -> None:
        progress = self._trainer.run.progress
        row = self._trainer.ring.last_epoch()
        if row is not None and epochs:
            values = dict(zip(self._trainer.run.epoch_columns, row, strict=True))
            job.latest = {"epoch": epochs, **{name: value for name, value in values.items() if math.isfinite(value)}}
        job.best = progress.best

    def _report_forever(self) -> None:
        next_report = time.monotonic() + _FIRST_REPORT_S
        while not self._stop.wait(max(0.0, min(next_report, self._next_snapshot) - time.monotonic())):
            wish = Action.GO_ON
            if time.monotonic() >= next_report:
                try:
                    wish = self._report()
                except Fenced:
                    return  # the heart notices too, and tells the trainer
                except Exception as error:  # noqa: BLE001 - whatever it is, training must not go on without reports
                    self.failure = error
                    self._trainer.gang.abort()
                    return
                next_report = time.monotonic() + _REPORT_S
            self._pass_on(wish)

    def _report(self) -> Action:
        """Write what there is to write; what the database asks of the gang. One that is away asks nothing."""
        try:
            with self.transaction() as (session, job):
                return self._wish(session, job)
        except SQLAlchemyError as error:
            _log.warning("report not written", error=str(error), job=self._seat.job_id)
            return Action.GO_ON

    def _wish(self, session: Session, job: Job) -> Action:
        """What the database asks the gang to do. That a member is gone is found out first: nobody comes to a boundary
        that it is waited for at.
        """
        place, of_members = self._trainer.gang.place, self._wish_of_members(session)
        if job.state == JobState.CANCELLING:
            return Action.CANCEL
        if job.state == JobState.PAUSING:
            return Action.PAUSE
        limit = self._trainer.run.spec.stopping.max_seconds
        if limit is not None and self._trainer.seconds >= limit:
            return Action.TIME_LIMIT
        newcomers = waiting_members(session, self._seat)
        domain = session.get_one(Generation, (job.id, job.fence)).memory_domain
        allowed = members_allowed(session, job, place.size, domain)
        if (newcomers and place.size < allowed) or place.size > allowed:
            self._keep_speeds(session)
            return Action.REFORM
        return max(of_members, self._wish_for_another_deal(session, job))

    def _wish_of_members(self, session: Session) -> Action:
        """One that is gone or silent ends the generation where it is; one that is to end, at the next boundary."""
        members = select(Member.id).where(
            Member.job_id == self._seat.job_id,
            Member.generation == self._seat.generation,
            Member.rank.is_not(None),
        )
        if session.scalars(members.where((Member.lease_until_us <= now_us()) | (Member.state == "left"))).first():
            self._trainer.gang.abort()
        leaving = members.join(Worker, Worker.id == Member.worker_id).where(Worker.state == "draining")
        return Action.REFORM if session.scalars(leaving).first() else Action.GO_ON

    def _wish_for_another_deal(self, session: Session, job: Job) -> Action:
        """A member that computes slowly gets fewer shards: the others need not wait for it that long."""
        self._pace.look(self._trainer.step)
        better = self._pace.better_deal()
        if better is None:
            return self._wish_for_fewer(session, job)
        self._keep_speeds(session)
        if not self._dealt_anew:
            self._dealt_anew, self.why_reform = True, "the shards are dealt anew"
            held = ", ".join(map(str, better))
            message = f"some members compute more slowly than others: from the next boundary they hold {held} shards"
            record_event(session, job.id, "straggler", self._actor, message, generation=self._seat.generation)
        return Action.REFORM

    def _wish_for_fewer(self, session: Session, job: Job) -> Action:
        """Where members wait for each other so much that fewer may be faster, those are tried."""
        if not self._size_trial.wants_another_size(session, job):
            return Action.GO_ON
        self.why_reform = "fewer workers are tried"
        return Action.REFORM

    def _keep_speeds(self, session: Session) -> None:
        """For whoever deals the shards of the next generation."""
        here = (Member.job_id == self._seat.job_id, Member.generation == self._seat.generation)
        for rank, speed in enumerate(self._pace.speeds() or []):
            session.execute(update(Member).where(*here, Member.rank == rank).values(speed=speed))

    def _shards_by_rank(self) -> list[int]:
        here = (Member.job_id == self._seat.job_id, Member.generation == self._seat.generation)
        statement = select(Member.last_shard - Member.first_shard).where(*here, Member.rank.is_not(None))
        with self._database.read() as session:
            return [int(held or 0) for held in session.scalars(statement.order_by(Member.rank))]

    def _pass_on(self, wish: Action) -> None:
        if time.monotonic() >= self._next_snapshot:
            wish = max(wish, Action.SNAPSHOT)
            pause_s = max(self._boundary_s, _SNAPSHOT_SHARE * self._trainer.snapshot_s)
            self._next_snapshot = time.monotonic() + pause_s
        if self._draining():
            wish = max(wish, Action.REFORM)
        if wish is not Action.GO_ON:
            self._trainer.gang.request(wish)


class _Rate:
    """Steps a second over the last few reports."""

    def __init__(self, steps: int) -> None:
        self._points = [(time.monotonic(), steps)]

    def note(self, steps: int) -> None:
        self._points = [*self._points[-9:], (time.monotonic(), steps)]

    def steps_per_second(self) -> float | None:
        (started, first), (ended, last) = self._points[0], self._points[-1]
        return (last - first) / (ended - started) if last > first and ended > started else None
