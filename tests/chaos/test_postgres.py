"""The campaign's job on a real PostgreSQL: restarted in the middle of everything, cut off, and away for long."""

import os
import signal
import time

import pytest
from sqlalchemy import select

from models.records import Checkpoint
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
    arena.restarts(job_id, 0)


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


def test_workers_that_start_while_the_database_is_away_are_there_when_it_is_back(arena, server):
    fleet = arena.fleet
    arena.accept()
    server.stop()
    fleet.begin_workers(2)
    wait_until(lambda: fleet.logs().count("could not begin") >= 2, what="two attempts")
    server.start()
    fleet.database.dispose()
    arena.settle()
    assert "raised unexpected" not in fleet.logs()


@pytest.mark.parametrize("skew_s", [3600, -3600], ids=["ahead", "behind"])
def test_a_worker_whose_clock_is_an_hour_off_serves_and_dies_like_any_other(arena, chance, skew_s):
    """Leases are judged by the database's clock alone."""
    fleet, job_id = arena.fleet, arena.start(1)
    fleet.start_workers(1, "tests.support.skewed_workers", CHAOS_SKEW_S=str(skew_s))
    wait_until(lambda: len(fleet.members(job_id)) == 2, what="a gang of both")
    fleet.wait_for_step(job_id, fleet.job(job_id).step + 1)
    skewed = max(fleet.workers(), key=lambda worker: worker.id if skew_s > 0 else -worker.started_at.timestamp())
    assert (skewed.started_at - fleet.job(job_id).started_at).total_seconds() / skew_s > 0.8
    os.kill(skewed.pid, signal.SIGKILL)
    arena.settle()
    arena.restarts(job_id, 1)


@pytest.mark.parametrize("point", ["before", "after"])
def test_a_connection_cut_during_commit_is_asked_about_again(arena, chance, point):
    """Whether the server has committed or not, nobody can tell: what is done again must come to the same.

    Seldom enough that a generation gets under way between two: four that do not in a row end a job, as they should.
    """
    fleet = arena.fleet
    fleet.environment.update(CHAOS_POINT=point, CHAOS_EVERY=str(chance.randrange(13, 19)))
    job_id = arena.start(2, app="tests.support.cut_workers")
    arena.settle()
    assert "the connection was cut during COMMIT" in fleet.logs()
    assert fleet.job(job_id).state == "succeeded"


@pytest.mark.parametrize("point", ["rename", "row"])
def test_the_file_of_a_leader_that_slept_past_its_lease_is_refused(arena, point):
    fleet = arena.fleet
    fleet.environment.update(CHAOS_POINT=point, CHAOS_SIGNAL="SIGSTOP")
    job_id = arena.start(2, app="tests.support.dying_workers")
    died = fleet.root / "data" / "died"
    wait_until(died.exists, what=f"the stop at {point}")
    before = fleet.job(job_id).fence
    wait_until(lambda: fleet.job(job_id).fence > before, what="the next generation")
    fleet.wait_for_step(job_id, fleet.job(job_id).step + 1)
    written = checkpoints_of(fleet, before)
    os.kill(int(died.read_text()), signal.SIGCONT)
    fleet.wait(job_id)
    assert checkpoints_of(fleet, before) <= written  # its file stays without a row: of no use, and the collector's
    arena.settle()


def checkpoints_of(fleet, generation):
    """The files that rows of this generation name."""
    with fleet.database.read() as session:
        return set(session.scalars(select(Checkpoint.artifact).where(Checkpoint.fence == generation)))
