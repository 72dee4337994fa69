"""Activations: a = f(z), element by element, and the slope f'(z) that the chain rule multiplies with.

These are the plain forms, the specification. ``activation_kernels`` has the same in preallocated memory, and a test
holds the two equal.

    z: pre-activations, any shape      a = f(z)      slope = f'(z)

Sources. relu: Nair and Hinton, ICML 2010. leaky_relu: Maas, Hannun and Ng, 2013. elu: Clevert, Unterthiner and
Hochreiter, ICLR 2016. gelu: Hendrycks and Gimpel, 2016, section 2. silu: Elfwing, Uchibe and Doya, 2018.
softplus: Dugas et al., NIPS 2000.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from worker.backprop.arrays import Floats

LEAK = 0.01
"""The slope of leaky_relu for negative z."""

GELU_C = math.sqrt(2.0 / math.pi)
GELU_CUBIC = 0.044715
"""gelu is z Φ(z) with Φ the normal distribution; both papers' and libraries' usual form of it with tanh is used."""


def sigmoid(z: Floats) -> Floats:
    """σ(z) = 1 / (1 + exp(-z)). Beyond the range of exp the result is the limit, without an overflow."""
    return 1.0 / (1.0 + np.exp(-np.maximum(z, lowest_exponent(z.dtype))))


def lowest_exponent(dtype: np.dtype[np.floating]) -> float:
    """The lowest whole z for which exp(-z) is still finite."""
    return -math.floor(math.log(float(np.finfo(dtype).max)))


def _sigmoid_slope(z: Floats) -> Floats:
    """σ' = σ (1 - σ)"""
    return sigmoid(z) * (1.0 - sigmoid(z))


def _tanh_slope(z: Floats) -> Floats:
    """tanh' = 1 - tanh²"""
    return 1.0 - np.tanh(z) ** 2


def _relu(z: Floats) -> Floats:
    """max(z, 0)"""
    return np.maximum(z, 0.0)


def _relu_slope(z: Floats) -> Floats:
    """1 where z > 0, else 0"""
    return (z > 0.0).astype(z.dtype)


def _leaky_relu(z: Floats) -> Floats:
    """z where z > 0, else LEAK z"""
    return np.where(z > 0.0, z, LEAK * z)


def _leaky_relu_slope(z: Floats) -> Floats:
    """1 where z > 0, else LEAK"""
    return np.where(z > 0.0, 1.0, LEAK).astype(z.dtype)


def _elu(z: Floats) -> Floats:
    """z where z > 0, else exp(z) - 1"""
    return np.where(z > 0.0, z, np.expm1(np.minimum(z, 0.0)))


def _elu_slope(z: Floats) -> Floats:
    """1 where z > 0, else exp(z)"""
    return np.exp(np.minimum(z, 0.0))


def _gelu_tanh(z: Floats) -> Floats:
    """t = tanh(c (z + k z³))"""
    return np.tanh(GELU_C * (z + GELU_CUBIC * z**3))


def _gelu(z: Floats) -> Floats:
    """z (1 + t) / 2"""
    return 0.5 * z * (1.0 + _gelu_tanh(z))


def _gelu_slope(z: Floats) -> Floats:
    """(1 + h) / 2 + z (1 - h²) c (1 + 3 k z²) / 2"""
    h = _gelu_tanh(z)
    return 0.5 * (1.0 + h) + 0.5 * z * (1.0 - h**2) * GELU_C * (1.0 + 3.0 * GELU_CUBIC * z**2)


def _silu(z: Floats) -> Floats:
    """z σ(z)"""
    return z * sigmoid(z)


def _silu_slope(z: Floats) -> Floats:
    """σ(z) (1 + z (1 - σ(z)))"""
    return sigmoid(z) * (1.0 + z * (1.0 - sigmoid(z)))


def _softplus(z: Floats) -> Floats:
    """log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|))"""
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


class Activation(NamedTuple):
    """f and its slope, both functions of z."""

    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(lambda z: z, np.ones_like),
    "sigmoid": Activation(sigmoid, _sigmoid_slope),
    "tanh": Activation(np.tanh, _tanh_slope),
    "relu": Activation(_relu, _relu_slope),
    "leaky_relu": Activation(_leaky_relu, _leaky_relu_slope),
    "elu": Activation(_elu, _elu_slope),
    "gelu": Activation(_gelu, _gelu_slope),
    "silu": Activation(_silu, _silu_slope),
    "softplus": Activation(_softplus, sigmoid),
}
