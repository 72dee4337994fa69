"""Workers that are to end: they leave at a step boundary, nothing is done twice, and no attempt is charged."""

import signal

import pytest

from models.records import Worker
from tests.chaos.round import STEPS
from tests.support.fleet import wait_until

pytestmark = pytest.mark.chaos


@pytest.fixture
def settings(settings):
    return {**settings, "CHAINRULE_LEASE_TTL_S": "30"}  # whoever waited for a lease would be seen to wait


def steps_of_generations(fleet, job_id):
    """For each generation the step it began at and the step it ended at."""
    events = [event for event in fleet.events(job_id) if event.kind in ("generation_started", "generation_ended")]
    steps = [event.details["step"] for event in events]
    return list(zip(steps[::2], steps[1::2], strict=True))


def assert_nothing_was_redone(arena, job_id):
    stretches = steps_of_generations(arena.fleet, job_id)
    assert [began for began, _ in stretches[1:]] == [ended for _, ended in stretches[:-1]]
    arena.restarts(job_id, 0)


def drain(fleet, worker_id):
    with fleet.database.write() as session:
        session.get_one(Worker, worker_id).state = "draining"


@pytest.mark.parametrize("rank", [0, 1], ids=["leader", "member"])
def test_a_drained_worker_leaves_and_takes_no_more_work(arena, chance, rank):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 4))
    leaving = fleet.members(job_id)[rank][1]
    drain(fleet, leaving.id)
    gang = wait_until(lambda: fleet.gang_without(job_id, leaving.id), what="the gang without it")
    assert len(gang) == 1
    fleet.hint(4)
    arena.settle()
    present = [leaving.id in workers for workers in arena.gangs(job_id)]
    assert present == sorted(present, reverse=True)  # once gone, never again
    assert_nothing_was_redone(arena, job_id)


def test_a_rolling_restart_of_all_workers_charges_nothing(arena):
    fleet = arena.fleet
    old = [fleet.start_workers(1), fleet.start_workers(1)]
    job_id = arena.submit()
    fleet.wait_for_step(job_id, 1)
    for process in old:
        fleet.start_workers(1)
        fleet.celery_workers.remove(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    arena.settle()
    assert_nothing_was_redone(arena, job_id)


def test_a_job_whose_workers_all_end_at_once_waits_for_the_next_ones(arena, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 2))
    fleet.end_workers()
    assert fleet.job(job_id).state == "queued"
    fleet.start_workers(2)
    arena.settle()
    assert_nothing_was_redone(arena, job_id)
