"""The broker: killed, emptied, frozen, flapping, flooded. It only ever carries hints."""

import signal
import time

import pytest

from tests.chaos.round import STEPS

pytestmark = pytest.mark.chaos


def test_a_broker_killed_and_emptied_is_missed_by_no_job(arena, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 2))
    fleet.kill(fleet.broker)
    waiting = arena.accept()  # committed, its hint lost
    fleet.socket.unlink(missing_ok=True)
    fleet.start_broker()
    arena.settle()
    assert fleet.job(waiting).state == "succeeded"


def test_a_frozen_broker_holds_up_no_running_job(arena, chance, patience_s):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 4))
    frozen = time.monotonic()
    fleet.broker.send_signal(signal.SIGSTOP)
    fleet.wait(job_id)
    waiting = arena.accept()
    time.sleep(max(0.0, frozen + patience_s - time.monotonic()))  # the fault itself
    fleet.broker.send_signal(signal.SIGCONT)
    arena.settle()
    assert fleet.job(waiting).state == "succeeded"


def test_a_flapping_broker_changes_nothing(arena, chance):
    fleet, _ = arena.fleet, arena.start(2)
    for _ in range(3):
        fleet.kill(fleet.broker)
        time.sleep(chance.uniform(0.1, 0.5))  # the fault itself
        fleet.socket.unlink(missing_ok=True)
        fleet.start_broker()
        time.sleep(chance.uniform(0.1, 0.5))
    arena.accept()
    arena.settle()


def test_a_hundred_hints_at_once_and_one_after_the_end_start_nothing_twice(arena):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.hint(100)
    job = fleet.wait(job_id)
    fleet.hint(5)
    arena.settle()
    assert fleet.job(job_id).fence == job.fence
