"""Processes that are stopped for a while, and wake up believing that nothing has happened."""

import os
import signal
import time

import pytest

from tests.chaos.round import STEPS
from tests.chaos.stopping import stop
from tests.support.fleet import wait_until

pytestmark = pytest.mark.chaos


class TestShorterThanTheLease:
    @pytest.fixture
    def settings(self):
        return {}

    @pytest.mark.parametrize("rank", [0, 1], ids=["leader", "member"])
    def test_nothing_happens(self, arena, chance, rank):
        fleet, job_id = arena.fleet, arena.start(2)
        fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 2))
        pid = fleet.members(job_id)[rank][1].pid
        stop(fleet, pid)
        time.sleep(chance.uniform(0.5, 2.0))  # the fault itself, not a wait for a state
        os.kill(pid, signal.SIGCONT)
        arena.settle()
        arena.restarts(job_id, 0)


@pytest.mark.parametrize("rank", [0, 1], ids=["leader", "member"])
def test_one_stopped_for_longer_than_its_lease_is_refused_when_it_wakes(arena, chance, rank):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 4))
    before = fleet.job(job_id).fence
    pid = fleet.members(job_id)[rank][1].pid
    stop(fleet, pid)
    wait_until(lambda: fleet.job(job_id).fence > before, what="the next generation")
    fleet.wait_for_step(job_id, fleet.job(job_id).step + 1)
    assert list(fleet.shared_memory.rglob(f"{job_id}-{before}*")) == []  # what it writes there, nobody reads
    os.kill(pid, signal.SIGCONT)
    arena.settle()
    assert fleet.job(job_id).restarts >= 1


def test_a_gang_stopped_as_a_whole_for_longer_than_the_lease_loses_nothing(arena, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 2))
    before, pids = fleet.job(job_id).fence, [worker.pid for _, worker in fleet.members(job_id)]
    stop(fleet, *pids)
    fleet.start_workers(1)
    wait_until(lambda: fleet.job(job_id).fence > before, what="the next generation")
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    arena.settle()
