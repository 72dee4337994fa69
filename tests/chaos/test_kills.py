"""kill -9 of every part of a fleet while it trains."""

import signal

import pytest

from tests.chaos.round import STEPS, kill
from tests.support.fleet import wait_until

pytestmark = pytest.mark.chaos


def strike(fleet, job_id, chance):
    """Wait for a random step of the first half of a run."""
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 2))


@pytest.mark.parametrize("rank", [0, 1, 2], ids=["leader", "member", "other"])
def test_a_killed_worker_is_made_up_for(arena, chance, rank):
    job_id = arena.start(3)
    strike(arena.fleet, job_id, chance)
    kill(arena.fleet.members(job_id)[rank][1].pid)
    arena.settle()


def test_a_killed_gang_is_followed_by_another(arena, chance):
    job_id = arena.start(2)
    strike(arena.fleet, job_id, chance)
    for _, worker in arena.fleet.members(job_id):
        kill(worker.pid)
    arena.settle()


def test_a_killed_celery_worker_takes_its_processes_along(arena, chance):
    job_id = arena.start(2)
    strike(arena.fleet, job_id, chance)
    parent = arena.fleet.celery_workers.pop()
    kill(parent.pid)
    parent.wait()
    wait_until(lambda: not arena.fleet.processes_left(), what="the end of its processes")
    arena.fleet.start_workers(2)
    arena.settle()


def test_everything_killed_goes_on_after_a_start(arena, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    strike(fleet, job_id, chance)
    fleet.kill(fleet.celery_workers.pop())
    fleet.kill(fleet.broker)
    fleet.socket.unlink(missing_ok=True)
    fleet.start_broker()
    fleet.start_workers(2)
    arena.settle()


def test_everything_killed_and_the_memory_lost_goes_on_from_the_disk(arena, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    strike(fleet, job_id, chance)
    fleet.kill(fleet.celery_workers.pop())
    fleet.lose_memory()
    fleet.start_workers(2)
    arena.settle()


def test_workers_that_come_and_go_every_second_lose_nothing(arena, chance):
    fleet = arena.fleet
    job_id = arena.start(1)
    for _ in range(3):
        leaving = fleet.celery_workers.pop(0)  # before the next one comes: a job is short, a start may be slow
        leaving.send_signal(chance.choice([signal.SIGTERM, signal.SIGKILL]))
        leaving.wait(timeout=60)
        fleet.start_workers(1)
    arena.settle()
    assert len(fleet.generations(job_id)) > 1


def test_a_job_that_kills_its_worker_fails_and_others_go_on(arena):
    fleet = arena.fleet
    fleet.start_workers(1)
    poison = arena.submit(end=("failed", "no_progress"), max_restarts=1)
    for generation in range(1, 3):
        wait_until(lambda fence=generation: fleet.job(poison).fence == fence, what=f"generation {generation}")
        kill(wait_until(lambda: fleet.seats(poison), what="a worker")[0].pid)
    arena.submit()
    arena.settle()
