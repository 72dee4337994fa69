"""Members that hang while their heart beats, or are slow."""

import os
import signal
import threading
import time

import pytest

from tests.chaos.round import STEPS
from tests.support.fleet import wait_until

pytestmark = pytest.mark.chaos


@pytest.fixture
def settings(settings):
    return {**settings, "CHAINRULE_PROGRESS_TIMEOUT_S": "2", "CHAINRULE_LEASE_TTL_S": "10"}


@pytest.mark.parametrize(("workers", "rank"), [(2, 0), (2, 1), (1, 0)], ids=["leader", "member", "alone"])
def test_one_that_hangs_with_a_beating_heart_is_ended(arena, chance, workers, rank):
    fleet, job_id = arena.fleet, arena.start(workers, app="tests.support.hanging_workers")
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 2))
    hung = fleet.members(job_id)[rank][1]
    os.kill(hung.pid, signal.SIGUSR2)
    arena.settle()
    assert [event.actor for event in fleet.events(job_id) if event.kind == "member_hung"] == [hung.id]
    arena.restarts(job_id, 1)


def test_one_that_is_throttled_to_a_tenth_is_only_slow_and_gets_fewer_shards(arena, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 4))
    pid = fleet.members(job_id)[chance.randrange(2)][1].pid
    over = threading.Event()

    def throttle():
        while not over.wait(0.01):
            os.kill(pid, signal.SIGSTOP)
            time.sleep(0.09)
            os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=throttle)
    thread.start()
    try:
        wait_until(lambda: held(fleet, job_id, pid) == 1, 60.0, "another deal")
        fleet.wait_for_step(job_id, fleet.job(job_id).step + 50)
    finally:
        over.set()
        thread.join()
    arena.settle()
    arena.restarts(job_id, 0)
    assert "straggler" in [event.kind for event in fleet.events(job_id)]


def held(fleet, job_id, pid):
    """How many shards the worker holds now; 0 while a gang is forming."""
    members = fleet.members(job_id)
    return sum(member.last_shard - member.first_shard for member, worker in members if worker.pid == pid)
