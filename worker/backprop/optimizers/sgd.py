"""Gradient descent, plain and with momentum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from worker.backprop.arrays import Floats
from worker.backprop.optimizers.optimizer import SWEEP_EVERY, Optimizer, Update, constants


class Sgd(Optimizer):
    """θ ← θ - η g

    Source: Robbins and Monro, "A stochastic approximation method", 1951.
    """

    def bind(
        self, parameters: Floats, gradient: Floats, slots: Sequence[Floats], weights: Sequence[slice] | None = None
    ) -> Update:
        """See ``Optimizer``."""
        scratch, (rate,) = self._like(parameters), constants(parameters, 0.0)
        multiply, subtract = np.multiply, np.subtract

        def update(step: int, learning_rate: float) -> None:
            rate[()] = learning_rate
            multiply(gradient, rate, scratch)
            subtract(parameters, scratch, parameters)

        return update


class Momentum(Optimizer):
    """v ← μ v + g,  θ ← θ - η v

    v is the decaying sum of gradients, so a change of η acts at once, as in PyTorch. Polyak has η inside v.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    slot_names = ("velocity",)

    def __init__(self, momentum: float = 0.9) -> None:
        super().__init__()
        self.momentum = momentum

    def bind(
        self, parameters: Floats, gradient: Floats, slots: Sequence[Floats], weights: Sequence[slice] | None = None
    ) -> Update:
        """See ``Optimizer``."""
        (v,) = slots
        scratch, (rate, mu) = self._like(parameters), constants(parameters, 0.0, self.momentum)
        sweep = self._bind_sweep(v)
        multiply, subtract, add = np.multiply, np.subtract, np.add

        def update(step: int, learning_rate: float) -> None:
            rate[()] = learning_rate
            if not step % SWEEP_EVERY:
                sweep()
            multiply(v, mu, v)
            add(v, gradient, v)
            multiply(v, rate, scratch)
            subtract(parameters, scratch, parameters)

        return update


class Nesterov(Momentum):
    """v ← μ v + g,  θ ← θ - η (g + μ v)

    The parameters kept are Nesterov's look-ahead point, at which the gradient is taken.

    Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning",
    ICML 2013; Bengio, Boulanger-Lewandowski and Pascanu, 2013, eq. 7 (this form).
    """

    def bind(
        self, parameters: Floats, gradient: Floats, slots: Sequence[Floats], weights: Sequence[slice] | None = None
    ) -> Update:
        """See ``Optimizer``."""
        (v,) = slots
        scratch, (rate, mu) = self._like(parameters), constants(parameters, 0.0, self.momentum)
        sweep = self._bind_sweep(v)
        multiply, subtract, add = np.multiply, np.subtract, np.add

        def update(step: int, learning_rate: float) -> None:
            rate[()] = learning_rate
            if not step % SWEEP_EVERY:
                sweep()
            multiply(v, mu, v)
            add(v, gradient, v)
            multiply(v, mu, scratch)
            add(scratch, gradient, scratch)
            multiply(scratch, rate, scratch)
            subtract(parameters, scratch, parameters)

        return update
