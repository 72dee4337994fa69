"""Repair: what a death left behind is put right, by anyone, any number of times."""

import pytest
from sqlalchemy import update

from models.lifecycle import change_state
from models.records import Job, Member, Worker
from models.states import JobState
from worker.control.claims import take_seat
from worker.control.generations import start_generation
from worker.control.leases import hold_job
from worker.control.reconcile import reconcile, remove_stale_segments

TTL_S, PRINT = 10.0, {"digest": "f" * 64}


@pytest.fixture
def gang_of_two(world, database):
    job_id, workers = world.job(), [world.worker(), world.worker()]
    with database.write() as session:
        seats = [take_seat(session, worker, PRINT, TTL_S) for worker in workers]
        start_generation(session, seats[0], hold_job(session, seats[0]), 0, 64)
    return job_id, workers, seats


@pytest.fixture
def repair(database, folder):
    def once():
        with database.write() as session:
            return reconcile(session, folder)

    return once


def state_of(database, job_id):
    with database.read() as session:
        return session.get_one(Job, job_id).state


def test_a_healthy_gang_is_left_alone(gang_of_two, repair, database):
    job_id, _, _ = gang_of_two
    assert repair().released == ()
    assert state_of(database, job_id) == JobState.RUNNING


def test_a_gang_with_a_survivor_is_left_to_it(gang_of_two, repair, world, database):
    job_id, workers, _ = gang_of_two
    world.kill(workers[0])
    assert repair().released == ()
    assert state_of(database, job_id) == JobState.RUNNING


def test_a_job_whose_whole_gang_is_dead_goes_back_to_the_queue_at_once(gang_of_two, repair, world, database):
    job_id, workers, _ = gang_of_two
    for worker in workers:
        world.kill(worker)

    repaired = repair()

    assert repaired.released == (job_id,)
    with database.read() as session:
        assert session.get_one(Job, job_id).state == JobState.QUEUED
        assert session.get_one(Job, job_id).restarts == 1
        assert {session.get_one(Worker, worker.id).state for worker in workers} == {"gone"}


def test_a_job_whose_lease_ran_out_goes_back_though_its_workers_seem_alive(gang_of_two, repair, database):
    job_id, _, _ = gang_of_two
    with database.write() as session:
        session.execute(update(Job).values(lease_until_us=1))
    assert repair().released == (job_id,)
    assert state_of(database, job_id) == JobState.QUEUED


@pytest.mark.parametrize(("asked", "becomes"), [("cancelling", "cancelled"), ("pausing", "paused")])
def test_what_was_asked_of_a_dead_gang_is_done(gang_of_two, repair, world, database, asked, becomes):
    job_id, workers, _ = gang_of_two
    with database.write() as session:
        change_state(session, session.get_one(Job, job_id), JobState(asked), actor="user", message="")
    for worker in workers:
        world.kill(worker)

    repair()

    assert state_of(database, job_id) == becomes


def test_a_second_round_finds_nothing_left_to_do(gang_of_two, repair, world, database):
    job_id, workers, _ = gang_of_two
    for worker in workers:
        world.kill(worker)
    assert repair().released == (job_id,)
    assert repair().released == ()
    with database.read() as session:
        assert session.get_one(Job, job_id).restarts == 1


def test_a_seat_of_a_dead_worker_counts_no_more(gang_of_two, repair, world, database):
    _, workers, seats = gang_of_two
    world.kill(workers[1])
    repair()
    with database.read() as session:
        assert session.get_one(Member, seats[1].member_id).lease_until_us == 0


@pytest.mark.usefixtures("gang_of_two")
def test_hints_are_wanted_for_idle_workers_that_could_join(repair, world, database):
    with database.write() as session:
        session.execute(update(Worker).values(state="serving"))
    assert repair().hints_wanted == 0  # for a busy worker a hint would only wait at the broker

    for expected in (1, 2, 2):
        world.worker()
        assert repair().hints_wanted == expected


def test_shared_memory_of_ended_jobs_goes_and_of_waiting_ones_stays(world, folder, database):
    ended, waiting = world.job(state="failed"), world.job()
    for job_id in (ended, waiting):
        for suffix in ("", ".even", ".odd"):
            (folder.path / f"{job_id}-1{suffix}").touch()

    with database.write() as session:
        remove_stale_segments(session, folder)

    left = {path.name for path in folder.path.iterdir()} - {"domain"}
    assert left == {f"{waiting}-1", f"{waiting}-1.even", f"{waiting}-1.odd"}
