"""The weights a run begins with. Biases begin at zero.

    n_in, n_out: the layer's inputs and units (its fan-in and fan-out)

    he       Var w = 2 / n_in              keeps the variance of activations through rectified layers
    glorot   Var w = 2 / (n_in + n_out)    keeps that of activations and of deltas about equal, for tanh and sigmoid
    lecun    Var w = 1 / n_in              keeps that of activations through layers near the identity
    normal, uniform                        a fixed standard deviation of 0.05 whatever the shape

A uniform form draws from [-r, r] with r = sqrt(3 Var w), which has that variance.

Sources: He et al., "Delving deep into rectifiers", ICCV 2015, eq. 10. Glorot and Bengio, "Understanding the
difficulty of training deep feedforward neural networks", AISTATS 2010, eq. 16. LeCun, Bottou, Orr and Müller,
"Efficient BackProp", 1998, section 4.6.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from worker.backprop.arrays import Floats
from worker.backprop.network import Network
from worker.backprop.philox import philox

_VARIANCES: dict[str, Callable[[int, int], float]] = {
    "he": lambda n_in, n_out: 2.0 / n_in,
    "glorot": lambda n_in, n_out: 2.0 / (n_in + n_out),
    "lecun": lambda n_in, n_out: 1.0 / n_in,
    "": lambda n_in, n_out: 0.05**2,
}

INITIALIZERS = (
    "he_normal",
    "he_uniform",
    "glorot_normal",
    "glorot_uniform",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "uniform",
    "zeros",
)


def initialize(network: Network, initializer: str, seed: int) -> Floats:
    """The flat parameters of step 0, in the network's dtype. Layer i draws from its own stream (seed, "init", i).

    Raises:
        ValueError: for an unknown initializer.
    """
    if initializer not in INITIALIZERS:
        raise ValueError(f"initializer: {initializer!r} is unknown, there are {', '.join(INITIALIZERS)}")
    layout = network.layout
    parameters = np.zeros(layout.size, network.numpy_dtype)
    for i in range(layout.layers):
        weight = layout.weight(i, parameters)
        weight[...] = _draw(initializer, layout.widths[i], layout.widths[i + 1], philox(seed, "init", i))
    return parameters


def _draw(initializer: str, n_in: int, n_out: int, random: np.random.Generator) -> Floats:
    """One weight matrix (n_in, n_out), drawn in float64 whatever the network's dtype."""
    scale, _, shape = initializer.rpartition("_")
    if shape == "zeros":
        return np.zeros((n_in, n_out))
    variance = _VARIANCES[scale](n_in, n_out)
    if shape == "normal":
        return random.normal(0.0, math.sqrt(variance), (n_in, n_out))
    limit = math.sqrt(3.0 * variance)
    return random.uniform(-limit, limit, (n_in, n_out))
