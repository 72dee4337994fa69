"""The optimizers a user may ask for, each with its own hyperparameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.spec.base import SpecPart, named

Rate = Annotated[float, Field(gt=0.0, le=1000.0, description="Of every step, times what the schedule says.")]
Decay = Annotated[float, Field(ge=0.0, lt=1.0)]
Epsilon = Annotated[float, Field(gt=0.0, le=1.0, description="Added to the root that is divided by.")]


class Sgd(SpecPart):
    """Gradient descent."""

    name: Literal["sgd"]
    learning_rate: Rate = 0.01


class Momentum(SpecPart):
    """Gradient descent with momentum."""

    name: Literal["momentum"]
    learning_rate: Rate = 0.01
    momentum: Decay = 0.9
    """The share of the last step's velocity that is kept."""


class Nesterov(SpecPart):
    """Gradient descent with Nesterov's momentum."""

    name: Literal["nesterov"]
    learning_rate: Rate = 0.01
    momentum: Decay = 0.9
    """The share of the last step's velocity that is kept."""


class RmsProp(SpecPart):
    """RMSProp."""

    name: Literal["rmsprop"]
    learning_rate: Rate = 0.001
    decay: Decay = 0.9
    """The share of the mean of squared gradients that is kept."""
    epsilon: Epsilon = 1e-8


class Adagrad(SpecPart):
    """Adagrad."""

    name: Literal["adagrad"]
    learning_rate: Rate = 0.01
    epsilon: Epsilon = 1e-10


class Adam(SpecPart):
    """Adam."""

    name: Literal["adam"] = "adam"
    learning_rate: Rate = 0.001
    beta1: Decay = 0.9
    """The share of the mean of gradients that is kept."""
    beta2: Decay = 0.999
    """The share of the mean of squared gradients that is kept."""
    epsilon: Epsilon = 1e-8


class AdamW(SpecPart):
    """Adam with decoupled weight decay."""

    name: Literal["adamw"]
    learning_rate: Rate = 0.001
    beta1: Decay = 0.9
    """The share of the mean of gradients that is kept."""
    beta2: Decay = 0.999
    """The share of the mean of squared gradients that is kept."""
    epsilon: Epsilon = 1e-8
    weight_decay: float = Field(default=0.01, ge=0.0, le=1.0)
    """Every step takes the rate times this share off all weights, not biases."""


OptimizerSpec = Annotated[
    Sgd | Momentum | Nesterov | RmsProp | Adagrad | Adam | AdamW, Field(discriminator="name"), named("adam")
]
