"""What a split is stratified by."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from models.tabular import split, strata

tables = arrays.arrays(np.float32, st.tuples(st.integers(1, 80), st.integers(2, 6)), elements=st.sampled_from([0, 1]))


def test_one_target_is_stratified_by_its_values():
    assert strata(np.array([[3.0], [1.0], [3.0]])).tolist() == [3.0, 1.0, 3.0]


def test_a_row_goes_by_the_rarest_of_its_values():
    common, rare = [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]
    codes = strata(np.array([common, rare]).T)
    assert len(set(codes[[0]]) & set(codes[1:])) == 0  # the only one that has the rare label
    assert codes[1] not in codes[[0, 2, 3, 4]]  # of the others, the only one that has the common one
    assert len(set(codes[2:])) == 1


def test_a_label_that_nearly_all_rows_have_is_rare_where_it_lacks():
    codes = strata(np.array([[1] * 9 + [0], [0, 1] * 5]).T)
    assert (codes == codes[9]).sum() == 1


@given(tables)
def test_there_are_few_strata_and_each_is_of_rows_with_one_value_in_common(targets):
    codes = strata(targets)
    assert codes.shape == targets.shape[:1]
    for code in np.unique(codes):
        rows = targets[codes == code]
        assert (rows == rows[0]).all(axis=0).any()
    assert len(np.unique(codes)) <= 2 * targets.shape[1]


def test_a_rare_label_is_held_back_in_its_share():
    random = np.random.default_rng(3)
    targets = (random.random((2000, 8)) < [0.01, 0.02, 0.05, 0.1, 0.3, 0.5, 0.9, 0.99]).astype(np.float32)
    for seed in range(20):
        train, held_back = split(2000, strata(targets), 0.1, seed)
        rarest = targets[:, 0].sum()
        assert abs(targets[held_back, 0].sum() - rarest / 10) <= 1
        assert targets[train].min(axis=0).max() == 0
        assert targets[train].max(axis=0).min() == 1
