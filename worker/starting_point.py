"""Where a new generation begins: the newest state that is whole, wherever it lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy import select

from models.checkpoint_file import RunState, read_checkpoint, split_vector
from models.errors import ArtifactCorrupt, ArtifactMissing, GangBroken
from models.lifecycle import record_event
from models.records import Checkpoint
from models.spec.job import WarmStartSpec
from worker.control.identity import Seat
from worker.control.leases import hold_job
from worker.gang.history_ring import epochs_between, steps_between
from worker.gang.segment import Segment
from worker.gang.snapshots import Snapshot, latest_snapshot, remove_segment
from worker.process import WorkerProcess
from worker.reporting.history import save_epochs, save_steps, saved_epochs, saved_steps
from worker.training.run import Blueprint

_log = structlog.get_logger()
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """A state to begin with and the numbers that belong to it, shape (parts, parameters)."""

    state: RunState
    vector: Array
    outlived: tuple[Path, ...] = ()
    """Segments of earlier generations, not needed once this one has started."""

    def discard_outlived(self) -> None:
        """Remove the memory of earlier generations."""
        for path in self.outlived:
            remove_segment(path)


def find_starting_point(process: WorkerProcess, seat: Seat, blueprint: Blueprint) -> StartingPoint:
    """The newest snapshot of an earlier generation in this memory, else the newest sound checkpoint, else the start."""
    old = _earlier_segments(process.folder.path, seat)
    for path in reversed(old):
        found = _from_memory(process, seat, blueprint, path)
        if found is not None:
            return StartingPoint(*found, outlived=tuple(old))
    state, vector = _from_checkpoints(process, seat, blueprint) or _from_the_start(process, blueprint)
    return StartingPoint(state, vector, tuple(old))


def _earlier_segments(folder: Path, seat: Seat) -> list[Path]:
    """By generation; only those before the seat's own."""
    numbered = [
        (int(path.name.rpartition("-")[2]), path) for path in folder.glob(f"{seat.job_id}-*") if not path.suffix
    ]
    return [path for number, path in sorted(numbered) if number < seat.generation]


def _from_memory(process: WorkerProcess, seat: Seat, blueprint: Blueprint, path: Path) -> tuple[RunState, Array] | None:
    try:
        segment = Segment.join(path, blueprint.segment_shape())
    except GangBroken:
        return None
    snapshot = latest_snapshot(segment)
    if snapshot is None:
        return None
    _save_history_up_to(process, seat, blueprint, segment, snapshot)
    parts = blueprint.segment_shape().parts
    vector = np.fromfile(snapshot.path, dtype=snapshot.state.dtype).reshape(parts, -1)
    again = latest_snapshot(segment)
    # A stopped member that woke up could have published twice and be writing here; then its copy is the newer one.
    return (snapshot.state, vector) if again is not None and again.number == snapshot.number else None


def _save_history_up_to(
    process: WorkerProcess, seat: Seat, blueprint: Blueprint, segment: Segment, snapshot: Snapshot
) -> None:
    """What the last leader recorded and could not report: without it the history would have a hole."""
    steps = snapshot.state.step
    epochs = steps // blueprint.plan.steps_per_epoch
    with process.database.write() as session:
        job = hold_job(session, seat)
        first, first_epoch = saved_steps(session, job.id), saved_epochs(session, job.id)
        if first < steps:
            save_steps(session, job.id, first, steps_between(segment, first, steps))
        if first_epoch < epochs:
            rows = epochs_between(segment, first_epoch, epochs)
            save_epochs(session, job.id, first_epoch, rows, blueprint.epoch_columns, blueprint.plan.steps_per_epoch)
        job.step, job.epoch = max(job.step, steps), max(job.epoch, epochs)


def _from_checkpoints(process: WorkerProcess, seat: Seat, blueprint: Blueprint) -> tuple[RunState, Array] | None:
    """The newest checkpoint whose bytes are what they were. One that is not is reported and passed over."""
    with process.database.read() as session:
        known = Checkpoint.step <= saved_steps(session, seat.job_id)  # from beyond, the history would have a hole
        statement = select(Checkpoint).where(Checkpoint.job_id == seat.job_id, known)
        checkpoints = session.scalars(statement.order_by(Checkpoint.step.desc())).all()
    for checkpoint in checkpoints:
        try:
            state, vector = read_checkpoint(process.store.verify(checkpoint.artifact, checkpoint.sha256))
        except (ArtifactMissing, ArtifactCorrupt) as error:
            _report_unsound(process, seat, checkpoint, str(error))
            continue
        return state, vector.reshape(blueprint.segment_shape().parts, -1)
    return None


def _from_the_start(process: WorkerProcess, blueprint: Blueprint) -> tuple[RunState, Array]:
    """Initial weights, or those of an earlier job; the optimizer's slots are zero."""
    vector = np.zeros((blueprint.segment_shape().parts, blueprint.layout.size), blueprint.spec.training.dtype)
    warm = blueprint.spec.warm_start
    vector[0] = blueprint.initial_parameters() if warm is None else _weights_of(process, warm)
    vector[-1] = vector[0]
    return blueprint.initial_state(), vector


def _weights_of(process: WorkerProcess, warm: WarmStartSpec) -> Array:
    with process.database.read() as session:
        checkpoint = session.get_one(Checkpoint, (warm.job, warm.step))
    parts = split_vector(*read_checkpoint(process.store.verify(checkpoint.artifact, checkpoint.sha256)))
    return parts["best" if warm.best else "parameters"]


def _report_unsound(process: WorkerProcess, seat: Seat, checkpoint: Checkpoint, why: str) -> None:
    _log.error("checkpoint passed over", job=seat.job_id, step=checkpoint.step, error=why)
    with process.database.write() as session:
        hold_job(session, seat)
        if not checkpoint.pinned:  # nobody can use it, and it would take the place of one that is sound
            session.delete(session.get_one(Checkpoint, (checkpoint.job_id, checkpoint.step)))
        message = f"the checkpoint of step {checkpoint.step} cannot be used, going back to an earlier one: {why}"
        record_event(session, seat.job_id, "checkpoint_unsound", process.me.id, message, step=checkpoint.step)
