"""Replay: a stretch of an ended job, run again by a gang of one and held against what was stored of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifacts import ArtifactStore
from models.checkpoint_file import RunState, read_checkpoint
from models.database import Database
from models.errors import ArtifactCorrupt, ReplayMismatch
from models.records import Checkpoint, Job
from models.weights_file import weights_sha256
from worker.gang.control_words import Action
from worker.gang.gang import Gang, places
from worker.gang.history_ring import HistoryRing, epochs_between, steps_between
from worker.gang.segment import Segment
from worker.gang.snapshots import Snapshots, remove_segment
from worker.reporting.history import compare_epochs, compare_steps
from worker.training.progress import Progress
from worker.training.run import Blueprint, Run
from worker.training.trainer import Trainer

_STEPS_AT_ONCE = 8_192


class Replay:
    """Runs a job again from one of its kept states, and compares as it goes.

    It writes nothing of the job's. The memory it trains in has no name from the beginning: whatever happens to this
    process, nothing is left of it.

    Args:
        path: where the memory's files are made, and unmade at once.
        start: the checkpoint to begin with.
        check: called at every step; what it raises ends the replay.

    Raises:
        ArtifactMissing, ArtifactCorrupt: the first checkpoint cannot be read.
    """

    def __init__(
        self,
        database: Database,
        store: ArtifactStore,
        blueprint: Blueprint,
        path: Path,
        start: Checkpoint,
        check: Callable[[], None],
    ) -> None:
        self._database, self._store, self._blueprint, self._job_id = database, store, blueprint, start.job_id
        state, vector = read_checkpoint(store.verify(start.artifact, start.sha256))
        self._segment = _nameless_segment(path, blueprint, vector)
        self._segment.factor[0] = Progress(**state.progress).rate_factor
        self._gang = Gang(self._segment, places(1, blueprint.spec.shards)[0], lambda _: False, lambda: None)
        run = Run(blueprint, self._gang, state)
        self._ring = HistoryRing(self._segment, state.step, state.step // blueprint.plan.steps_per_epoch)
        snapshots = Snapshots(self._segment, *run.cut)
        remove_segment(path)
        self._trainer = Trainer(run, self._gang, self._ring, snapshots, check)
        self.checkpoints: list[int] = []
        """Steps of the checkpoints that were the same."""

    @property
    def step(self) -> int:
        """Steps of the job done."""
        return self._trainer.step

    def run_to(self, last: int, kept: dict[int, Checkpoint]) -> None:
        """Train to step ``last``, comparing every step, every epoch and the checkpoints ``kept`` on the way.

        Raises:
            ReplayMismatch: a step or an epoch had other numbers, or a state other bits.
            ArtifactCorrupt: a stored checkpoint is not what was written.
        """
        while self.step < last:
            stop = min([self.step + _STEPS_AT_ONCE, last, *(step for step in kept if step > self.step)])
            self._gang.announce(Action.PAUSE, stop)
            self._trainer.train()
            self._compare_history()
            if self.step < stop:
                raise ReplayMismatch(self._job_id, self.step, "the end of nothing", "the end of the run", what="was")
            if stop in kept:
                self._compare_state(kept[stop])

    def compare_weights(self) -> None:
        """Hold the weights, now that the run is over, against the job's digest, if it has one.

        Raises:
            ReplayMismatch: they are others.
        """
        with self._database.read() as session:
            job = session.get_one(Job, self._job_id)
            stored, spec, preprocessing = job.weights_sha256, job.spec, job.preprocessing or {}
        found = weights_sha256(spec, preprocessing, self._blueprint.network.widths, self._segment.parameters)
        if stored is not None and found != stored:
            raise ReplayMismatch(self._job_id, self.step, stored, found, what="ended with the weights")

    def close(self) -> None:
        """Let go of the memory's files."""
        self._trainer.close()

    def _compare_history(self) -> None:
        ring, blueprint, segment = self._ring, self._blueprint, self._segment
        rows = epochs_between(segment, ring.saved_epochs, ring.epochs)
        columns, per_epoch = blueprint.epoch_columns, blueprint.plan.steps_per_epoch
        with self._database.read() as session:
            steps = steps_between(segment, ring.saved_steps, ring.steps)
            compare_steps(session, self._job_id, ring.saved_steps, steps)
            compare_epochs(session, self._job_id, ring.saved_epochs, rows, columns, per_epoch)
        ring.saved_steps, ring.saved_epochs = ring.steps, ring.epochs

    def _compare_state(self, kept: Checkpoint) -> None:
        """The numbers, and the counters; the training time is the one thing that two runs need not agree on."""
        state, vector = read_checkpoint(self._store.verify(kept.artifact, kept.sha256))
        here = self._segment.state.reshape(-1)
        if here.tobytes() != np.asarray(vector).tobytes():
            at = int((here.view(np.uint8) != np.asarray(vector).view(np.uint8)).argmax()) // here.itemsize
            what = f"left number {at} of its checkpoint at"
            raise ReplayMismatch(self._job_id, kept.step, float(vector[at]), float(here[at]), what=what)
        _compare_counters(self._job_id, state, self._trainer.state())
        self.checkpoints.append(kept.step)


def _compare_counters(job_id: str, stored: RunState, now: RunState) -> None:
    for name, value in stored.progress.items():
        if name != "reason" and value != now.progress[name]:
            raise ReplayMismatch(job_id, stored.step, value, now.progress[name], what=f"left the counter {name} at")


def _nameless_segment(path: Path, blueprint: Blueprint, vector: NDArray[Any]) -> Segment:
    shape = blueprint.segment_shape()
    if vector.size != shape.parts * shape.parameters:
        raise ArtifactCorrupt(path.name, f"{shape.parts * shape.parameters} numbers", f"{vector.size} numbers")
    remove_segment(path)
    segment = Segment.found(path, shape)
    segment.state[:] = vector.reshape(shape.parts, -1)
    return segment
