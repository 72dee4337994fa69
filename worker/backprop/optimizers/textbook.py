"""The update rules as their papers have them: the specification of the bound, in-place forms.

Each takes (θ, g, slots, t, η) and gives (θ, slots) anew. Here Adam's slots are m and v themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from worker.backprop.arrays import Floats

Slots = Sequence[Floats]
Result = tuple[Floats, Slots]


def sgd(theta: Floats, g: Floats, slots: Slots, t: int, eta: float) -> Result:
    """θ ← θ - η g"""
    return theta - eta * g, slots


def momentum(theta: Floats, g: Floats, slots: Slots, t: int, eta: float, mu: float = 0.9) -> Result:
    """v ← μ v + g,  θ ← θ - η v"""
    v = mu * slots[0] + g
    return theta - eta * v, [v]


def nesterov(theta: Floats, g: Floats, slots: Slots, t: int, eta: float, mu: float = 0.9) -> Result:
    """v ← μ v + g,  θ ← θ - η (g + μ v)"""
    v = mu * slots[0] + g
    return theta - eta * (g + mu * v), [v]


def adagrad(theta: Floats, g: Floats, slots: Slots, t: int, eta: float, epsilon: float = 1e-10) -> Result:
    """s ← s + g²,  θ ← θ - η g / (√s + ε)"""
    s = slots[0] + g**2
    return theta - eta * g / (np.sqrt(s) + epsilon), [s]


def rmsprop(
    theta: Floats, g: Floats, slots: Slots, t: int, eta: float, rho: float = 0.9, epsilon: float = 1e-8
) -> Result:
    """s ← ρ s + (1 - ρ) g²,  θ ← θ - η g / (√s + ε)"""
    s = rho * slots[0] + (1.0 - rho) * g**2
    return theta - eta * g / (np.sqrt(s) + epsilon), [s]


def adam(
    theta: Floats,
    g: Floats,
    slots: Slots,
    t: int,
    eta: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> Result:
    """m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,  θ ← θ - η m̂ / (√v̂ + ε)"""
    m = beta1 * slots[0] + (1.0 - beta1) * g
    v = beta2 * slots[1] + (1.0 - beta2) * g**2
    m_hat, v_hat = m / (1.0 - beta1**t), v / (1.0 - beta2**t)
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon), [m, v]


def adamw(theta: Floats, g: Floats, slots: Slots, t: int, eta: float, weight_decay: float = 0.01) -> Result:
    """θ ← θ - η λ θ, then Adam; here for weights only."""
    return adam(theta - eta * weight_decay * theta, g, slots, t, eta)


RULES = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}
