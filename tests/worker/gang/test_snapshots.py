"""Snapshots: whatever dies in the middle of one, the one before it is whole."""

import numpy as np
import pytest

from models.checkpoint_file import RunState
from worker.gang.segment import Segment, SegmentShape
from worker.gang.snapshots import Snapshots, latest_snapshot, remove_segment

PARAMETERS = 3000
SHAPE = SegmentShape(
    shards=2,
    parameters=PARAMETERS,
    published=0,
    norm_blocks=3,
    slots=1,
    dtype="float64",
    tested_rows=0,
    outputs=1,
    step_columns=3,
    epoch_columns=3,
)


@pytest.fixture
def segment(tmp_path):
    return Segment.found(tmp_path / "segment", SHAPE)


def run_state(step):
    return RunState(step=step, widths=(2999, 1), dtype="float64", slots=("velocity",), has_best=True)


def content(snapshot):
    return np.fromfile(snapshot.path, np.float64).reshape(SHAPE.parts, PARAMETERS)


def test_before_the_first_there_is_none(segment):
    assert latest_snapshot(segment) is None


def test_the_members_cuts_make_one_whole(segment):
    members = [Snapshots(segment, 0, 1024), Snapshots(segment, 1024, PARAMETERS)]
    segment.state[:] = np.arange(SHAPE.parts * PARAMETERS).reshape(SHAPE.parts, PARAMETERS)

    for member in members:
        member.copy_own_cut()
    members[0].publish(run_state(12))

    snapshot = latest_snapshot(segment)
    assert snapshot.state == run_state(12)
    assert (content(snapshot) == segment.state).all()


def test_one_that_was_never_published_changes_nothing(segment):
    snapshots = Snapshots(segment, 0, PARAMETERS)
    segment.state[:] = 1.0
    snapshots.copy_own_cut()
    snapshots.publish(run_state(1))

    segment.state[:] = 2.0
    snapshots.copy_own_cut()

    assert latest_snapshot(segment).state.step == 1
    assert (content(latest_snapshot(segment)) == 1.0).all()


def test_the_file_being_read_is_not_the_next_to_be_written_until_another_was_published(segment):
    snapshots = Snapshots(segment, 0, PARAMETERS)
    snapshots.copy_own_cut()
    snapshots.publish(run_state(1))
    snapshots.reading = latest_snapshot(segment).number
    assert snapshots.turn_is_free()

    snapshots.copy_own_cut()
    snapshots.publish(run_state(2))
    assert not snapshots.turn_is_free()

    snapshots.reading = None
    assert snapshots.turn_is_free()


def test_a_copy_that_is_held_is_the_last_one_and_let_go_of_by_its_reader(segment):
    snapshots = Snapshots(segment, 0, PARAMETERS)
    assert snapshots.hold_latest() is None
    assert snapshots.reading is None

    snapshots.copy_own_cut()
    snapshots.publish(run_state(1))
    assert snapshots.hold_latest().state.step == 1
    assert snapshots.reading == 1


def test_removing_a_segment_leaves_nothing(segment, tmp_path):
    Snapshots(segment, 0, PARAMETERS).copy_own_cut()
    remove_segment(segment.path)
    assert list(tmp_path.iterdir()) == []
