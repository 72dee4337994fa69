"""The last who leaves puts the job back."""

import pytest

from models.records import Job
from models.states import JobState
from worker.control.claims import take_seat
from worker.control.generations import end_generation, start_generation
from worker.control.leases import hold_job
from worker.control.leaving import leave_job

TTL_S = 10.0


@pytest.fixture
def gang(world, database):
    job_id = world.job()
    workers = [world.worker(), world.worker()]
    with database.write() as session:
        seats = [take_seat(session, worker, {}, TTL_S) for worker in workers]
        start_generation(session, seats[0], session.get_one(Job, job_id), 0, 64)
    return list(zip(seats, workers, strict=True))


@pytest.fixture
def end(database, gang):
    with database.write() as session:
        end_generation(session, hold_job(session, gang[0][0]), "to end", by_force=False, actor="x")


def state_after(database, *leaving):
    with database.write() as session:
        for seat, worker in leaving:
            leave_job(session, seat, worker)
        return session.get_one(Job, leaving[0][0].job_id).state


def test_one_that_leaves_before_the_generation_has_ended_changes_nothing(database, gang):
    assert state_after(database, *gang) == JobState.RUNNING


def test_one_of_two_leaves_the_job_to_the_other(database, gang, end):
    assert state_after(database, gang[0]) == JobState.RUNNING


def test_the_last_one_puts_the_job_back(database, gang, end):
    assert state_after(database, *gang) == JobState.QUEUED
