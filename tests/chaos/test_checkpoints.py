"""Checkpoints: killed at every point of writing one, damaged ones, and a disk that is full."""

import contextlib

import pytest
from sqlalchemy import select

from models.records import Checkpoint
from tests.chaos.round import STEPS
from tests.support.fleet import wait_until

pytestmark = pytest.mark.chaos


@pytest.mark.parametrize("point", ["write", "fsync", "rename", "row", "commit"])
class TestKilled:
    @pytest.fixture
    def settings(self, settings, point):
        return {**settings, "CHAOS_POINT": point}

    def test_a_leader_that_dies_while_it_writes_a_checkpoint_leaves_nothing_half(self, arena, point):
        fleet, job_id = arena.fleet, arena.start(2, app="tests.support.dying_workers")
        wait_until((fleet.root / "data" / "died").exists, what=f"the death at {point}")
        arena.settle()
        arena.restarts(job_id, 1)

    def test_when_the_memory_is_lost_as_well_an_earlier_checkpoint_does(self, arena, point):
        fleet, job_id = arena.fleet, arena.start(1, app="tests.support.dying_workers")
        wait_until((fleet.root / "data" / "died").exists, what=f"the death at {point}")
        fleet.kill(fleet.celery_workers.pop())
        fleet.lose_memory()
        fleet.start_workers(2)
        arena.settle()
        assert fleet.job(job_id).restarts >= 1


def cut_short(path, chance):
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(1, len(content))])


def empty(path, chance):
    path.write_bytes(b"")


def flip_a_bit(path, chance):
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def remove(path, chance):
    path.unlink()


@pytest.mark.parametrize("damage", [cut_short, empty, flip_a_bit, remove])
def test_a_damaged_checkpoint_is_passed_over_for_an_earlier_one(arena, chance, damage):
    fleet, job_id = arena.fleet, arena.start(2)
    wait_until(lambda: len([step for step in fleet.checkpoints(job_id) if step]) >= 2, what="checkpoints")
    fleet.kill(fleet.celery_workers.pop())
    fleet.lose_memory()
    newest = max(fleet.checkpoints(job_id))
    with fleet.database.read() as session:
        row = session.scalars(select(Checkpoint).where(Checkpoint.job_id == job_id, Checkpoint.step == newest)).one()
    damage(fleet.store.local_path(row.artifact), chance)
    fleet.start_workers(2)
    arena.settle()
    [event] = [event for event in fleet.events(job_id) if event.kind == "checkpoint_unsound"]
    assert event.details["step"] == newest
    with fleet.database.read() as session:
        for row in session.scalars(select(Checkpoint).where(Checkpoint.job_id == job_id)):
            fleet.store.verify(row.artifact, row.sha256)


def fill(file):
    with contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass


def test_a_full_disk_is_said_and_waited_out(small_disk, arena, chance):
    fleet, job_id = arena.fleet, arena.start(2)
    fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 4))
    ballast = small_disk / ".incoming" / "ballast"
    with ballast.open("wb", buffering=0) as file:
        fill(file)
    wait_until(
        lambda: "checkpoint_failed" in [event.kind for event in fleet.events(job_id)], what="word of the full disk"
    )
    wait_until(lambda: "last checkpoint not written" in fleet.logs(), 60.0, "the last step")
    assert fleet.job(job_id).state == "running"  # it does not end before its weights are safe
    ballast.unlink()
    arena.settle()
    arena.restarts(job_id, 0)
