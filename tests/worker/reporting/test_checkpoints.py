"""Checkpoints: the file first, then its row; no row without its file, no file for ever without a row."""

from contextlib import contextmanager

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from models.artifacts import open_store
from models.errors import Fenced, StateNotFinite
from models.records import Checkpoint, Job
from tests.support.gang_of_one import GangOfOne, with_ones
from worker.control.identity import Seat
from worker.reporting.checkpoints import CheckpointWriter
from worker.training.prepared import Prepared


class Desk:
    """A writer, with a gang that can be moved on, and transactions that can be made to fail."""

    def __init__(self, tmp_path, database, job_id):
        random = np.random.default_rng(0)
        x = with_ones(random.standard_normal((8, 3)).astype(np.float32))
        data = Prepared(x, random.integers(0, 2, 8), x[:0], np.zeros(0, np.int64))
        training = {"cost": "cross_entropy", "max_epochs": 9, "batch_size": 8}
        self.gang = GangOfOne(tmp_path, data, [0, 1], training=training, shards=1, validation=None)
        self.database, self.job_id, self.store = database, job_id, open_store(f"file://{tmp_path}/artifacts")
        self.before_commit = self.after_commit = None
        self.writer = CheckpointWriter(
            self._transaction,
            self.store,
            Seat(job_id, 1, "mem_1", founder=True),
            "wrk_1",
            self.gang.snapshots,
            every_s=10.0,
            keep_last=2,
            steps_per_epoch=1,
        )

    @contextmanager
    def _transaction(self):
        with self.database.write() as session:
            yield session, session.get_one(Job, self.job_id)
            if self.before_commit:
                raise self.before_commit
        if self.after_commit:
            raise self.after_commit

    def write(self, step, *, pinned=False):
        """The state of this step, made safe."""
        self._publish(step, step)
        self.writer.write_latest(pinned=pinned)

    def write_infinite(self, step):
        """The same, of a state that should never have been published."""
        self._publish(step, np.inf)
        self.writer.write_latest(pinned=False)

    def _publish(self, step, weight):
        self.gang.segment.parameters[0] = weight
        self.gang.snapshots.copy_own_cut()
        self.gang.snapshots.publish(self.gang.run.state_at(step, 0.0))

    def rows(self):
        with self.database.read() as session:
            found = session.scalars(select(Checkpoint).order_by(Checkpoint.step)).all()
        assert {row.artifact for row in found} <= set(self.store.names())
        return {row.step: row.pinned for row in found}

    def files(self):
        return len(list(self.store.names()))


@pytest.fixture
def desk(tmp_path, world):
    return Desk(tmp_path, world.database, world.job())


AWAY = OperationalError("COMMIT", {}, Exception("the connection was cut"))


def test_beside_the_first_and_the_pinned_ones_so_many_are_kept(desk):
    for step in range(5):
        desk.write(step)
    desk.write(5, pinned=True)
    assert desk.rows() == {0: True, 3: False, 4: False, 5: True}
    assert desk.files() == 4


def test_the_last_state_stays_when_it_had_been_written_on_the_way(desk):
    """The thread can be faster than the end: the same step, the same bytes, the same name."""
    desk.write(0)
    desk.write(7)
    desk.writer.write_latest(pinned=True)
    assert desk.rows() == {0: True, 7: True}


def test_a_commit_whose_answer_was_lost_keeps_its_file(desk):
    desk.after_commit = AWAY
    with pytest.raises(OperationalError):
        desk.write(3)
    desk.after_commit = None
    assert desk.rows() == {3: False}
    desk.writer.write_latest(pinned=True)
    assert desk.rows() == {3: True}


def test_a_file_whose_row_was_never_committed_goes_with_the_next_success(desk):
    desk.before_commit = AWAY
    for step in (1, 2):
        with pytest.raises(OperationalError):
            desk.write(step)
    assert (desk.rows(), desk.files()) == ({}, 2)
    desk.before_commit = None
    desk.write(3)
    assert (desk.rows(), desk.files()) == ({3: False}, 1)


def test_of_a_refused_writer_nothing_is_left(desk):
    desk.write(1)
    desk.before_commit = Fenced(desk.job_id, 1)
    with pytest.raises(Fenced):
        desk.write(2)
    with pytest.raises(Fenced):
        desk.write(1, pinned=True)
    assert (desk.rows(), desk.files()) == ({1: False}, 1)


def test_a_state_that_is_not_finite_is_refused_and_never_passed_over_in_silence(desk):
    desk.write(1)
    with pytest.raises(StateNotFinite, match="step 2"):
        desk.write_infinite(2)
    assert desk.rows() == {1: False}
    assert desk.files() == 1
