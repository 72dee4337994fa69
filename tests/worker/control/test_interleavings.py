"""The control plane under any interleaving: the real SQL, workers that are only rows, and a clock moved by hand.

Hypothesis draws what happens next: claims, heartbeats, starts, steps, deaths, sleeps of any length, repairs, and what
users ask for. After each act the tables must make sense; in the end one healthy worker must bring every job to its end.
"""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, select

from migrations.runner import upgrade
from models.database import Database, open_database
from models.errors import Conflict, Fenced
from models.lifecycle import change_state, finish_job
from models.records import Base, Generation, Job, Member
from models.states import SERVED, TERMINAL, JobState, Reason
from service.jobs.steering import cancel_job, pause_job, resume_job
from tests.worker.conftest import PRINT, TTL_S, World
from worker.control.claims import rejoin, take_seat
from worker.control.generations import end_generation, start_generation
from worker.control.identity import Seat, WorkerIdentity
from worker.control.leases import hold_job, renew
from worker.control.reconcile import reconcile
from worker.gang.shared_folder import SharedFolder

INTERLEAVINGS = int(os.environ.get("CHAINRULE_INTERLEAVINGS") or 400)
"""Some 18,000 acts of workers, in about a minute."""
OPEN_GENERATIONS = select(Generation.job_id, Generation.number).where(Generation.state != "ended")
SEATS = select(Member.job_id, Member.generation).where(Member.state != "left").distinct()
WORK = {"turns": st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), min_size=5, max_size=25)}


@dataclass
class Person:
    """A worker as itself sees it: it may be behind what the tables say."""

    me: WorkerIdentity
    seat: Seat | None = None
    started: bool = False
    left: Seat | None = None
    alive: bool = True
    noticed: bool = False
    """Whether the kernel has told of its death."""


class Clock:
    """The database's, moved by hand."""

    def __init__(self):
        self.seconds = 1_000_000.0

    def be_taken(self, connection, _record):
        """SQLite lets a function of its own be replaced; leases are judged by this one."""
        connection.create_function("julianday", 1, lambda _: 2440587.5 + self.seconds / 86400)
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")


class Interleavings(RuleBasedStateMachine):
    database: Database
    folder: SharedFolder
    clock: Clock
    acts = 0
    """How many acts of workers there were in all interleavings so far."""

    workers, jobs = Bundle("workers"), Bundle("jobs")

    def __init__(self):
        super().__init__()
        with self.database.write() as session:  # one database for all: another would compile every statement anew
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())
        self.world = World(self.database, self.folder)
        self.people: list[Person] = []
        self.seen: dict[str, tuple[str, int, int]] = {}

    @initialize(target=jobs)
    def one_job(self):
        return self.world.job()

    @initialize(target=workers)
    def one_worker(self):
        return self.come_by()

    def teardown(self):
        try:
            self.everything_comes_to_its_end()
        finally:
            for person in self.people:
                if not person.noticed:
                    self.folder.drop_life_sign(person.me.id)

    # ---- what users do

    @rule(target=jobs, priority=st.integers(0, 2))
    def submit(self, priority):
        return self.world.job(priority=priority)

    @rule(job=jobs, ask=st.sampled_from([cancel_job, pause_job, resume_job]))
    def steer(self, job, ask):
        with contextlib.suppress(Conflict), self.database.write() as session:
            ask(session, session.get_one(Job, job))

    # ---- what workers do

    @rule(target=workers)
    def come(self):
        return self.come_by()

    def come_by(self):
        person = Person(self.world.worker())
        self.people.append(person)
        return person

    @rule(**WORK)
    def work(self, turns):
        """Workers act in turn, each from what it believes: it may have been taken for dead long ago."""
        for number, choice in turns:
            who = self.people[number % len(self.people)]
            acts = self.acts_of(who)
            if acts:
                acts[choice % len(acts)](who)
                Interleavings.acts += 1

    work_more = rule(**WORK)(lambda self, turns: self.work(turns))  # as likely as two of the others

    def acts_of(self, who):
        if not who.alive:
            return []
        if who.left is not None:
            return [self.form_again]
        if who.seat is None:
            return [self.claim, self.beat]
        if not who.seat.founder:
            return [self.beat, self.find_the_generation_over, self.find_the_gang_broken]
        if not who.started:
            return [self.start, self.beat]
        return [*6 * [self.make_a_step], self.beat, self.beat, self.reach_a_boundary, self.obey_or_finish]

    def claim(self, who):
        with self.database.write() as session:
            who.seat, who.started = take_seat(session, who.me, PRINT, TTL_S), False

    def beat(self, who):
        self.as_holder(who, lambda session: self.renew(session, who))

    def start(self, who):
        def begin(session):
            start_generation(session, who.seat, hold_job(session, who.seat), 0, 4)
            who.started = True

        self.as_holder(who, begin)

    def make_a_step(self, who):
        """Whoever writes holds the newest fence. One that was taken for dead finds itself refused."""

        def write(session):
            job = hold_job(session, who.seat)
            job.step += 1
            assert job.fence == who.seat.generation

        self.as_holder(who, write)

    def obey_or_finish(self, who):
        if self.as_holder(who, lambda session: self.end(session, who)):
            who.seat = None

    def reach_a_boundary(self, who):
        """One that ends the generation: somebody wants to join."""

        def leave(session):
            end_generation(session, hold_job(session, who.seat), "members join", by_force=False, actor=who.me.id)

        if self.as_holder(who, leave):
            who.left, who.seat = who.seat, None

    def find_the_generation_over(self, who):
        """A member, with a rank or without one yet, that is to go on with the next generation."""
        with self.database.read() as session:
            over = session.get_one(Generation, (who.seat.job_id, who.seat.generation)).state == "ended"
        if over:
            who.left, who.seat = who.seat, None

    def find_the_gang_broken(self, who):
        """The shared memory says so before any table does: nobody may found another one on this member's word."""
        who.left, who.seat = who.seat, None

    def form_again(self, who):
        try:
            with self.database.write() as session:
                seat = rejoin(session, who.left, who.me, PRINT, TTL_S, may_found=who.left.founder)
        except LookupError:
            who.left = None
            return
        if seat is not None:
            who.seat, who.left, who.started = seat, None, False

    @rule(who=workers, noticed=st.booleans())
    def die(self, who, noticed):
        """The kernel says so on its host; from another one only the lease can tell."""
        who.alive = False
        if noticed and not who.noticed:
            who.noticed = True
            self.world.kill(who.me)

    # ---- time, and repair

    @rule(seconds=st.floats(0.1, 1.5 * TTL_S), then_repair=st.booleans())
    def pass_time(self, seconds, then_repair):
        self.clock.seconds += seconds
        if then_repair:
            self.repair()

    @rule()
    def repair(self):
        with self.database.write() as session:
            reconcile(session, self.folder)

    # ---- what must hold

    @invariant()
    def the_tables_make_sense(self):
        with self.database.read() as session:
            jobs = session.scalars(select(Job)).all()
            open_ones, seated = defaultdict(list), defaultdict(set)
            for job_id, number in session.execute(OPEN_GENERATIONS):
                open_ones[job_id].append(number)
            for job_id, number in session.execute(SEATS):
                seated[job_id].add(number)
        for job in jobs:
            self.a_job_makes_sense(job, open_ones[job.id], seated[job.id])

    def a_job_makes_sense(self, job, open_ones, seated):
        state, fence, step = self.seen.get(job.id, (job.state, 0, 0))
        assert job.state == state or state not in TERMINAL, "nothing follows an end"
        assert job.fence >= fence
        assert job.step >= step
        self.seen[job.id] = (job.state, job.fence, job.step)
        assert open_ones in ([], [job.fence])
        if job.state not in SERVED:
            assert open_ones == []
            assert job.lease_until_us is None
        assert seated <= {job.fence}

    def everything_comes_to_its_end(self):
        for person in self.people:
            person.alive = False
        self.clock.seconds += 10 * TTL_S
        self.repair()
        with self.database.write() as session:
            for job in session.scalars(select(Job).where(Job.state == JobState.PAUSED)):
                resume_job(session, job)
        who = self.come_by()
        for _ in range(200):
            self.claim(who)
            if who.seat is None:
                break
            self.start(who)
            self.obey_or_finish(who)
        with self.database.read() as session:
            assert set(session.scalars(select(Job.state))) <= set(TERMINAL)
        self.the_tables_make_sense()

    # ---- how a worker acts

    def as_holder(self, who, act):
        """One transaction; who is refused has lost the seat. Returns whether it was done."""
        try:
            with self.database.write() as session:
                act(session)
        except Fenced:
            who.seat = None
            return False
        return True

    @staticmethod
    def renew(session, who):
        state = "serving" if who.seat else "idle"
        renew(session, who.me, who.seat, state, TTL_S, leads=bool(who.seat and who.seat.founder))

    @staticmethod
    def end(session, who):
        job = hold_job(session, who.seat)
        end_generation(session, job, "over", by_force=False, actor=who.me.id)
        if job.state == JobState.PAUSING:
            change_state(session, job, JobState.PAUSED, actor=who.me.id, message="at a boundary")
            job.lease_until_us = None
            return
        reason = Reason.CANCELLED_BY_USER if job.state == JobState.CANCELLING else Reason.MAX_EPOCHS
        finish_job(session, job, reason, actor=who.me.id, message="over")


@pytest.mark.timeout(600)
def test_no_interleaving_breaks_the_tables_or_leaves_a_job_behind(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/db")
    Interleavings.database, Interleavings.clock = open_database(f"sqlite:///{tmp_path}/db"), Clock()
    Interleavings.folder = SharedFolder(tmp_path / "shm", "sqlite://")
    event.listen(Interleavings.database.engine, "connect", Interleavings.clock.be_taken)
    run_state_machine_as_test(
        Interleavings,
        settings=settings(
            max_examples=INTERLEAVINGS,
            phases=(Phase.generate,),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    Interleavings.database.dispose()
    assert Interleavings.acts > 10 * INTERLEAVINGS  # it's no use if they sleep
