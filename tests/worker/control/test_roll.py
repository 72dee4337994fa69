"""Who came, left and died: each is in the job's story once, with who found out."""

import pytest
from sqlalchemy import select, update

from models.records import Event, Member
from worker.control.claims import rejoin, take_seat
from worker.control.generations import end_generation, start_generation
from worker.control.leases import hold_job
from worker.control.leaving import leave_job
from worker.control.reconcile import reconcile
from worker.control.roll import note_lost

TTL_S, PRINT = 10.0, {"digest": "f" * 64}


@pytest.fixture
def gang(world, database):
    world.job()
    workers = [world.worker(), world.worker()]
    with database.write() as session:
        seats = [take_seat(session, worker, PRINT, TTL_S) for worker in workers]
        start_generation(session, seats[0], hold_job(session, seats[0]), 0, 64)
    return list(zip(seats, workers, strict=True))


@pytest.fixture
def story(database):
    def of_kind(kind):
        with database.read() as session:
            return session.scalars(select(Event).where(Event.kind == kind).order_by(Event.id)).all()

    return of_kind


def test_all_who_come_are_named(gang, story):
    (_, founder), (_, joiner) = gang
    assert [(event.actor, event.message) for event in story("member_joined")] == [
        (founder.id, f"{founder.name} founds generation 1"),
        (joiner.id, f"{joiner.name} joins generation 1"),
    ]


def test_one_that_goes_from_generation_to_generation_does_not_come_anew(gang, story, database):
    (seat, founder), _ = gang
    with database.write() as session:
        end_generation(session, hold_job(session, seat), "a boundary", by_force=False, actor="x")
        rejoin(session, seat, founder, PRINT, TTL_S, may_found=True)
    assert len(story("member_joined")) == 2


def test_one_that_is_to_end_says_that_it_leaves(gang, story, database):
    seat, worker = gang[1]
    with database.write() as session:
        leave_job(session, seat, worker)
    [event] = story("member_left")
    assert (event.actor, event.details["worker"]) == (worker.id, worker.name)
    assert "takes no more work" in event.message


def test_the_dead_are_named_by_the_first_who_finds_out_and_by_nobody_else(gang, story, world, database, folder):
    seat, dead = gang[1]
    world.kill(dead)
    with database.write() as session:
        reconcile(session, folder)
        note_lost(session, seat.job_id, seat.generation, folder, actor="another")
    [event] = story("member_lost")
    assert (event.actor, event.details["worker"], event.details["rank"]) == ("reconciler", dead.id, 1)
    assert event.message == f"{dead.name} on host (process {dead.pid}) is lost: its process has ended"


def test_of_a_silent_one_only_the_lease_tells(gang, story, database, folder):
    seat, silent = gang[0]
    with database.write() as session:
        session.execute(update(Member).where(Member.id == seat.member_id).values(lease_until_us=1))
        note_lost(session, seat.job_id, seat.generation, folder, actor="x")
    [event] = story("member_lost")
    assert (event.details["worker"], event.message.rpartition(": ")[2]) == (silent.id, "its lease has run out")


def test_a_process_of_another_host_is_not_taken_for_dead(world, story, database, folder):
    world.job()
    far = world.worker(domain="elsewhere", alive=False)
    with database.write() as session:
        seat = take_seat(session, far, PRINT, TTL_S)
        note_lost(session, seat.job_id, seat.generation, folder, actor="x")
    assert story("member_lost") == []
