"""Claims: who serves what, decided in one transaction."""

import pytest
from sqlalchemy import select, update

from models.lifecycle import change_state
from models.records import Event, Generation, Job, Member, Owner, Worker
from models.states import JobState
from tests.worker.conftest import PRINT, TTL_S
from worker.control.claims import rejoin
from worker.control.generations import end_generation
from worker.control.leases import hold_job
from worker.control.reconcile import reconcile


def test_without_jobs_there_is_no_seat(world, claim):
    assert claim(world.worker()) is None


def test_the_first_worker_founds_a_generation(world, claim, database):
    job_id, worker = world.job(), world.worker()

    seat = claim(worker)

    assert (seat.job_id, seat.generation, seat.founder) == (job_id, 1, True)
    with database.read() as session:
        job = session.get_one(Job, job_id)
        assert job.state == JobState.RUNNING
        assert job.fence == 1
        assert session.get_one(Generation, (job_id, 1)).state == "forming"


def test_the_second_joins_it(world, claim, start, database):
    world.job()
    first, second = world.worker(), world.worker()
    founder, joiner = claim(first), claim(second)

    assert (joiner.generation, joiner.founder) == (1, False)
    assert start(founder) == [first.id, second.id]
    with database.read() as session:
        member = session.get_one(Member, joiner.member_id)
        assert (member.rank, member.first_shard, member.last_shard) == (1, 2, 4)


def test_a_waiting_job_comes_before_a_larger_gang(world, claim):
    first, second = world.job(), world.job()
    assert claim(world.worker()).job_id == first
    assert claim(world.worker()).job_id == second


def test_the_higher_priority_runs_first(world, claim):
    world.job(priority=0)
    urgent = world.job(priority=5)
    assert claim(world.worker()).job_id == urgent


def test_the_owner_served_least_comes_first(world, claim):
    world.job(owner="ada")
    world.job(owner="ada")
    of_bob = world.job(owner="bob")

    claim(world.worker())

    assert claim(world.worker()).job_id == of_bob


def test_a_gang_takes_no_more_than_the_jobs_limit(world, claim, database):
    job_id = world.job()
    with database.write() as session:
        session.execute(update(Job).where(Job.id == job_id).values(workers_max=2))
    assert [claim(world.worker()) is not None for _ in range(3)] == [True, True, False]


def test_a_worker_of_other_memory_does_not_join(world, claim):
    world.job()
    claim(world.worker())
    assert claim(world.worker(domain="elsewhere")) is None


def test_a_worker_of_other_arithmetic_serves_no_job_that_has_begun(world, claim, database):
    job_id = world.job()
    with database.write() as session:
        session.execute(update(Job).where(Job.id == job_id).values(fingerprint="e" * 64))
    assert claim(world.worker()) is None
    assert claim(world.worker(fingerprint="e" * 64)).job_id == job_id


@pytest.mark.parametrize("state", ["paused", "succeeded", "failed", "cancelled", "stopped"])
def test_a_hint_after_the_end_finds_nothing(world, claim, state):
    world.job(state=state)
    assert claim(world.worker()) is None


def test_the_leader_founds_the_next_generation_and_the_others_follow(world, claim, start, database):
    world.job()
    first, second = world.worker(), world.worker()
    founder, joiner = claim(first), claim(second)
    start(founder)

    with database.write() as session:
        assert rejoin(session, joiner, second, PRINT, TTL_S, may_found=False) is None
        end_generation(session, hold_job(session, founder), "members join", by_force=False, actor=first.id)
        again = rejoin(session, founder, first, PRINT, TTL_S, may_found=True)
        follower = rejoin(session, joiner, second, PRINT, TTL_S, may_found=False)

    assert (again.generation, again.founder) == (2, True)
    assert (follower.generation, follower.founder) == (2, False)


def test_of_two_survivors_one_founds_and_the_other_joins(world, claim, start, database):
    world.job()
    workers = [world.worker() for _ in range(3)]
    seats = [claim(worker) for worker in workers]
    start(seats[0])

    found = []
    for seat, worker in zip(seats[1:], workers[1:], strict=True):
        with database.write() as session:
            found.append(rejoin(session, seat, worker, PRINT, TTL_S, may_found=True))

    assert [(seat.generation, seat.founder) for seat in found] == [(2, True), (2, False)]


def test_nobody_rejoins_a_job_that_was_cancelled(world, claim, database):
    job_id, worker = world.job(), world.worker()
    seat = claim(worker)
    with database.write() as session:
        change_state(session, session.get_one(Job, job_id), JobState.CANCELLING, actor="user", message="")
    with database.write() as session, pytest.raises(LookupError):
        rejoin(session, seat, worker, PRINT, TTL_S, may_found=True)


def test_attempts_without_progress_are_counted_and_end_the_job(world, claim, start, database):
    job_id, worker = world.job(max_restarts=2), world.worker()
    seat = claim(worker)
    for _ in range(3):
        start(seat)
        with database.write() as session:
            end_generation(session, hold_job(session, seat), "died", by_force=True, actor=worker.id)
            if session.get_one(Job, job_id).state == JobState.RUNNING:
                seat = rejoin(session, seat, worker, PRINT, TTL_S, may_found=True)

    with database.read() as session:
        job = session.get_one(Job, job_id)
        assert (job.state, job.reason, job.restarts) == ("failed", "no_progress", 3)
        assert "3 attempts in a row" in job.message


def test_an_attempt_with_progress_costs_nothing(world, claim, start, database):
    job_id, worker = world.job(max_restarts=0), world.worker()
    seat = claim(worker)
    for step in range(1, 6):
        start(seat)
        with database.write() as session:
            job = hold_job(session, seat)
            job.step = step
            end_generation(session, job, "died", by_force=True, actor=worker.id)
            seat = rejoin(session, seat, worker, PRINT, TTL_S, may_found=True)

    with database.read() as session:
        assert session.get_one(Job, job_id).state == JobState.RUNNING
        assert session.get_one(Job, job_id).restarts == 5


def test_every_change_is_in_the_jobs_story(world, claim, start, database):
    job_id = world.job()
    start(claim(world.worker()))
    with database.read() as session:
        kinds = session.scalars(select(Event.kind).where(Event.job_id == job_id).order_by(Event.id)).all()
    assert kinds == ["state", "member_joined", "generation_started"]


def test_a_late_one_takes_no_seat_in_a_generation_that_has_ended_meanwhile(world, claim, database):
    world.job()
    early, late = world.worker(), world.worker()
    first, left = claim(early), claim(late)
    with database.write() as session:
        end_generation(session, hold_job(session, first), "over", by_force=False, actor="x")
        second = rejoin(session, first, early, PRINT, TTL_S, may_found=True)
        end_generation(session, hold_job(session, second), "over", by_force=False, actor="x")
        seat = rejoin(session, left, late, PRINT, TTL_S, may_found=False)
    assert (seat.generation, seat.founder) == (3, True)


def test_a_seat_that_its_worker_does_not_know_of_is_given_up_when_it_asks_again(world, claim, start, database):
    """The connection broke in the middle of the commit: the seat is there, and its worker was told it is not."""
    world.job(shards=2)
    first, second = world.worker(), world.worker()
    founder, unknown = claim(first), claim(second)
    known = claim(second)
    assert known.member_id != unknown.member_id
    assert start(founder) == [first.id, second.id]
    with database.read() as session:
        lost = session.get_one(Member, unknown.member_id)
        assert (lost.state, lost.left_reason, lost.lease_until_us) == ("left", "its worker took another seat", 0)


def test_a_job_that_its_founder_does_not_know_of_is_taken_back_by_the_next_repair(world, claim, database, folder):
    job_id, worker = world.job(), world.worker()
    claim(worker)
    assert claim(worker) is None
    with database.write() as session:
        reconcile(session, folder)
    assert claim(worker).generation == 2
    with database.read() as session:
        assert session.get_one(Job, job_id).attempts_without_progress == 1


def test_who_forms_again_leaves_no_seat_behind_in_an_older_generation(world, claim, start, database):
    """It was taken while that generation ended, so that nobody marked it."""
    world.job()
    first, second = world.worker(), world.worker()
    founder, joiner = claim(first), claim(second)
    start(founder)
    with database.write() as session:
        end_generation(session, hold_job(session, founder), "members join", by_force=False, actor=first.id)
        session.get_one(Member, joiner.member_id).state = "joined"
        rejoin(session, founder, first, PRINT, TTL_S, may_found=True)
        rejoin(session, joiner, second, PRINT, TTL_S, may_found=False)
        assert session.get_one(Member, joiner.member_id).state == "left"


def test_a_draining_worker_gets_no_seat(world, claim, database):
    world.job()
    worker = world.worker()
    with database.write() as session:
        session.get_one(Worker, worker.id).state = "draining"
    assert claim(worker) is None


class TestQuotaOfRunningJobs:
    @pytest.fixture(autouse=True)
    def _one_at_a_time(self, world, database):
        owner_id = world.owner("ada")
        with database.write() as session:
            session.get_one(Owner, owner_id).max_running_jobs = 1

    def test_a_second_job_of_the_owner_waits_while_the_first_is_served(self, world, claim):
        first, _ = world.job(), world.job()
        assert claim(world.worker()).job_id == first
        joins = claim(world.worker())
        assert (joins.job_id, joins.founder) == (first, False)

    def test_another_owners_job_does_not_wait(self, world, claim):
        world.job()
        world.job()
        other = world.job(owner="bob")
        claim(world.worker())
        assert claim(world.worker()).job_id == other

    def test_it_starts_when_the_first_has_ended(self, world, claim, database):
        first, second = world.job(), world.job()
        claim(world.worker())
        with database.write() as session:
            job = session.get_one(Job, first)
            for state in (JobState.PAUSING, JobState.PAUSED):
                change_state(session, job, state, actor="test", message="paused")
        assert claim(world.worker()).job_id == second
