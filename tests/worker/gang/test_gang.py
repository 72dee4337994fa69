"""Places and cuts: all shards and all elements are dealt, each once."""

from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from worker.backprop.gradient_norm import NORM_BLOCK
from worker.gang.gang import deal, own_cut, places, places_by_speed


@given(st.integers(1, 64).flatmap(lambda shards: st.tuples(st.just(shards), st.integers(1, shards))))
def test_every_shard_has_one_member_and_every_member_a_shard(case):
    shards, size = case
    dealt = [shard for place in places(size, shards) for shard in range(place.first_shard, place.last_shard)]
    assert dealt == list(range(shards))
    assert all(place.last_shard > place.first_shard for place in places(size, shards))


SPEEDS = st.lists(st.floats(0.05, 1.0), min_size=1, max_size=4)


@given(SPEEDS, st.integers(0, 5))
def test_no_other_deal_makes_a_shorter_step(speeds, more):
    shards = len(speeds) + more

    def step_time(held):
        return max(each / speed for each, speed in zip(held, speeds, strict=True))

    others = (held for held in product(range(1, shards + 1), repeat=len(speeds)) if sum(held) == shards)
    dealt = deal(shards, speeds)
    assert sum(dealt) == shards
    assert min(dealt) >= 1
    assert step_time(dealt) == min(map(step_time, others))


@given(SPEEDS, st.integers(0, 5))
def test_runs_by_speed_follow_one_another(speeds, more):
    shards = len(speeds) + more
    found = places_by_speed(speeds, shards)
    assert [shard for place in found for shard in range(place.first_shard, place.last_shard)] == list(range(shards))
    assert [(place.rank, place.size) for place in found] == [(rank, len(speeds)) for rank in range(len(speeds))]


@given(st.integers(0, 10_000), st.integers(0, 100_000), st.integers(1, 16))
def test_cuts_cover_every_element_once_and_fall_between_norm_blocks(start, length, size):
    stop = start + length
    cuts = [own_cut(start, stop, rank, size) for rank in range(size)]

    assert cuts[0][0] == start
    assert cuts[-1][1] == stop
    assert all(before[1] == after[0] for before, after in pairwise(cuts))
    assert all((cut[0] - start) % NORM_BLOCK == 0 or cut[0] == stop for cut in cuts)
