"""A job that diverges under a real gang: it fails, and what is kept of it is finite and said truly."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest

from models.checkpoint_file import read_checkpoint
from models.errors import CheckpointMissing
from models.records import Checkpoint, Job
from models.states import Reason
from tests.support.fleet import Fleet
from worker.ending import LeaderEnding

EXPLODING = {"optimizer": {"name": "sgd", "learning_rate": 1000.0}, "l2": 1000.0, "batch_size": 5000}


@pytest.fixture
def fleet(tmp_path):
    fleet = Fleet(tmp_path, CHAINRULE_BOUNDARY_S="0.1", CHAINRULE_HEARTBEAT_S="0.3", CHAINRULE_RECONCILE_S="0.5")
    fleet.start_broker()
    fleet.start_workers(2)
    yield fleet
    fleet.stop()


def kept_states(fleet, job_id):
    """By step: the run's state, and its parameters and best parameters."""
    found = {}
    for step in fleet.checkpoints(job_id):
        with fleet.database.read() as session:
            row = session.get_one(Checkpoint, (job_id, step))
        state, vector = read_checkpoint(fleet.store.verify(row.artifact, row.sha256))
        parts = np.asarray(vector).reshape(2 + len(state.slots), -1)
        found[step] = state, parts[[0, -1]]
    return found


def test_whichever_epoch_is_the_last_a_job_succeeds_with_its_weights_kept_or_fails_as_diverged(fleet):
    dataset, states = fleet.add_digits_like(), []
    for epochs in range(3, 10):
        document = {"dataset": dataset, "target": "label", "shards": 2, "network": {"hidden": [{"units": 8}]}}
        job = fleet.wait(fleet.submit({**document, "training": {**EXPLODING, "max_epochs": epochs}}))
        states.append(job.state)
        kept = kept_states(fleet, job.id)
        assert all(np.isfinite(numbers).all() for _, numbers in kept.values())
        if job.state == "succeeded":
            assert job.step in kept
        else:
            assert (job.state, job.reason, job.weights_sha256) == ("failed", "diverged", None)
            assert job.best == kept[max(kept)][0].progress["best"]
    assert {"succeeded", "failed"} == set(states)


class Ending(LeaderEnding):
    """Of a job whose reporter and checkpoint writer are only told about."""

    def __init__(self, database, job_id, step):
        self.database, self.job_id = database, job_id
        trainer = SimpleNamespace(step=step, samples_per_second=lambda: None)
        process = SimpleNamespace(me=SimpleNamespace(id="wrk_1"))
        super().__init__(process, None, trainer, SimpleNamespace(transaction=self._transaction), None)

    @contextmanager
    def _transaction(self):
        with self.database.write() as session:
            yield session, session.get_one(Job, self.job_id)

    def succeed(self):
        self._write(lambda job: self._finish(job, Reason.MAX_EPOCHS, "0" * 64))


def test_a_success_whose_weights_no_checkpoint_holds_is_refused(world, database):
    job_id = world.job(state="running")
    with pytest.raises(CheckpointMissing, match="step 7"):
        Ending(database, job_id, 7).succeed()
    with database.read() as session:
        assert session.get_one(Job, job_id).state == "running"
