"""Leases and fences: an old generation writes nothing."""

import pytest
from sqlalchemy import update

from models.database import now_us
from models.errors import Fenced
from models.records import Job, Member, Worker
from worker.control.claims import take_seat
from worker.control.leases import hold_job, is_to_drain, renew

TTL_S, PRINT = 10.0, {"digest": "f" * 64}


@pytest.fixture
def seated(world, database):
    job_id, worker = world.job(), world.worker()
    with database.write() as session:
        return job_id, worker, take_seat(session, worker, PRINT, TTL_S)


def test_the_holder_may_write(seated, database):
    _, _, seat = seated
    with database.write() as session:
        hold_job(session, seat).epoch = 3


@pytest.mark.parametrize("change", [{"fence": 2}, {"state": "queued"}, {"state": "cancelled"}])
def test_a_write_of_an_older_fence_is_refused(seated, database, change):
    job_id, worker, seat = seated
    with database.write() as session:
        session.execute(update(Job).where(Job.id == job_id).values(**change))
    with database.write() as session, pytest.raises(Fenced):
        hold_job(session, seat)
    for leads in (True, False):
        with pytest.raises(Fenced), database.write() as session:
            renew(session, worker, seat, "serving", TTL_S, leads=leads)


def test_renewing_extends_worker_seat_and_job(seated, database):
    job_id, worker, seat = seated
    with database.write() as session:
        session.execute(update(Job).values(lease_until_us=1))
        session.execute(update(Member).values(lease_until_us=1))
        session.execute(update(Worker).values(lease_until_us=1))
        renew(session, worker, seat, "serving", TTL_S, leads=True)
        now = session.scalar(now_us().select())
    with database.read() as session:
        row = session.get_one(Worker, worker.id)
        ends = [
            session.get_one(Job, job_id).lease_until_us,
            session.get_one(Member, seat.member_id).lease_until_us,
            row.lease_until_us,
        ]
        assert (row.state, row.job_id) == ("serving", job_id)
    assert all(9_000_000 < end - now <= 10_100_000 for end in ends)


def test_only_the_leader_extends_the_jobs_lease(seated, database):
    job_id, worker, seat = seated
    with database.write() as session:
        session.execute(update(Job).values(lease_until_us=1))
        renew(session, worker, seat, "serving", TTL_S, leads=False)
    with database.read() as session:
        assert session.get_one(Job, job_id).lease_until_us == 1


def test_a_worker_told_to_drain_stays_so(seated, database):
    _, worker, seat = seated
    with database.write() as session:
        session.execute(update(Worker).values(state="draining"))
        renew(session, worker, seat, "serving", TTL_S, leads=True)
        assert is_to_drain(session, worker)
