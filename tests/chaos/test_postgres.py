"""The campaign's job on a real PostgreSQL: restarted in the middle of everything, cut off, and away for long."""

import os
import signal
import time

import pytest

from tests.chaos.round import STEPS, Round
from tests.support.fleet import Fleet, wait_until
from tests.support.postgres import postgres_server

pytestmark = pytest.mark.chaos


@pytest.fixture(scope="module")
def server():
    with postgres_server() as server:
        yield server


@pytest.fixture
def fleet(tmp_path, server, settings):
    fleet = Fleet(tmp_path, server.make_database(), **settings)
    fleet.start_broker()
    yield fleet
    fleet.stop()


@pytest.fixture
def arena(fleet, undisturbed):
    return Round(fleet, undisturbed)


def test_a_restart_at_once_in_the_middle_of_a_step_is_not_noticed(arena, server, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 4))
    server.stop(at_once=True)
    server.start()
    fleet.database.dispose()
    arena.settle()
    assert fleet.job(job_id).restarts == 0


def test_connections_cut_again_and_again_lose_nothing(arena, server, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    for _ in range(20):
        server.cut_connections()
        time.sleep(chance.uniform(0.0, 0.2))  # so that a cut falls anywhere, into a COMMIT too
    fleet.database.dispose()
    arena.settle()
    assert fleet.job(job_id).state == "succeeded"


def test_a_database_that_is_away_for_longer_than_the_lease_costs_a_restart_at_most(arena, server, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 4))
    server.stop()
    time.sleep(4.0)  # the lease is three seconds
    server.start()
    fleet.database.dispose()
    arena.settle()
    assert fleet.job(job_id).state == "succeeded"


def test_a_worker_whose_clock_is_an_hour_off_serves_and_dies_like_any_other(arena, chance):
    """Leases are judged by the database's clock alone."""
    fleet, job_id = arena.fleet, arena.start(1)
    fleet.start_workers(1, "tests.support.skewed_workers")
    wait_until(lambda: len(fleet.members(job_id)) == 2, what="a gang of both")
    fleet.wait_for_step(job_id, fleet.job(job_id).step + 1)
    skewed = max(fleet.workers(), key=lambda worker: worker.started_at)
    assert (skewed.started_at - fleet.job(job_id).started_at).total_seconds() > 3000
    os.kill(skewed.pid, signal.SIGKILL)
    arena.settle()
    assert fleet.job(job_id).restarts == 1
