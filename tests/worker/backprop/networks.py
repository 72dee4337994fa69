"""Networks, data and hypothesis strategies the tests of backpropagation share."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from worker.backprop.activations import ACTIVATIONS
from worker.backprop.initializers import initialize
from worker.backprop.network import COSTS, Network

OUTPUTS_AND_COSTS = [(output, cost) for output, costs in COSTS.items() for cost in costs]


class Case(NamedTuple):
    network: Network
    parameters: Any
    x: Any
    y: Any


def make_case(network: Network, n: int, seed: int = 0) -> Case:
    """Random parameters, biases too, and ``n`` random rows with targets that suit the output."""
    random = np.random.default_rng(seed)
    dtype = network.numpy_dtype
    parameters = initialize(network, "glorot_normal", seed)
    for i in range(network.layout.layers):
        bias = network.layout.bias(i, parameters)
        bias[...] = random.normal(0.0, 0.5, bias.shape)
    x = random.normal(size=(n, network.inputs)).astype(dtype)
    if network.output == "softmax":
        return Case(network, parameters, x, random.integers(0, network.outputs, n))
    shape = (n, network.outputs)
    y = random.integers(0, 2, shape) if network.output == "sigmoid" else random.normal(0.0, 2.0, shape)
    return Case(network, parameters, x, y.astype(dtype))


def networks_of(activation: str, output: str, cost: str, *, dtype: str = "float64") -> st.SearchStrategy[Network]:
    """Of one or two hidden layers of one activation. What hypothesis tries first has three units everywhere."""
    width = st.sampled_from([3, 1, 2, 4])
    hidden = st.lists(width, min_size=1, max_size=2)
    return st.builds(
        lambda inputs, hidden, outputs: Network(
            (inputs, *hidden, outputs), (activation,) * len(hidden), output, cost, dtype=dtype
        ),
        width,
        hidden,
        width,
    )


@st.composite
def networks(draw: st.DrawFn, *, dtype: str = "float64", most_units: int = 4, dropout: bool = False) -> Network:
    """Any network: up to three hidden layers, every activation, output and cost."""
    width = st.integers(1, most_units)
    hidden = draw(st.lists(st.tuples(width, st.sampled_from(sorted(ACTIVATIONS))), max_size=3))
    output, cost = draw(st.sampled_from(OUTPUTS_AND_COSTS))
    shares = tuple(draw(st.sampled_from([0.0, 0.3])) if dropout else 0.0 for _ in hidden)
    return Network(
        widths=(draw(width), *(units for units, _ in hidden), draw(width)),
        activations=tuple(name for _, name in hidden),
        output=output,
        cost=cost,
        dropout=shares,
        dtype=dtype,
    )
