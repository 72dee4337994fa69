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
    """Null follows from the task."""
    optimizer: OptimizerSpec = Field(default=Adam(), examples=[{"name": "adam", "learning_rate": 0.001}])
    schedule: ScheduleSpec = Field(default=Constant(), examples=[{"name": "cosine"}])
    update_order: UpdateOrder = "simultaneous"
    batch_size: int = Field(default=256, ge=1, le=1_000_000_000)
    max_epochs: int = Field(default=20, ge=1, le=10_000_000)
    """The total, also after a resume or a fork."""
    shuffle: bool = True
    seed: int = Field(default=0, ge=0, lt=2**63)
    l1: float = Field(default=0.0, ge=0.0, le=1000.0)
    l2: float = Field(default=0.0, ge=0.0, le=1000.0)
    clip_norm: float | None = Field(default=None, gt=0.0)
    class_weight: dict[str, PositiveWeight] | Literal["balanced"] | None = Field(
        default=None, examples=["balanced", {"cat": 2.0, "dog": 1.0}]
    )
    """A weight for each class by its label, or ``balanced``: rows / (classes × rows of the class).

    Not for several labels a row: a row is then of as many classes as there are targets."""
    dtype: Literal["float32", "float64"] = "float32"
