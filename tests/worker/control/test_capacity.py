"""Capacity: how many workers a job may have, and whose go to a more urgent one."""

import pytest
from sqlalchemy import update

from models.records import Job, Worker
from tests.worker.conftest import PRINT, TTL_S
from worker.control.claims import rejoin
from worker.control.generations import end_generation
from worker.control.leases import hold_job


class TestPriority:
    """A gang of two that a more urgent job could use a worker of."""

    @pytest.fixture
    def gang(self, world, claim, start):
        world.job()
        leader, member = world.worker(), world.worker()
        seats = claim(leader), claim(member)
        start(seats[0])
        return dict(zip((leader, member), seats, strict=True))

    @pytest.fixture
    def form_again(self, database, gang):
        """Who takes part in the next generation when all members form again in turn."""

        def form():
            with database.write() as session:
                end_generation(
                    session, hold_job(session, next(iter(gang.values()))), "reform", by_force=False, actor="x"
                )
            return [worker for worker, seat in gang.items() if rejoined(database, seat, worker)]

        return form

    def test_a_more_urgent_job_takes_all_but_the_least_number(self, world, gang, form_again, claim):
        leader, member = gang
        urgent = world.job(priority=1)
        assert form_again() == [leader]
        assert claim(member).job_id == urgent

    def test_one_of_the_same_priority_waits(self, world, gang, form_again):
        world.job()
        assert form_again() == list(gang)

    def test_idle_workers_are_taken_first(self, world, gang, form_again, database):
        world.job(priority=1)
        with database.write() as session:
            for worker in gang:
                session.get_one(Worker, worker.id).state = "serving"
        for _ in range(4):
            world.worker()
        assert form_again() == list(gang)

    def test_a_gang_at_its_least_number_keeps_its_members(self, world, gang, form_again, database):
        with database.write() as session:
            session.execute(update(Job).values(workers_min=2))
        world.job(priority=1)
        assert form_again() == list(gang)


def rejoined(database, seat, worker):
    try:
        with database.write() as session:
            return rejoin(session, seat, worker, PRINT, TTL_S, may_found=True) is not None
    except LookupError:
        return False
