"""A fork goes on from another job's state: left unchanged it ends with the very bits of the first."""

import pytest

from models.records import Checkpoint, Job
from service.jobs.fork import ForkRequest, enqueue_fork, plan_fork
from tests.support.fleet import Fleet
from tests.worker.test_promise import history

TRAINING = {"batch_size": 64, "max_epochs": 1200, "optimizer": {"name": "adam", "learning_rate": 1e-3}}


@pytest.fixture
def fleet(tmp_path):
    fleet = Fleet(tmp_path, CHAINRULE_BOUNDARY_S="0.1")
    fleet.start_broker()
    fleet.start_workers(2)
    yield fleet
    fleet.stop()


@pytest.fixture
def first(fleet):
    """A job that has ended, with checkpoints on its way."""
    document = {
        "dataset": fleet.add_digits_like(),
        "target": "label",
        "shards": 4,
        "network": {"hidden": [{"units": 64, "dropout": 0.2}]},
        "training": {**TRAINING, "schedule": {"name": "cosine"}},
        "checkpoints": {"every_seconds": 0.1, "keep_last": 50},
    }
    return fleet.wait(fleet.submit(document))


def fork(fleet, first, step, **changes):
    request = ForkRequest(step=step, changes=changes)
    with fleet.database.read() as session:
        planned = plan_fork(session, session.get_one(Job, first.id), request, fleet.store, max_parameters=10**9)
    with fleet.database.write() as session:
        parent = session.get_one(Job, first.id)
        job_id = enqueue_fork(session, parent, planned, key=None, document={}).id
    fleet.hint(2)
    return fleet.wait(job_id)


def test_an_unchanged_fork_ends_with_the_same_weights_and_the_same_history(fleet, first):
    steps = [step for step in fleet.checkpoints(first.id) if 0 < step < first.step]
    assert steps, "the job ended before it could be kept on its way"
    forked = fork(fleet, first, steps[0])
    assert (forked.state, forked.reason) == ("succeeded", "max_epochs")
    assert forked.weights_sha256 == first.weights_sha256
    assert history(fleet, forked.id) == history(fleet, first.id)
    with fleet.database.read() as session:
        last = [session.get_one(Checkpoint, (job.id, first.step)) for job in (first, forked)]
    assert last[0].epoch == last[1].epoch


def test_a_finished_job_is_trained_further(fleet, first):
    forked = fork(fleet, first, first.step, training={"max_epochs": 1250})
    assert (forked.state, forked.epoch) == ("succeeded", 1250)
    assert forked.step > first.step
