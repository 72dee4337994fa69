"""Optimizers: what a gradient does to the parameters."""

from __future__ import annotations

from worker.backprop.optimizers.adam import Adam, AdamW
from worker.backprop.optimizers.adaptive import Adagrad, RmsProp
from worker.backprop.optimizers.optimizer import Optimizer, Update
from worker.backprop.optimizers.sgd import Momentum, Nesterov, Sgd

__all__ = ["OPTIMIZERS", "Optimizer", "Update", "make_optimizer"]

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": Sgd,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RmsProp,
    "adagrad": Adagrad,
    "adam": Adam,
    "adamw": AdamW,
}


def make_optimizer(name: str, learning_rate: float = 0.0, **hyperparameters: float) -> Optimizer:
    """The optimizer of a spec.

    Args:
        name: one of ``OPTIMIZERS``.
        learning_rate: taken so that a spec can be passed whole; the rate is an argument of every update.
        hyperparameters: the optimizer's own, by name.

    Raises:
        ValueError: for an unknown name.
        TypeError: for a hyperparameter the optimizer does not have.
    """
    del learning_rate
    if name not in OPTIMIZERS:
        raise ValueError(f"optimizer: {name!r} is unknown, there are {', '.join(OPTIMIZERS)}")
    return OPTIMIZERS[name](**hyperparameters)
