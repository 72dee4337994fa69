"""Things that meet: a cancel and the end, repairs and repairs, many writers and one file."""

import threading
import time

import pytest

from models.lifecycle import change_state
from models.records import Job
from models.states import JobState
from tests.chaos.round import STEPS, TRAINING, kill, result
from tests.support.fleet import wait_until
from worker.control.reconcile import reconcile
from worker.gang.shared_folder import SharedFolder

pytestmark = pytest.mark.chaos


def test_a_cancel_that_races_the_end_loses_or_wins_and_nothing_between(arena, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, STEPS - chance.randrange(1, 600))
    time.sleep(chance.uniform(0.0, 0.4))
    with fleet.database.write() as session:
        job = session.get_one(Job, job_id, with_for_update=True)
        if job.state == JobState.RUNNING:
            change_state(session, job, JobState.CANCELLING, actor="user", message="cancel")
    job = fleet.wait(job_id)
    arena.accepted[job_id] = (str(job.state), str(job.reason))
    assert arena.accepted[job_id] in {("succeeded", "max_epochs"), ("cancelled", "cancelled_by_user")}
    arena.settle()


def test_many_repairs_at_once_take_a_job_back_once(arena, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 2))
    folder = SharedFolder(fleet.shared_memory, fleet.environment["DATABASE_URL"])
    over = threading.Event()

    def repair():
        while not over.wait(0.005):
            with fleet.database.write() as session:
                reconcile(session, folder)

    repairs = [threading.Thread(target=repair) for _ in range(4)]
    for thread in repairs:
        thread.start()
    try:
        for _, worker in fleet.members(job_id):
            kill(worker.pid)
        wait_until(lambda: fleet.job(job_id).fence > 1, what="another generation")
        fleet.wait(job_id)
    finally:
        over.set()
        for thread in repairs:
            thread.join()
    ended = [event.details["generation"] for event in fleet.events(job_id) if event.kind == "generation_ended"]
    assert len(ended) == len(set(ended))
    arena.restarts(job_id, 1)
    arena.settle()


def test_eight_writers_of_one_sqlite_file_are_killed_and_it_stays_whole(arena, chance):
    """``settle`` checks the file, and that nobody was ever told of a busy database."""
    fleet = arena.fleet
    fleet.start_workers(8)
    short = {**TRAINING, "max_epochs": 150}
    jobs = [arena.submit(training=short, workers={"min": 1, "max": 1}) for _ in range(8)]
    wait_until(lambda: all(fleet.job(job_id).step for job_id in jobs), 60.0, "eight jobs at once")
    for job_id in chance.sample(jobs, 4):
        for _, worker in fleet.members(job_id):
            kill(worker.pid)
        time.sleep(chance.uniform(0.0, 0.2))
    ended = [fleet.wait(job_id) for job_id in jobs]
    arena.settle()
    assert len({(job.weights_sha256, result(fleet, job).steps) for job in ended}) == 1
