"""A rate for every parameter, from the squares of its gradients: Adagrad and RMSProp."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from worker.backprop.arrays import Floats, Op
from worker.backprop.optimizers.optimizer import Optimizer


class Adagrad(Optimizer):
    """s ← s + g²,  θ ← θ - η g / (√s + ε)

    Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization",
    JMLR 12, 2011 (the diagonal form).
    """

    rule = "adagrad"
    slot_names = ("squares",)

    def __init__(self, epsilon: float = 1e-10) -> None:
        super().__init__()
        self.epsilon = epsilon

    def rates(self, step: int, learning_rate: float) -> tuple[float, float]:
        """η and ε"""
        return learning_rate, self.epsilon

    def calls(self, theta: Floats, g: Floats, slots: Sequence[Floats], c: Sequence[Floats], scratch: Floats) -> Op:
        """See ``Optimizer``."""
        (s,), (rate, epsilon) = slots, c
        multiply, subtract, divide, add, sqrt, square = (
            np.multiply, np.subtract, np.divide, np.add, np.sqrt, np.square
        )  # fmt: skip

        def update() -> None:
            square(g, scratch)
            add(s, scratch, s)
            sqrt(s, scratch)
            add(scratch, epsilon, scratch)
            divide(g, scratch, scratch)
            multiply(scratch, rate, scratch)
            subtract(theta, scratch, theta)

        return update


class RmsProp(Optimizer):
    """s ← ρ s + (1 - ρ) g²,  θ ← θ - η g / (√s + ε)

    Source: Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5, 2012 (ε outside the root).
    """

    rule = "rmsprop"
    slot_names = ("squares",)
    decays = True

    def __init__(self, decay: float = 0.9, epsilon: float = 1e-8) -> None:
        super().__init__()
        self.decay, self.epsilon = decay, epsilon

    def rates(self, step: int, learning_rate: float) -> tuple[float, float]:
        """η and ε"""
        return learning_rate, self.epsilon

    def constants(self) -> tuple[float, ...]:
        """ρ and 1 - ρ"""
        return self.decay, 1.0 - self.decay

    def calls(self, theta: Floats, g: Floats, slots: Sequence[Floats], c: Sequence[Floats], scratch: Floats) -> Op:
        """See ``Optimizer``."""
        (s,), (rate, epsilon, rho, rest) = slots, c
        multiply, subtract, divide, add, sqrt, square = (
            np.multiply, np.subtract, np.divide, np.add, np.sqrt, np.square
        )  # fmt: skip

        def update() -> None:
            square(g, scratch)
            multiply(scratch, rest, scratch)
            multiply(s, rho, s)
            add(s, scratch, s)
            sqrt(s, scratch)
            add(scratch, epsilon, scratch)
            divide(g, scratch, scratch)
            multiply(scratch, rate, scratch)
            subtract(theta, scratch, theta)

        return update
