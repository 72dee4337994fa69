"""A rate for every parameter, from the squares of its gradients: Adagrad and RMSProp."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from worker.backprop.arrays import Floats
from worker.backprop.optimizers.optimizer import SWEEP_EVERY, Optimizer, Update, constants


class Adagrad(Optimizer):
    """s ← s + g²,  θ ← θ - η g / (√s + ε)

    Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization",
    JMLR 12, 2011 (the diagonal form).
    """

    slot_names = ("squares",)

    def __init__(self, epsilon: float = 1e-10) -> None:
        super().__init__()
        self.epsilon = epsilon

    def bind(
        self, parameters: Floats, gradient: Floats, slots: Sequence[Floats], weights: Sequence[slice] | None = None
    ) -> Update:
        """See ``Optimizer``."""
        (s,) = slots
        scratch, (rate, epsilon) = self._like(parameters), constants(parameters, 0.0, self.epsilon)
        multiply, subtract, divide, add, sqrt, square = (
            np.multiply, np.subtract, np.divide, np.add, np.sqrt, np.square
        )  # fmt: skip

        def update(step: int, learning_rate: float) -> None:
            rate[()] = learning_rate
            square(gradient, scratch)
            add(s, scratch, s)
            sqrt(s, scratch)
            add(scratch, epsilon, scratch)
            divide(gradient, scratch, scratch)
            multiply(scratch, rate, scratch)
            subtract(parameters, scratch, parameters)

        return update


class RmsProp(Optimizer):
    """s ← ρ s + (1 - ρ) g²,  θ ← θ - η g / (√s + ε)

    Source: Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5, 2012 (ε outside the root).
    """

    slot_names = ("squares",)

    def __init__(self, decay: float = 0.9, epsilon: float = 1e-8) -> None:
        super().__init__()
        self.decay, self.epsilon = decay, epsilon

    def bind(
        self, parameters: Floats, gradient: Floats, slots: Sequence[Floats], weights: Sequence[slice] | None = None
    ) -> Update:
        """See ``Optimizer``."""
        (s,) = slots
        scratch = self._like(parameters)
        sweep = self._bind_sweep(s)
        rate, epsilon, rho, rest = constants(parameters, 0.0, self.epsilon, self.decay, 1.0 - self.decay)
        multiply, subtract, divide, add, sqrt, square = (
            np.multiply, np.subtract, np.divide, np.add, np.sqrt, np.square
        )  # fmt: skip

        def update(step: int, learning_rate: float) -> None:
            rate[()] = learning_rate
            if not step % SWEEP_EVERY:
                sweep()
            square(gradient, scratch)
            multiply(scratch, rest, scratch)
            multiply(s, rho, s)
            add(s, scratch, s)
            sqrt(s, scratch)
            add(scratch, epsilon, scratch)
            divide(gradient, scratch, scratch)
            multiply(scratch, rate, scratch)
            subtract(parameters, scratch, parameters)

        return update
