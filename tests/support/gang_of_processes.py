"""A gang of several processes over one segment, without a database: for laws about bits."""

from __future__ import annotations

import hashlib
import multiprocessing
import time
from collections.abc import Sequence
from contextlib import nullcontext
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models.spec import parse_spec
from models.states import Reason
from worker.backprop.compiled import numpy_calls_only
from worker.gang.gang import Gang, places_by_speed
from worker.gang.history_ring import HistoryRing, epochs_between, steps_between
from worker.gang.segment import Segment
from worker.gang.snapshots import Snapshots
from worker.training.prepared import Prepared
from worker.training.run import Blueprint, Run
from worker.training.trainer import Trainer

Digest = str
Member = tuple[SpawnProcess, "Connection[Any, Any]"]

WITHIN_S = 60.0
"""For one run: most take a tenth of a second."""


class Trained(NamedTuple):
    """What a gang leaves."""

    digest: Digest
    """Of parameters, slots, best weights, all history, and why the run ended."""
    rates: list[float]
    """The learning rate of each step."""
    reason: Reason | None
    best_step: int
    """Steps done when the best weights were kept."""
    tested_at_once: int
    """Rows of one forward pass of the test."""


class Crew:
    """Processes that train whatever they are given, in gangs of any size up to theirs.

    The first has compiled loops, where there are any; the second only NumPy calls; and so on in turn.
    """

    def __init__(self, size: int) -> None:
        self._members = [_start(number) for number in range(size)]

    def digest(self, folder: Path, speeds: Sequence[float], *job: Any) -> Digest:
        """Train, and say only whether all bits are the same."""
        return self.train(folder, speeds, *job).digest

    def train(
        self,
        folder: Path,
        speeds: Sequence[float],
        document: dict[str, Any],
        data: Prepared,
        labels: list[Any],
        warm_start: int | None = None,
    ) -> Trained:
        """Train with a gang.

        Args:
            folder: for the segment; its files are gone afterwards.
            speeds: of the members: a faster one holds more of the shards.
            document: the spec, but for dataset and target.
            data: what is trained on.
            labels: of the classes.
            warm_start: a seed to draw the first weights from, instead of the spec's initializer.
        """
        blueprint = _blueprint(document, data, labels)
        path, dealt = folder / "segment", places_by_speed(speeds, blueprint.spec.shards)
        segment = Segment.found(path, blueprint.segment_shape())
        segment.parameters[:] = blueprint.initial_parameters()
        if warm_start is not None:
            segment.parameters[:] = np.random.default_rng(warm_start).normal(0.0, 0.3, segment.parameters.shape)
        segment.best[:] = segment.parameters
        crew = self._members[: len(speeds)]
        for place, (_, pipe) in zip(dealt, crew, strict=True):
            pipe.send((path, place, document, data, labels))
        found = self._answers(crew)
        for file in folder.iterdir():
            file.unlink()
        leader = found[0]
        steps = steps_between(segment, 0, leader.steps)
        digest = hashlib.sha256(segment.state.tobytes())
        digest.update(steps.tobytes())
        digest.update(epochs_between(segment, 0, leader.epochs)[:, 1:].tobytes())  # but for the seconds it took
        digest.update(str(leader.reason).encode())
        return Trained(digest.hexdigest(), steps[:, 1].tolist(), leader.reason, leader.best_step, leader.tested_at_once)

    def _answers(self, crew: Sequence[Member]) -> list[_Told]:
        """What each says; who fails leaves the others waiting for it, so then all begin anew for whoever comes next."""
        deadline = time.monotonic() + WITHIN_S
        found = []
        for process, pipe in crew:
            ready = wait([pipe, process.sentinel], timeout=max(0.0, deadline - time.monotonic()))
            if pipe not in ready or not pipe.poll():
                ended = f"ended with {process.exitcode}" if ready else f"said nothing within {WITHIN_S} s"
                for each, _ in self._members:
                    each.kill()
                self._members = [_start(number) for number in range(len(self._members))]
                raise AssertionError(f"a member {ended}: see what it printed")
            found.append(pipe.recv())
        return found

    def stop(self) -> None:
        """End all processes."""
        for process, pipe in self._members:
            pipe.close()
            process.join()


def _start(number: int) -> Member:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, number % 2 == 1), daemon=True)
    process.start()
    theirs.close()
    return process, ours


class _Told(NamedTuple):
    """What a member says of a run: only the leader knows how it ended."""

    steps: int
    epochs: int
    reason: Reason | None
    best_step: int
    tested_at_once: int


def _blueprint(document: dict[str, Any], data: Prepared, labels: list[Any]) -> Blueprint:
    spec = parse_spec({"dataset": "ds", "target": "label", **document})
    outputs = data.train_y.shape[1] if data.train_y.ndim > 1 else len(labels)
    return Blueprint(spec, data, outputs, labels)


def _work(pipe: Connection, numpy_alone: bool) -> None:
    with numpy_calls_only() if numpy_alone else nullcontext():
        _train_what_comes(pipe)


def _train_what_comes(pipe: Connection) -> None:
    while True:
        try:
            path, place, *rest = pipe.recv()
        except EOFError:
            return
        blueprint = _blueprint(*rest)
        segment = Segment.join(path, blueprint.segment_shape())
        gang = Gang(segment, place, lambda rank: False, lambda: None)
        run = Run(blueprint, gang, blueprint.initial_state())
        ring = HistoryRing(segment, 0, 0)
        trainer = Trainer(run, gang, ring, Snapshots(segment, *run.cut), lambda: None)
        trainer.train()
        trainer.close()
        best = run.progress.best or {"step": 0}
        pipe.send(_Told(ring.steps, ring.epochs, trainer.reason, best["step"], run.evaluator.buffers.max_rows))
