"""The learning-rate schedules a user may ask for. Each multiplies the optimizer's learning rate."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.spec.base import SpecPart, named


class Constant(SpecPart):
    """The same rate from first to last."""

    name: Literal["constant"] = "constant"


class Step(SpecPart):
    """Multiply by ``factor`` after every ``every_epochs`` epochs."""

    name: Literal["step"]
    every_epochs: int = Field(default=10, ge=1)
    """Epochs at one rate."""
    factor: float = Field(default=0.5, gt=0.0, le=1.0)
    """Of the rate."""


class Exponential(SpecPart):
    """Multiply by ``factor`` after every epoch."""

    name: Literal["exponential"]
    factor: float = Field(default=0.95, gt=0.0, le=1.0)
    """Of the rate, every epoch."""


class Cosine(SpecPart):
    """Fall along half a cosine to ``floor`` times the rate at the last step."""

    name: Literal["cosine"]
    floor: float = Field(default=0.0, ge=0.0, le=1.0)
    """The last step's share of the rate."""


class WarmUp(SpecPart):
    """Rise in a straight line over the first ``epochs`` epochs, then stay."""

    name: Literal["warm_up"]
    epochs: float = Field(default=1.0, gt=0.0)
    """Until the whole rate is reached; parts of one count."""


class OneCycle(SpecPart):
    """Rise to the rate over the first ``rise`` share of all steps, then fall to a small fraction of it."""

    name: Literal["one_cycle"]
    rise: float = Field(default=0.3, gt=0.0, lt=1.0)
    """The share of all steps until the whole rate is reached."""
    start_divisor: float = Field(default=25.0, ge=1.0)
    """The first step has the rate divided by this."""
    end_divisor: float = Field(default=10_000.0, ge=1.0)
    """The last step has the rate divided by this."""


class ReduceOnPlateau(SpecPart):
    """Multiply by ``factor`` when the watched cost has not fallen for ``epochs`` epochs."""

    name: Literal["reduce_on_plateau"]
    factor: float = Field(default=0.5, gt=0.0, lt=1.0)
    """Of the rate, each time."""
    epochs: int = Field(default=5, ge=1)
    """In a row without an improvement."""
    min_delta: float = Field(default=0.0, ge=0.0)
    """A cost that fell by no more than this has not improved."""


ScheduleSpec = Annotated[
    Constant | Step | Exponential | Cosine | WarmUp | OneCycle | ReduceOnPlateau,
    Field(discriminator="name"),
    named("constant"),
]
