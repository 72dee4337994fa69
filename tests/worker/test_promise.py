"""The promise: the bits of the weights depend on the job alone, never on who served it, who died, or when.

Real Celery workers, a real Valkey, real kills. Each run is held against one that nothing disturbed.
"""

import os
import signal

import numpy as np
import pytest
from sqlalchemy import select

from models.records import CostChunk, Epoch
from tests.support.fleet import Fleet, wait_until

LONG = {"batch_size": 32, "max_epochs": 1500, "optimizer": {"name": "adam", "learning_rate": 1e-4}}
"""About 50,000 steps, two to three seconds."""


@pytest.fixture
def fleet(tmp_path):
    fleet = Fleet(tmp_path)
    fleet.start_broker()
    yield fleet
    fleet.stop()


@pytest.fixture
def spec(fleet):
    return {"dataset": fleet.add_digits_like(), "target": "label", "shards": 4, "training": LONG}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The digest, the history and the report of a run that one worker served from start to end."""
    fleet = Fleet(tmp_path_factory.mktemp("undisturbed"))
    fleet.start_broker()
    fleet.start_workers(1)
    job_id = fleet.submit({"dataset": fleet.add_digits_like(), "target": "label", "shards": 4, "training": LONG})
    job = fleet.wait(job_id)
    found = (job.weights_sha256, *history(fleet, job_id), job.report)
    fleet.stop()
    return found


def history(fleet, job_id):
    """The bytes of every step's row, and every epoch's metrics."""
    with fleet.database.read() as session:
        chunks = session.scalars(
            select(CostChunk).where(CostChunk.job_id == job_id).order_by(CostChunk.first_step)
        ).all()
        epochs = session.scalars(select(Epoch).where(Epoch.job_id == job_id).order_by(Epoch.epoch)).all()
    assert [chunk.first_step for chunk in chunks] == [0, *(chunk.last_step for chunk in chunks[:-1])]
    return b"".join(chunk.series for chunk in chunks), [(epoch.epoch, epoch.metrics) for epoch in epochs]


def assert_as_undisturbed(fleet, job, undisturbed):
    assert job.state == "succeeded", job.message
    assert job.weights_sha256 == undisturbed[0]
    steps, epochs = history(fleet, job.id)
    assert steps == undisturbed[1]
    assert epochs == undisturbed[2]
    assert job.report == undisturbed[3]


def test_the_undisturbed_run_is_worth_comparing_with(undisturbed):
    _, steps, epochs, report = undisturbed
    costs = np.frombuffer(steps, "<f8").reshape(-1, 3)[:, 0]
    assert len(costs) == 34 * 1500
    assert len(epochs) == 1500
    assert report["weights"] == "best"
    assert np.isfinite(costs).all()
    assert costs[-100:].mean() < 0.2 * costs[:100].mean()


@pytest.mark.parametrize("workers", [2, 3])
def test_more_workers_give_the_same_bits(fleet, spec, undisturbed, workers):
    fleet.start_workers(workers)
    job_id = fleet.submit(spec)
    wait_until(lambda: len(fleet.members(job_id)) == workers, what="a gang of all workers")
    assert_as_undisturbed(fleet, fleet.wait(job_id), undisturbed)


@pytest.mark.parametrize("rank", [0, 1], ids=["leader", "member"])
def test_a_worker_killed_at_a_random_step_changes_no_bit(fleet, spec, undisturbed, rank):
    fleet.start_workers(2)
    job_id = fleet.submit(spec)
    fleet.wait_for_step(job_id, int(np.random.default_rng().integers(1, 20_000)))

    _, worker = fleet.members(job_id)[rank]
    os.kill(worker.pid, signal.SIGKILL)

    job = fleet.wait(job_id)
    assert_as_undisturbed(fleet, job, undisturbed)
    assert job.restarts == 1
    assert len(fleet.generations(job_id)) >= 2


def test_a_run_resumed_after_everything_was_killed_has_the_same_bits(fleet, spec, undisturbed):
    parent = fleet.start_workers(2)
    job_id = fleet.submit(spec)
    fleet.wait_for_step(job_id, 3_000)
    fleet.kill(parent)
    fleet.kill(fleet.broker)

    fleet.socket.unlink(missing_ok=True)
    fleet.start_broker()
    fleet.start_workers(1)

    assert_as_undisturbed(fleet, fleet.wait(job_id), undisturbed)


def test_a_run_whose_memory_is_gone_too_goes_on_from_its_checkpoint(fleet, spec, undisturbed):
    fleet.environment["CHAINRULE_BOUNDARY_S"] = "0.2"
    spec["checkpoints"] = {"every_seconds": 0.2}
    parent = fleet.start_workers(2)
    job_id = fleet.submit(spec)
    wait_until(lambda: max(fleet.checkpoints(job_id), default=0) > 0, what="a checkpoint")
    fleet.kill(parent)
    for path in (fleet.root / "shm").rglob("job_*"):
        path.unlink()

    fleet.start_workers(2)

    job = fleet.wait(job_id)
    assert_as_undisturbed(fleet, job, undisturbed)
    assert fleet.generations(job_id)[-1].start_step > 0


def test_a_worker_that_comes_later_is_used_and_one_that_is_ended_is_missed_by_nobody(fleet, spec):
    spec["training"] = {**LONG, "max_epochs": 5000}  # longer than a worker takes to start, however busy the machine
    first = fleet.start_workers(1)
    job_id = fleet.submit(spec)
    fleet.start_workers(1)
    wait_until(lambda: len(fleet.members(job_id)) == 2, what="the newcomer's place")

    first.send_signal(signal.SIGTERM)
    job = fleet.wait(job_id)

    assert (job.state, job.restarts) == ("succeeded", 0)
    alone = fleet.wait(fleet.submit(spec))
    assert (job.weights_sha256, history(fleet, job.id)) == (alone.weights_sha256, history(fleet, alone.id))
