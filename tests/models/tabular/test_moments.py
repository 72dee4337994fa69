"""Means and scales."""

from __future__ import annotations

import numpy as np
import pytest

from models.tabular.moments import ROWS_AT_ONCE, column_moments


@pytest.fixture
def matrix():
    draw = np.random.default_rng(3)
    table = draw.normal(1e4, [1e-2, 1.0, 1e3, 5.0], (3 * ROWS_AT_ONCE + 17, 4)).astype(np.float32)
    table[::7, 1] = np.nan
    return table


@pytest.fixture
def rows(matrix):
    return np.flatnonzero(np.arange(len(matrix)) % 3).astype(np.int64)


def test_they_are_those_of_the_rows_asked_for(matrix, rows):
    mean, scale = column_moments(matrix, [0, 1, 2, 3], rows)
    exact = matrix[rows].astype(np.longdouble)
    assert mean == pytest.approx(np.nanmean(exact, axis=0).astype(float), rel=1e-12)
    assert scale == pytest.approx(np.nanstd(exact, axis=0).astype(float), rel=1e-9)


def test_other_rows_change_nothing(matrix, rows):
    before = column_moments(matrix, [0, 1, 2, 3], rows)
    matrix[::3] = 1e30
    assert np.array_equal(before, column_moments(matrix, [0, 1, 2, 3], rows))


def test_a_column_has_the_same_bits_whoever_is_beside_it(matrix, rows):
    wide = np.tile(matrix, (1, 75))
    beside = column_moments(wide, range(300), rows)
    for column in (0, 1, 2, 3, 256, 299):
        alone = column_moments(wide, [column], rows)
        assert [part[column] for part in beside] == [part[0] for part in alone]


def test_a_mapped_matrix_gives_the_same_bits(matrix, rows, tmp_path):
    np.save(tmp_path / "m.npy", matrix)
    mapped = np.load(tmp_path / "m.npy", mmap_mode="r")
    assert np.array_equal(column_moments(mapped, [2, 1], rows), column_moments(matrix, [2, 1], rows))


def test_a_constant_column_has_scale_one():
    assert np.array_equal(column_moments(np.full((1000, 1), 0.1), [0], np.arange(1000))[1], [1.0])


@pytest.mark.parametrize("values", [np.full((3, 1), np.nan), np.empty((0, 1))])
def test_where_nothing_is_known_the_mean_is_zero(values):
    mean, scale = column_moments(values, [0], np.arange(len(values)))
    assert (mean.tolist(), scale.tolist()) == ([0.0], [1.0])


def test_no_columns_have_no_moments():
    assert [len(part) for part in column_moments(np.ones((3, 2)), [], np.arange(3))] == [0, 0]


def test_the_largest_numbers_do_not_overflow():
    mean, scale = column_moments(np.array([[1e100], [-1e100]]), [0], np.arange(2))
    assert (mean.tolist(), scale.tolist()) == ([0.0], [1e100])
