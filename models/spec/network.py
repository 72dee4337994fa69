"""The network a user asks for: its hidden layers. The output layer follows from task and target."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.spec.base import SpecPart

ActivationName = Literal["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus"]
InitializerName = Literal[
    "he_normal",
    "he_uniform",
    "glorot_normal",
    "glorot_uniform",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "uniform",
    "zeros",
]


class HiddenLayer(SpecPart):
    """One dense layer."""

    units: int = Field(ge=1, le=1_000_000)
    """Its outputs."""
    activation: ActivationName = "relu"
    """The function of each output."""
    dropout: float = Field(default=0.0, ge=0.0, lt=1.0)
    """The share of its outputs set to zero at each training step."""


class NetworkSpec(SpecPart):
    """Dense layers from input to output; none at all is a linear model."""

    hidden: tuple[HiddenLayer, ...] = Field(
        default=(HiddenLayer(units=128),), max_length=64, strict=False, examples=[[{"units": 64}, {"units": 32}], []]
    )
    """From the input on."""
    initializer: InitializerName = "he_normal"
    """How weights are drawn; biases begin at 0."""
