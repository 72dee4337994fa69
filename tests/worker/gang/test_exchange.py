"""The exchange: what each member does to its own cut, and what is known of the whole afterwards."""

import numpy as np
import pytest

from worker.backprop import Layout, make_optimizer, make_penalty
from worker.backprop.gradient_norm import norm_blocks
from worker.gang import exchange as module
from worker.gang.exchange import BLOCK, Exchange
from worker.gang.gang import Gang, places
from worker.gang.segment import Segment, SegmentShape

SHARDS = 3


def exchanges(folder, widths, members, dtype="float32", clip_norm=None):
    """The segment with drawn gradients, and each member's exchange over all of it."""
    layout = Layout(widths)
    shape = SegmentShape(SHARDS, layout.size, layout.pitched_size, norm_blocks(0, layout.size), 0, dtype, 0, 1, 3, 1)
    segment = Segment.found(folder / f"segment-{members}", shape)
    segment.gradients[:] = np.random.default_rng(1).standard_normal((SHARDS, layout.size))
    gangs = [Gang(segment, place, lambda rank: False, lambda: None) for place in places(members, SHARDS)]
    penalty, sgd = make_penalty(layout), make_optimizer("sgd")
    return segment, [Exchange(gang, sgd, penalty, 0, layout.size, segment.norms, clip_norm=clip_norm) for gang in gangs]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("widths", [(3, 2), (64, 32, 10), (31, 32), (255, 511, 3)])
def test_the_norm_is_that_of_the_mean_gradient_whoever_added_its_parts(tmp_path, widths, dtype):
    norms = set()
    for members in (1, 2, 3):
        segment, parts = exchanges(tmp_path, widths, members, dtype)
        for part in parts:
            part.measure(0.25)
        norms |= {part.gradient_norm() for part in parts}
    (norm,) = norms
    mean = segment.gradients.astype(np.float64).sum(axis=0) / 4
    assert norm == pytest.approx(np.linalg.norm(mean), rel=1e-6 if dtype == "float32" else 1e-12)


def test_a_cut_of_several_blocks_is_updated_to_its_last_element(tmp_path):
    widths = (BLOCK // 64, 130)
    segment, (exchange,) = exchanges(tmp_path, widths, 1)
    exchange.update(1, 0.5, 1.0)
    assert segment.parameters == pytest.approx(-0.5 * segment.gradients.sum(axis=0), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("block", [1024, 32 * 1024])
def test_the_blocks_of_a_cut_change_no_bit(tmp_path, monkeypatch, block):
    def updated():
        segment, (exchange,) = exchanges(tmp_path, (300, 150, 10), 1)
        for step in (1, 2):
            exchange.update(step, 0.5, 0.25)
        segment.path.unlink()
        return segment.parameters.tobytes(), exchange.gradient_norm()

    in_one = updated()
    monkeypatch.setattr(module, "BLOCK", block)
    monkeypatch.setattr(module, "_SMALL_CUT", 0)
    assert updated() == in_one


@pytest.mark.parametrize(("widths", "members"), [((64, 32, 10), 2), ((255, 511, 3), 3), ((300, 256, 512, 3), 1)])
def test_what_all_members_read_is_what_each_has_made_of_its_cut(tmp_path, widths, members):
    layout = Layout(widths)
    segment, parts = exchanges(tmp_path, widths, members)
    for step in (1, 2, 3):
        for part in parts:
            part.update(step, 0.5, 0.25)
        for i in range(layout.layers):
            published = layout.pitched_matrix(i, segment.published)
            assert published.any()
            assert published.tobytes() == layout.matrix(i, segment.parameters).tobytes()


def test_a_gang_of_one_updates_in_place_what_has_no_gaps(tmp_path):
    segment, (exchange,) = exchanges(tmp_path, (64, 32, 10), 1)
    exchange.update(1, 0.5, 0.25)
    assert segment.parameters.any()
    assert not segment.published.any()


def test_a_gradient_beyond_all_numbers_has_no_norm_that_is_one(tmp_path):
    segment, (exchange,) = exchanges(tmp_path, (3, 2), 1, "float64")
    segment.gradients[:] = 1e200
    with np.errstate(over="ignore"):
        exchange.measure(1.0)
    assert exchange.gradient_norm() == np.inf
