"""One round of the campaign: what was accepted, and what must be true of it and of the machine when it is over."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from models.database import now_us
from models.records import Checkpoint, CostChunk, Dataset, Epoch, Job, Member, Worker
from models.states import TERMINAL
from tests.support.fleet import Fleet, wait_until
from worker.control.collector import collect
from worker.training.prepared import drop_drafts

TRAINING = {"batch_size": 256, "max_epochs": 1600, "optimizer": {"name": "adam", "learning_rate": 1e-4}}
NETWORK = {"hidden": [{"units": 256, "activation": "relu"}]}
ROWS = 4000
STEPS = 15 * 1600
"""Some four seconds of one worker's time, longer than another one takes to start and to join: steps so long that three
workers on two cores do not only wait."""


FENCED = ("generation_started", "checkpoint", "checkpoint_failed", "straggler", "promise_lost")
"""Events of writes that carry a fence, and name it."""


@dataclass(frozen=True)
class Undisturbed:
    """What a run gives that nothing disturbed: its digest, the bytes of its steps, its epochs."""

    weights_sha256: str | None
    steps: bytes
    epochs: list[tuple[int, dict[str, Any]]]


def document(fleet: Fleet, **changes: Any) -> dict[str, Any]:
    """The campaign's job: the same numbers every time, however it is served."""
    spec = {"dataset": fleet.add_digits_like(ROWS), "target": "label", "network": NETWORK, "training": TRAINING}
    return {**spec, "shards": 4, "checkpoints": {"every_seconds": 0.5}, **changes}


def run_undisturbed(fleet: Fleet) -> Undisturbed:
    """Run the campaign's job with one worker that nothing happens to."""
    fleet.start_broker()
    fleet.start_workers(1)
    job = fleet.wait(fleet.submit(document(fleet)))
    assert job.state == "succeeded", job.message
    return result(fleet, job)


def result(fleet: Fleet, job: Job) -> Undisturbed:
    """What a job gave. Its chunks must follow one another without a gap or an overlap."""
    with fleet.database.read() as session:
        chunks = session.scalars(
            select(CostChunk).where(CostChunk.job_id == job.id).order_by(CostChunk.first_step)
        ).all()
        epochs = session.scalars(select(Epoch).where(Epoch.job_id == job.id).order_by(Epoch.epoch)).all()
    assert [chunk.first_step for chunk in chunks] == [0, *(chunk.last_step for chunk in chunks[:-1])]
    return Undisturbed(
        job.weights_sha256,
        b"".join(chunk.series for chunk in chunks),
        [(epoch.epoch, epoch.metrics) for epoch in epochs],
    )


class Round:
    """Submits jobs, hurts the fleet, and settles the accounts at the end."""

    def __init__(self, fleet: Fleet, undisturbed: Undisturbed) -> None:
        self.fleet, self.undisturbed = fleet, undisturbed
        self.accepted: dict[str, tuple[str, str]] = {}
        """The end that each accepted job must come to: its state and its reason."""
        self.unlike: set[str] = set()
        """Jobs that are not the campaign's."""

    def submit(self, *, end: tuple[str, str] = ("succeeded", "max_epochs"), **changes: Any) -> str:
        """Have a job accepted that must come to this end; with another training its bits are not compared."""
        job_id = self.fleet.submit(document(self.fleet, **changes))
        self.accepted[job_id] = end
        if "training" in changes:
            self.unlike.add(job_id)
        return job_id

    def accept(self, **changes: Any) -> str:
        """Have a job accepted whose hint is lost."""
        job_id = self.fleet.accept(document(self.fleet, **changes))
        self.accepted[job_id] = ("succeeded", "max_epochs")
        return job_id

    def start(self, gang: int, *, app: str = "worker.app", **changes: Any) -> str:
        """A job served by a gang of so many workers of one Celery worker."""
        self.fleet.start_workers(gang, app)
        job_id = self.submit(**changes)
        wait_until(lambda: len(self.fleet.members(job_id)) == gang, what=f"a gang of {gang}")
        return job_id

    def settle(self, timeout_s: float = 90.0) -> None:
        """Every accepted job has come to its end with the right bits, and nothing is left of serving it."""
        for job_id, end in self.accepted.items():
            try:
                job = self.fleet.wait(job_id, timeout_s)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{self._story(job_id)}") from None
            assert (job.state, job.reason) == end, self._story(job_id)
            if job.state == "succeeded" and job_id not in self.unlike:
                assert result(self.fleet, job) == self.undisturbed, self._story(job_id)
            self._no_older_fence_wrote(job_id)
        self.fleet.end_workers()
        self._nothing_is_left()

    def gangs(self, job_id: str) -> list[set[str]]:
        """The workers of each of its generations. How many of those there are depends on who was slow when."""
        events = self.fleet.events(job_id)
        return [set(event.details["workers"]) for event in events if event.kind == "generation_started"]

    def restarts(self, job_id: str, *expected: int) -> None:
        """The job has been restarted so many times."""
        assert self.fleet.job(job_id).restarts in expected, self._story(job_id)

    def _no_older_fence_wrote(self, job_id: str) -> None:
        """Once a generation has ended, or another was founded, it writes neither checkpoint nor state."""
        newest, ended = 0, set()
        for event in self.fleet.events(job_id):
            generation = event.details.get("generation", newest)
            if event.kind == "member_joined":
                continue  # of a seat asked for before the end
            if event.kind == "generation_ended":
                ended.add(generation)
            elif event.kind in FENCED:
                assert generation >= newest, self._story(job_id)
                assert generation not in ended, self._story(job_id)
            newest = max(newest, generation)

    def _story(self, job_id: str) -> str:
        return "\n".join(f"{event.at:%H:%M:%S.%f} {event.kind}: {event.message}" for event in self.fleet.events(job_id))

    def _nothing_is_left(self) -> None:
        """No process, no lease, no shared memory, no life sign, no nameless file, no word of a busy database."""
        fleet = self.fleet
        assert fleet.processes_left() == {}
        with fleet.database.read() as session:
            assert session.scalars(select(Job.id).where(Job.state.not_in(TERMINAL))).all() == []
            assert session.scalars(select(Job.id).where(Job.lease_until_us.is_not(None))).all() == []
            assert session.scalars(select(Member.id).where(Member.state != "left")).all() == []
            assert session.scalars(select(Worker.name).where(Worker.lease_until_us > now_us())).all() == []
            named = {*session.scalars(select(Checkpoint.artifact)), *session.scalars(select(Dataset.artifact))}
            if session.get_bind().dialect.name == "sqlite":
                assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        fleet.store.drop_unfinished(older_than_s=0)
        drop_drafts(fleet.root / "data" / "cache", older_than_s=0)
        collect(fleet.database, fleet.store, grace_s=0)
        assert set(fleet.store.names()) == named
        assert [path.name for path in fleet.shared_memory.rglob("*") if path.is_file()] == []
        assert [path.name for path in (fleet.root / "data").rglob(".*")] == []
        assert "database is locked" not in fleet.logs()


def kill(pid: int) -> None:
    """End a process without a chance to tidy up."""
    os.kill(pid, signal.SIGKILL)
