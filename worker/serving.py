"""What a worker does with a hint: claim a seat, serve it, claim again, and end when there is nothing to do.

A worker that no job can use verifies one that has ended, if somebody asked for that.
"""

from __future__ import annotations

import contextlib
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.errors import ArtifactMissing, Fenced, GangBroken, GangError, ReplayMismatch, ValidationFailed
from models.lifecycle import finish_job, record_event
from models.states import JobState, Reason
from worker.control.claims import rejoin, take_seat
from worker.control.generations import end_generation, founder_of, put_back
from worker.control.identity import Seat
from worker.control.leases import hold_job, is_to_drain
from worker.control.leaving import leave_job
from worker.control.roll import note_lost
from worker.ending import LeaderEnding, leave_seat
from worker.fingerprint import provenance
from worker.forming import Formed, found, join
from worker.gang.control_words import Action
from worker.gang.history_ring import HistoryRing
from worker.memory import let_go
from worker.process import WorkerProcess
from worker.reporting.checkpoints import CheckpointWriter
from worker.reporting.reporter import Reporter
from worker.training.trainer import Trainer
from worker.verifying import verify_next

_log = structlog.get_logger()
_ASK_AGAIN_S = 0.1
_REJOIN_POLL_S = 0.01
_REJOIN_PATIENCE_S = 15.0


def serve(process: WorkerProcess) -> int:
    """Serve jobs until none has been found for ``linger_s`` seconds; returns how much was done."""
    served, idle_since = 0, time.monotonic()
    while not process.draining() and time.monotonic() - idle_since < process.settings.linger_s:
        try:
            with process.database.write() as session:
                seat = take_seat(session, process.me, provenance(), process.settings.lease_ttl_s)
        except SQLAlchemyError as error:
            _log.warning("could not ask for work", error=str(error), worker=process.me.id)
            seat = None
        if seat is None and not verify_next(process):
            time.sleep(_ASK_AGAIN_S)
            continue
        if seat is not None:
            _serve_job(process, seat)
        served, idle_since = served + 1, time.monotonic()
    return served


def _serve_job(process: WorkerProcess, seat: Seat) -> None:
    """Serve generation after generation of one job, for as long as this worker is wanted there."""
    process.heart.say("serving")
    next_seat: Seat | None = seat
    try:
        while next_seat is not None:
            next_seat = _serve_generation(process, next_seat)
            let_go()
    finally:
        process.heart.release()
        process.heart.say("idle")


def _serve_generation(process: WorkerProcess, seat: Seat) -> Seat | None:
    """Serve one generation from forming to its end; returns the seat in the next one, if there is to be one."""
    process.heart.hold(seat, leads=seat.founder)
    is_leader = seat.founder
    try:
        formed = found(process, seat) if seat.founder else join(process, seat)
        if formed is None:
            leave_seat(process, seat, "it takes no more work" if process.draining() else "it is not needed")
            return None
        is_leader = formed.gang.is_leader
        action = _train(process, seat, formed)
    except (Fenced, GangBroken) as error:
        return _form_again(process, seat, str(error), is_leader=is_leader)
    except GangError as error:
        _log.error("stopped by itself", error=str(error), code=error.code, job=seat.job_id)
        if isinstance(error, ReplayMismatch):
            _fail(process, seat, Reason.INTERNAL_ERROR, str(error))
        return None
    except ArtifactMissing as error:
        _fail(process, seat, Reason.DATASET_MISSING, str(error))
        return None
    except ValidationFailed as error:  # the data will be no other at the next attempt
        _fail(process, seat, Reason.DATASET_UNFIT, str(error))
        return None
    except SQLAlchemyError as error:
        _log.warning("the database is away", error=str(error), job=seat.job_id)
        return None
    except Exception as error:  # noqa: BLE001 - whatever it is, the job must hear of it
        _log.exception("training failed", job=seat.job_id)
        _give_up(process, seat, error)
        return None
    if action is Action.REFORM:
        return _form_again(process, seat, "members join or leave", is_leader=is_leader)
    return None


def _train(process: WorkerProcess, seat: Seat, formed: Formed) -> Action:
    """Train as the leader, with reporter and checkpoint writer beside, or as a member, without."""
    gang, run = formed.gang, formed.run
    ring = HistoryRing(gang.segment, run.state.step, run.state.step // run.plan.steps_per_epoch)
    trainer = Trainer(run, gang, ring, formed.snapshots, process.heart.check)
    if not gang.is_leader:
        return _train_as_member(process, trainer)
    reporter = Reporter(
        process.database,
        seat,
        trainer,
        process.draining,
        actor=process.me.id,
        boundary_s=process.settings.boundary_s,
        size_trial_s=process.settings.size_trial_s,
    )
    checkpoints = CheckpointWriter(
        reporter.transaction,
        process.store,
        seat,
        process.me.id,
        formed.snapshots,
        every_s=run.spec.checkpoints.every_seconds,
        keep_last=run.spec.checkpoints.keep_last,
        steps_per_epoch=run.plan.steps_per_epoch,
    )
    try:
        return _train_as_leader(process, seat, trainer, reporter, checkpoints)
    finally:
        trainer.close()


def _train_as_leader(
    process: WorkerProcess, seat: Seat, trainer: Trainer, reporter: Reporter, checkpoints: CheckpointWriter
) -> Action:
    checkpoints.start()
    reporter.start()
    try:
        with process.heart.training(lambda: trainer.step):
            action = trainer.train()
    except BaseException as error:
        trainer.gang.abort()  # the others need not find out by waiting
        if reporter.failure is not None:
            raise reporter.failure from error
        raise
    finally:
        reporter.stop()
        checkpoints.stop()
    LeaderEnding(process, seat, trainer, reporter, checkpoints).end(action)
    return action


def _train_as_member(process: WorkerProcess, trainer: Trainer) -> Action:
    try:
        with process.heart.training(lambda: trainer.step):
            return trainer.train()
    except BaseException:
        trainer.gang.abort()
        raise
    finally:
        trainer.close()


def _form_again(process: WorkerProcess, left: Seat, why: str, *, is_leader: bool) -> Seat | None:
    """A seat in the generation after the one that ended: the leader founds it, or who finds the leader dead.

    None when this worker is not wanted there, or is to end.
    """
    deadline = time.monotonic() + _REJOIN_PATIENCE_S
    while time.monotonic() < deadline:
        process.heart.note_progress()
        try:
            with process.database.write() as session:
                try:
                    seat = _try_to_form(session, process, left, why, is_leader=is_leader)
                except LookupError:
                    return None  # what was ended on the way is committed
        except SQLAlchemyError as error:
            _log.warning("could not form again yet", error=str(error), job=left.job_id)
            seat = None
        if seat is not None:
            return seat
        time.sleep(_REJOIN_POLL_S)
    return None


def _try_to_form(session: Session, process: WorkerProcess, left: Seat, why: str, *, is_leader: bool) -> Seat | None:
    """One attempt: None when it is too early. Raises: LookupError when this worker has no part in what follows."""
    me = process.me
    may_found = is_leader or process.folder.is_dead(founder_of(session, left))
    if may_found:
        _end_by_force(session, process, left, why)
    if process.draining() or is_to_drain(session, me):
        leave_job(session, left, me)
        raise LookupError(left.job_id)
    return rejoin(session, left, me, provenance(), process.settings.lease_ttl_s, may_found=may_found)


def _end_by_force(session: Session, process: WorkerProcess, left: Seat, why: str) -> None:
    actor = process.me.id
    with contextlib.suppress(Fenced):  # somebody has done so
        job = hold_job(session, left)
        note_lost(session, job.id, left.generation, process.folder, actor=actor)
        end_generation(session, job, why, by_force=True, actor=actor)
        if job.state in (JobState.PAUSING, JobState.CANCELLING):
            put_back(session, job, actor=actor)


def _fail(process: WorkerProcess, seat: Seat, reason: Reason, message: str) -> None:
    """End the job for good, whatever attempts are left."""
    with contextlib.suppress(Fenced), process.database.write() as session:
        job = hold_job(session, seat)
        end_generation(session, job, message, by_force=False, actor=process.me.id)
        finish_job(session, job, reason, actor=process.me.id, message=message)


def _give_up(process: WorkerProcess, seat: Seat, error: Exception) -> None:
    """An unforeseen failure: say what it was and put the job back, unless its attempts are used up."""
    what = f"{type(error).__name__}: {error}"
    reason = Reason.OUT_OF_MEMORY if isinstance(error, MemoryError) else Reason.INTERNAL_ERROR
    with contextlib.suppress(Fenced), process.database.write() as session:
        job = hold_job(session, seat)
        record_event(session, job.id, "member_failed", process.me.id, what)
        if not seat.founder:
            return
        if job.attempts_without_progress >= int(job.spec["max_restarts"]):
            end_generation(session, job, what, by_force=False, actor=process.me.id)
            finish_job(session, job, reason, actor=process.me.id, message=what)
            return
        end_generation(session, job, what, by_force=True, actor=process.me.id)
        put_back(session, job, actor=process.me.id)
