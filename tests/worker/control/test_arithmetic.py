"""Workers whose arithmetic differs: kept out, or let in with the promise lost for all to see."""

import pytest

from models.records import Event, Job
from worker.control.claims import rejoin
from worker.control.generations import end_generation, put_back
from worker.control.leases import hold_job

TTL_S = 10.0
OURS, THEIRS = "a" * 64, "b" * 64


@pytest.fixture
def end(database):
    def end_and_put_back(seat):
        with database.write() as session:
            job = hold_job(session, seat)
            end_generation(session, job, "to end", by_force=False, actor="x")
            put_back(session, job, actor="x")

    return end_and_put_back


def test_whoever_founds_the_first_gang_decides(world, claim, start, database):
    job_id = world.job()
    start(claim(world.worker(fingerprint=OURS)), 0)
    with database.read() as session:
        assert session.get_one(Job, job_id).fingerprint == OURS


def test_another_one_does_not_join_a_gang_that_is_forming_still(world, claim):
    world.job()
    claim(world.worker(fingerprint=OURS))
    assert claim(world.worker(fingerprint=THEIRS)) is None
    assert claim(world.worker(fingerprint=OURS)) is not None


def test_a_job_whose_first_gang_never_started_takes_anybody(world, claim, end):
    job_id = world.job()
    end(claim(world.worker(fingerprint=OURS)))
    assert claim(world.worker(fingerprint=THEIRS)).job_id == job_id


def test_one_left_over_does_not_rejoin_what_others_have_begun_anew(world, claim, end, database):
    world.job()
    left, other = world.worker(fingerprint=OURS), world.worker(fingerprint=THEIRS)
    seat = claim(left)
    end(seat)
    claim(other)
    with database.write() as session, pytest.raises(LookupError):
        rejoin(session, seat, left, {}, TTL_S, may_found=True)


@pytest.fixture
def mixed(world, claim, start):
    """A job that allows it, at step 70, its gang mixed."""
    job_id = world.job(mixed_hardware=True)
    seat = claim(world.worker(fingerprint=OURS))
    claim(world.worker(fingerprint=THEIRS))
    start(seat, 70)
    return job_id, seat


def test_with_mixed_hardware_it_joins_and_the_promise_is_lost_in_writing(mixed, database):
    job_id, _ = mixed
    with database.read() as session:
        job = session.get_one(Job, job_id)
        [event] = session.query(Event).filter_by(job_id=job_id, kind="promise_lost").all()
    assert (job.fingerprint, job.mixed_since_step) == (OURS, 70)
    assert "from step 70 on" in event.message
    assert set(event.details["fingerprints"].values()) == {OURS, THEIRS}


def test_a_gang_of_others_alone_is_a_mixture_too(world, claim, start, end, database):
    job_id = world.job(mixed_hardware=True)
    first = claim(world.worker(fingerprint=OURS))
    start(first, 0)
    with database.read() as session:
        assert session.get_one(Job, job_id).mixed_since_step is None
    end(first)
    start(claim(world.worker(fingerprint=THEIRS)), 40)
    with database.read() as session:
        assert session.get_one(Job, job_id).mixed_since_step == 40


def test_it_is_said_once_and_the_earliest_step_counts(mixed, world, claim, start, end, database):
    job_id, seat = mixed
    for step in (90, 50):  # the second went back to a checkpoint before the mixture
        end(seat)
        seat = claim(world.worker(fingerprint=THEIRS))
        start(seat, step)
    with database.read() as session:
        assert session.get_one(Job, job_id).mixed_since_step == 50
        assert session.query(Event).filter_by(job_id=job_id, kind="promise_lost").count() == 1
