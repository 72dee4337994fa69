"""The products of a pass: in tiles or whole, the same product."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.backprop import Network, ShardPass, blas_products, initialize, textbook
from worker.backprop.blas_products import bind_tiles
from worker.backprop.layout import Layout

SIZES = st.integers(1, 100)


@pytest.fixture(params=[True, False], ids=["kernels that read in place", "kernels that copy"])
def kernels(request, monkeypatch):
    monkeypatch.setattr(blas_products, "reads_small_products_in_place", lambda: request.param)


@settings(max_examples=50, deadline=None)
@given(
    m=SIZES,
    k=SIZES,
    n=SIZES,
    columns=st.sampled_from([8, 32, 64]),
    tile=st.sampled_from([16, 32]),
    transposed=st.booleans(),
)
def test_tiles_cover_the_whole_product_whatever_is_left_over_at_its_edges(m, k, n, columns, tile, transposed):
    random = np.random.default_rng(m * n)
    left, right = random.standard_normal((m, k)), random.standard_normal((k, n))
    out = np.full((n, m), np.nan).T if transposed else np.full((m, n), np.nan)
    bind_tiles(left, out, columns, tile)(right)
    assert out == pytest.approx(left @ right)


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("widths", [(300, 256, 200, 12), (30, 400, 256, 3), (1200, 64, 2)])
@pytest.mark.parametrize("n", [7, 40, 130])
def test_a_pass_is_the_textbooks_however_its_products_are_made(widths, n):
    network = Network(widths, ("relu",) * (len(widths) - 2), dtype="float64")
    random = np.random.default_rng(n)
    parameters = initialize(network, "he_normal", 1)
    gradient = np.empty_like(parameters)
    x, y = random.standard_normal((n, widths[0])), random.integers(0, widths[-1], n)
    cost = ShardPass(network, parameters, gradient, n).run(x, y)
    expected_cost, expected = textbook.gradient(network, parameters, x, y)
    assert cost == pytest.approx(expected_cost)
    assert gradient == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_only_products_that_gain_are_made_in_tiles(monkeypatch):
    monkeypatch.setattr(blas_products, "reads_small_products_in_place", lambda: True)

    def columns(inputs, units, n):
        matrix, z = np.empty((inputs + 1, units), np.float32), np.empty((units, n), np.float32)
        return blas_products._columns(matrix.T, z, (64, 32, 16, 8), Layout((inputs, units)).pitches[0])

    assert columns(784, 128, 32) == 32
    assert columns(100, 256, 64) == 64
    assert columns(64, 32, 16) == 0, "small as it is"
    assert columns(10, 512, 512) == 0, "little to multiply for each element, and rows of z that conflict"
    assert columns(4000, 1024, 64) == 0, "too large for gaps, and rows of M that conflict"


def test_only_gradients_of_many_rows_and_few_weights_are_made_in_tiles(monkeypatch):
    monkeypatch.setattr(blas_products, "reads_small_products_in_place", lambda: True)

    def columns(inputs, units, n, dtype=np.float32):
        a, gradient = np.empty((inputs + 1, n), dtype), np.empty((inputs + 1, units), dtype)
        return blas_products._columns_of_gradient(a, gradient)

    assert columns(256, 256, 512) == 64
    assert columns(100, 100, 1000) == 32
    assert columns(256, 256, 64) == 0, "rows too short"
    assert columns(256, 256, 1000) == 0, "so many weights that rows leave the cache between their uses"
    assert columns(256, 256, 512, np.float64) == 0
    assert columns(32, 10, 512) == 0, "small as it is"


@settings(max_examples=30, deadline=None)
@given(data=st.data(), widths=st.sampled_from([(3, 2), (5, 256, 4), (2, 512, 256)]))
def test_the_pitched_form_is_made_of_cuts_wherever_they_fall(data, widths):
    layout = Layout(widths)
    cuts = sorted({0, layout.size, *data.draw(st.lists(st.integers(0, layout.size), max_size=4))})
    flat, pitched = np.arange(1.0, layout.size + 1), np.zeros(layout.pitched_size)
    for low, high in pairwise(cuts):
        for there, here in layout.pitched_parts(low, high, flat, pitched):
            there[...] = here
    for i in range(layout.layers):
        assert (layout.pitched_matrix(i, pitched) == layout.matrix(i, flat)).all()
    assert np.count_nonzero(pitched) == layout.size, "what is between the rows stays untouched"
