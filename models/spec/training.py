"""How to train: cost, optimizer, batches, regularization."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.spec.base import SpecPart
from models.spec.optimizer import Adam, OptimizerSpec
from models.spec.schedule import Constant, ScheduleSpec

CostName = Literal["cross_entropy", "binary_cross_entropy", "mean_squared_error", "mean_absolute_error", "huber"]
UpdateOrder = Literal["simultaneous", "output_to_input", "input_to_output", "largest_gradient_first"]


PositiveWeight = Annotated[float, Field(gt=0.0, le=1e6)]


class TrainingSpec(SpecPart):
    """Everything that steers the descent. ``batch_size`` is global: the shards split it."""

    cost: CostName | None = None
    """What is minimized. Null means cross_entropy, binary_cross_entropy for several labels a row, or mean_squared_error
    for a regression."""
    optimizer: OptimizerSpec = Field(default=Adam(), examples=[{"name": "adam", "learning_rate": 0.001}])
    """What makes an update of a gradient."""
    schedule: ScheduleSpec = Field(default=Constant(), examples=[{"name": "cosine"}])
    """What the learning rate is multiplied by as training goes on."""
    update_order: UpdateOrder = "simultaneous"
    """Whether all layers are adjusted at once, or one at a time, the batch passing again after each."""
    batch_size: int = Field(default=256, ge=1, le=1_000_000_000)
    """Rows of a step, over all shards; the number of training rows or more is full-batch descent."""
    max_epochs: int = Field(default=20, ge=1, le=10_000_000)
    """The total, also after a resume or a fork."""
    shuffle: bool = True
    """Whether every epoch has the rows in another order."""
    seed: int = Field(default=0, ge=0, lt=2**63)
    """Of everything that is random: first weights, order of the rows, dropout, rows held back."""
    l1: float = Field(default=0.0, ge=0.0, le=1000.0)
    """Adds l1 Σ |w| over all weights, not biases, to the cost."""
    l2: float = Field(default=0.0, ge=0.0, le=1000.0)
    """Adds l2 / 2 Σ w² over all weights, not biases, to the cost."""
    clip_norm: float | None = Field(default=None, gt=0.0)
    """A gradient of a larger norm is scaled down to this one. Null: none is."""
    class_weight: dict[str, PositiveWeight] | Literal["balanced"] | None = Field(
        default=None, examples=["balanced", {"cat": 2.0, "dog": 1.0}]
    )
    """A weight for each class by its label, where one that is not named has 1, or ``balanced``: rows / (classes × rows
    of the class). Null: all count alike. Not for several labels a row, which is of as many classes as there are
    targets."""
    dtype: Literal["float32", "float64"] = "float32"
    """Of weights and gradients; costs are added in float64."""
