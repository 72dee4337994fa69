"""Gradient descent, plain and with momentum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from worker.backprop.arrays import Floats, Op
from worker.backprop.optimizers.optimizer import Optimizer


class Sgd(Optimizer):
    """θ ← θ - η g

    Source: Robbins and Monro, "A stochastic approximation method", 1951.
    """

    rule = "sgd"

    def calls(self, theta: Floats, g: Floats, slots: Sequence[Floats], c: Sequence[Floats], scratch: Floats) -> Op:
        """See ``Optimizer``."""
        rate, multiply, subtract = c[0], np.multiply, np.subtract

        def update() -> None:
            multiply(g, rate, scratch)
            subtract(theta, scratch, theta)

        return update


class Momentum(Optimizer):
    """v ← μ v + g,  θ ← θ - η v

    v is the decaying sum of gradients, so a change of η acts at once, as in PyTorch. Polyak has η inside v.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    rule = "momentum"
    slot_names = ("velocity",)
    decays = True

    def __init__(self, momentum: float = 0.9) -> None:
        super().__init__()
        self.momentum = momentum

    def constants(self) -> tuple[float, ...]:
        """μ"""
        return (self.momentum,)

    def calls(self, theta: Floats, g: Floats, slots: Sequence[Floats], c: Sequence[Floats], scratch: Floats) -> Op:
        """See ``Optimizer``."""
        (v,), (rate, _, mu) = slots, c
        multiply, subtract, add = np.multiply, np.subtract, np.add

        def update() -> None:
            multiply(v, mu, v)
            add(v, g, v)
            multiply(v, rate, scratch)
            subtract(theta, scratch, theta)

        return update


class Nesterov(Momentum):
    """v ← μ v + g,  θ ← θ - η (g + μ v)

    The parameters kept are Nesterov's look-ahead point, at which the gradient is taken.

    Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning",
    ICML 2013; Bengio, Boulanger-Lewandowski and Pascanu, 2013, eq. 7 (this form).
    """

    rule = "nesterov"

    def calls(self, theta: Floats, g: Floats, slots: Sequence[Floats], c: Sequence[Floats], scratch: Floats) -> Op:
        """See ``Optimizer``."""
        (v,), (rate, _, mu) = slots, c
        multiply, subtract, add = np.multiply, np.subtract, np.add

        def update() -> None:
            multiply(v, mu, v)
            add(v, g, v)
            multiply(v, mu, scratch)
            add(scratch, g, scratch)
            multiply(scratch, rate, scratch)
            subtract(theta, scratch, theta)

        return update
