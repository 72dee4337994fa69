import math

import numpy as np
import pytest

from worker.backprop.initializers import INITIALIZERS, initialize
from worker.backprop.network import Network

WIDTHS = (300, 200, 100)
NETWORK = Network(WIDTHS, ("relu",), dtype="float64")
VARIANCE = {
    "he": lambda n_in, n_out: 2 / n_in,
    "glorot": lambda n_in, n_out: 2 / (n_in + n_out),
    "lecun": lambda n_in, n_out: 1 / n_in,
    "": lambda n_in, n_out: 0.05**2,
}


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name != "zeros"])
def test_weights_have_mean_zero_and_the_variance_of_their_paper(name):
    parameters = initialize(NETWORK, name, seed=1)
    scale, _, shape = name.rpartition("_")
    for i in range(2):
        weight = NETWORK.layout.weight(i, parameters)
        variance = VARIANCE[scale](WIDTHS[i], WIDTHS[i + 1])
        assert weight.var() == pytest.approx(variance, rel=0.03)
        assert abs(weight.mean()) < 4 * math.sqrt(variance / weight.size)
        if shape == "uniform":
            assert np.abs(weight).max() <= math.sqrt(3 * variance)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_biases_begin_at_zero(name):
    parameters = initialize(NETWORK, name, seed=1)
    assert not any(NETWORK.layout.bias(i, parameters).any() for i in range(2))


def test_a_seed_decides_the_weights_and_float32_rounds_those_of_float64():
    wide, narrow = initialize(NETWORK, "he_normal", 5), initialize(Network(WIDTHS, ("relu",)), "he_normal", 5)
    assert narrow.dtype == np.float32
    assert (narrow == wide.astype(np.float32)).all()
    assert (initialize(NETWORK, "he_normal", 6) != wide).any()


def test_an_unknown_initializer_is_refused():
    with pytest.raises(ValueError, match="initializer: 'best' is unknown"):
        initialize(NETWORK, "best", 0)
