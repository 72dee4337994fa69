"""The size of a gang: fewer members are tried where they may be faster, and what is faster is kept."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from models.records import Event, Job
from worker.control.capacity import most_members
from worker.control.claims import take_seat
from worker.control.generations import start_generation
from worker.control.leases import hold_job
from worker.reporting.size_trial import SizeTrial


@dataclass
class Seen:
    """What the leader has seen of its gang."""

    rate: float | None
    at_a_time: float | None = 1.0

    def steps_per_second(self):
        return self.rate

    def parallelism(self):
        return self.at_a_time


@pytest.fixture
def job(world, database):
    job_id = world.job()
    with database.write() as session:
        session.get_one(Job, job_id).eta_seconds = 100.0
    return job_id


@pytest.fixture
def judge(database, job):
    def judge_gang(size, rate, at_a_time=1.0, processors=8):
        trial = SizeTrial(Seen(rate, at_a_time), size, "leader", least_left_s=30.0, processors=processors)
        with database.write() as session:
            return trial.wants_another_size(session, session.get_one(Job, job))

    return judge_gang


@pytest.fixture
def most(database, job):
    def most_now():
        with database.read() as session:
            return most_members(session, session.get_one(Job, job))

    return most_now


@pytest.mark.parametrize(
    ("size", "at_a_time", "processors", "tried"),
    [
        pytest.param(2, 1.5, 8, 1, id="two that wait half of the time"),
        pytest.param(4, 2.1, 8, 2, id="four of which two compute at a time"),
        pytest.param(4, 3.9, 2, 2, id="more than there are processors"),
    ],
)
def test_members_that_wait_for_each_other_are_tried_with_fewer(judge, most, size, at_a_time, processors, tried):
    assert judge(size, 1000.0, at_a_time, processors)
    assert most() == tried


@pytest.mark.parametrize(
    ("size", "rate", "at_a_time"),
    [
        pytest.param(2, 1000.0, 1.9, id="a gang that computes"),
        pytest.param(1, 1000.0, 1.0, id="one alone"),
        pytest.param(2, None, None, id="too little is known"),
    ],
)
def test_others_are_left_as_they_are(judge, most, size, rate, at_a_time):
    assert not judge(size, rate, at_a_time)
    assert most() == 4


def test_a_smaller_gang_that_is_as_fast_is_kept_and_nobody_joins_it(judge, most, world, database):
    world.job(state="succeeded")
    first, second = world.worker(), world.worker()
    judge(2, 1000.0)
    with database.write() as session:
        seat = take_seat(session, first, {}, 10.0)
        start_generation(session, seat, hold_job(session, seat), 0, 1)

    assert not judge(1, 1000.0)

    assert most() == 1
    with database.write() as session:
        assert take_seat(session, second, {}, 10.0) is None
        ended = session.query(Event).filter_by(kind="size_trial_ended").one()
    assert ended.message == "1 worker makes 1,000 steps a second, 2 made 1,000: no more are used for now"


def test_a_smaller_gang_that_is_slower_lets_the_others_come_back_and_is_not_tried_again_soon(judge, most):
    judge(2, 1000.0)
    assert not judge(1, 900.0)
    assert most() == 4
    assert not judge(2, 1000.0)
    assert most() == 4


def test_the_larger_gang_does_not_judge_before_the_boundary_has_come(judge, most):
    judge(2, 1000.0)
    assert not judge(2, 1000.0)
    assert most() == 1


def test_bounds_that_a_user_has_changed_end_a_trial(judge, most, database, job):
    judge(2, 1000.0)
    with database.write() as session:
        session.get_one(Job, job).useful_until_us = None
    assert not judge(3, 1000.0)
    assert most() == 4
    with database.read() as session:
        assert session.get_one(Job, job).size_trial is None


def test_after_some_minutes_it_is_tried_again(judge, most, database, job):
    judge(2, 1000.0)
    judge(1, 1100.0)
    with database.write() as session:
        session.get_one(Job, job).useful_until_us = 1
    assert most() == 4
    assert judge(2, 1000.0)


def test_the_users_least_number_of_workers_is_never_undercut(judge, most, database, job):
    with database.write() as session:
        session.get_one(Job, job).workers_min = 2
    assert not judge(2, 1000.0)
    assert judge(3, 1000.0)
    assert most() == 2


def test_a_job_that_ends_soon_is_not_worth_a_trial(judge, most, database, job):
    with database.write() as session:
        session.get_one(Job, job).eta_seconds = 20.0
    assert not judge(2, 1000.0)
    assert most() == 4
