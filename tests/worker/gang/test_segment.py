"""The segment: one memory, laid out alike for all who map it."""

import dataclasses
import os

import numpy as np
import pytest

from models.errors import GangBroken
from tests.support.resident_memory import resident_memory
from worker.backprop.gradient_norm import norm_blocks
from worker.gang.segment import Segment, SegmentShape

SHAPE = SegmentShape(
    shards=3,
    parameters=2410,
    published=2410,
    norm_blocks=norm_blocks(0, 2410) + 1,
    slots=2,
    dtype="float32",
    tested_rows=10,
    outputs=4,
    step_columns=3,
    epoch_columns=5,
)


def test_what_one_member_writes_the_other_reads(tmp_path):
    founder = Segment.found(tmp_path / "segment", SHAPE)
    member = Segment.join(tmp_path / "segment", SHAPE)

    founder.parameters[:] = 1.5
    founder.gradients[2][:] = -1.0
    founder.costs[1] = 0.25
    founder.control[0] = 7

    assert (member.parameters == 1.5).all()
    assert (member.gradients[2] == -1.0).all()
    assert member.costs[1] == 0.25
    assert member.control[0] == 7


def test_no_region_touches_another(tmp_path):
    segment = Segment.found(tmp_path / "segment", SHAPE)
    arrays = [segment.state, segment.gradients, segment.norms, segment.ring, segment.epochs, segment.outputs]

    for number, array in enumerate(arrays, start=1):
        array[...] = number

    for number, array in enumerate(arrays, start=1):
        assert (array == number).all()
    assert all(word == 0 for word in segment.control)


def test_every_vector_of_the_state_and_every_shards_gradient_begins_on_a_cache_line(tmp_path):
    segment = Segment.found(tmp_path / "segment", SHAPE)
    assert all(vector.ctypes.data % 64 == 0 for vector in (*segment.state, *segment.gradients))


def test_the_best_parameters_are_the_last_part_of_the_state(tmp_path):
    segment = Segment.found(tmp_path / "segment", SHAPE)
    segment.best[:] = 3.0
    assert (segment.state[-1] == 3.0).all()
    assert len(segment.slots) == 2
    assert not np.shares_memory(segment.best, segment.slots[1])


def test_a_member_keeps_its_own_cut_of_the_best_parameters(tmp_path):
    segment = Segment.found(tmp_path / "segment", SHAPE)
    segment.parameters[:] = np.arange(1, SHAPE.parameters + 1)
    segment.keep_best(3, 7)
    assert segment.best.tolist() == [0, 0, 0, 4, 5, 6, 7] + [0] * (SHAPE.parameters - 7)


def test_joining_a_segment_that_is_gone_breaks_the_gang(tmp_path):
    with pytest.raises(GangBroken):
        Segment.join(tmp_path / "none", SHAPE)


def test_joining_a_segment_of_another_shape_breaks_the_gang(tmp_path):
    (tmp_path / "segment").write_bytes(bytes(4096))
    with pytest.raises(GangBroken):
        Segment.join(tmp_path / "segment", SHAPE)


def test_what_a_member_forgets_is_still_there_for_everybody_and_no_longer_its_own(tmp_path):
    shape = dataclasses.replace(SHAPE, parameters=2_500_000)
    founder = Segment.found(tmp_path / "segment", shape)
    founder.parameters[:] = np.arange(shape.parameters)
    founder.keep_best(1000, 2_400_000)
    before = resident_memory(os.getpid(), tmp_path, []).segment

    founder.forget(founder.parameters)

    assert resident_memory(os.getpid(), tmp_path, []).segment < before - 0.99 * founder.parameters.nbytes
    member = Segment.join(tmp_path / "segment", shape)
    for segment in (member, founder):
        assert (segment.parameters == np.arange(shape.parameters, dtype=np.float32)).all()
        assert (segment.best[1000:2_400_000] == segment.parameters[1000:2_400_000]).all()
        assert not segment.best[:1000].any()
        assert not segment.best[2_400_000:].any()
