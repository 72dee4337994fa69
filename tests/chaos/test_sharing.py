"""Several jobs for a few workers, and bounds that change while a job runs."""

import os
import signal
from pathlib import Path

import pytest

from models.lifecycle import change_state
from models.records import Job
from models.states import JobState
from tests.chaos.round import STEPS, TRAINING
from tests.support.fleet import wait_until

pytestmark = pytest.mark.chaos

LONG = {**TRAINING, "max_epochs": 5000}


def test_the_bounds_of_a_running_job_hold_within_seconds(arena):
    fleet, job_id = arena.fleet, arena.start(2, training=LONG)
    for bound in (1, 2):
        fleet.wait_for_step(job_id, 1)
        with fleet.database.write() as session:
            session.get_one(Job, job_id).workers_max = bound
        wait_until(lambda size=bound: len(fleet.members(job_id)) == size, 10.0, f"a gang of {bound}")
    arena.settle()
    arena.restarts(job_id, 0)


def test_two_jobs_share_three_workers(arena):
    fleet = arena.fleet
    fleet.start_workers(3)
    jobs = [arena.submit(), arena.submit()]
    arena.settle()
    first, second = map(fleet.job, jobs)
    assert second.started_at < first.finished_at


def test_a_job_of_higher_priority_takes_workers_and_gives_them_back(arena, chance):
    fleet, elastic = arena.fleet, arena.start(2, workers={"min": 1, "max": 2}, training=LONG)
    fleet.wait_for_step(elastic, chance.randrange(1, STEPS // 8))
    urgent = arena.submit(priority=5, workers={"min": 1, "max": 1})
    wait_until(lambda: fleet.members(urgent), 10.0, "the start of the urgent job")
    assert fleet.job(elastic).state == "running"
    fleet.wait(urgent)
    assert fleet.job(elastic).state == "running"
    wait_until(lambda: len(fleet.members(elastic)) == 2, 10.0, "the return of the worker")
    arena.settle()
    arena.restarts(elastic, 0)


def test_a_job_at_its_least_number_of_workers_keeps_them(arena, chance):
    fleet, job_id = arena.fleet, arena.start(2, workers={"min": 2, "max": 2})
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 8))
    arena.submit(priority=5)
    arena.settle()
    assert {len(workers) for workers in arena.gangs(job_id)} == {2}


class TestWithTheLeasesOfAService:
    @pytest.fixture
    def settings(self):
        return {}

    def test_a_newcomer_is_used_and_one_that_goes_or_dies_is_made_up_for_within_seconds(self, arena):
        fleet, job_id = arena.fleet, arena.start(1, training=LONG)
        for leave in (signal.SIGTERM, signal.SIGKILL):
            process = fleet.start_workers(1)
            wait_until(lambda: len(fleet.members(job_id)) == 2, 3.0, "the use of the newcomer")
            newcomer = max(fleet.workers(), key=lambda worker: worker.id)
            os.kill(process.pid if leave == signal.SIGTERM else newcomer.pid, leave)
            wait_until(lambda left=newcomer.id: goes_on_without(fleet, job_id, left), 5.0, f"a step after {leave!r}")
            fleet.celery_workers.remove(process)
            process.terminate()
            process.wait(timeout=60)
        arena.settle()
        arena.restarts(job_id, 1)


def goes_on_without(fleet, job_id, worker_id):
    """Whether a later generation, without the worker, has made a step."""
    gang, generation = fleet.gang_without(job_id, worker_id), fleet.generations(job_id)[-1]
    return gang and generation.start_step is not None and fleet.job(job_id).step > generation.start_step


class TestOneProcessor:
    @pytest.fixture
    def settings(self, settings):
        return {**settings, "CHAINRULE_SIZE_TRIAL_S": "1"}

    def test_a_second_worker_that_slows_a_job_is_found_out_and_let_go(self, arena):
        processor = min(os.sched_getaffinity(0))
        fleet, job_id = arena.fleet, arena.start(2, training={**TRAINING, "max_epochs": 6000})
        for _, worker in fleet.members(job_id):
            for thread in Path(f"/proc/{worker.pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {processor})
        ended = wait_until(
            lambda: [event for event in fleet.events(job_id) if event.kind == "size_trial_ended"],
            60.0,
            "the end of a trial",
        )
        assert ended[0].details["members"] == 1
        with fleet.database.write() as session:
            change_state(session, session.get_one(Job, job_id), JobState.CANCELLING, actor="user", message="enough")
        arena.accepted[job_id] = ("cancelled", "cancelled_by_user")
        arena.settle()
