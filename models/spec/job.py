"""The whole spec of a job."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from models.spec.base import SpecPart
from models.spec.network import NetworkSpec
from models.spec.stopping import StoppingSpec
from models.spec.training import TrainingSpec

MAX_NAME = 200
"""Characters."""

Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
Label = Annotated[str, Field(max_length=200)]

MAX_SHARDS = 64
"""Each shard has a gradient of its own in memory."""


def _at_most_64(labels: dict[str, Any]) -> dict[str, Any]:
    if len(labels) > 64:
        raise ValueError("at most 64 labels")
    return labels


class PreprocessingSpec(SpecPart):
    """What is learnt on the training rows and applied to every row."""

    standardize: bool = True
    """Whether features of numbers get mean 0 and variance 1 over the training rows."""


class WorkersSpec(SpecPart):
    """How many workers may serve the job: capacity only, the result does not depend on it."""

    min: int = Field(default=1, ge=1)
    """So many a job of higher priority leaves it; it runs with fewer all the same."""
    max: int | None = Field(default=None, ge=1)
    """Null means as many as there are shards."""

    @model_validator(mode="after")
    def _ordered(self) -> WorkersSpec:
        if self.max is not None and self.max < self.min:
            raise ValueError(f"max ({self.max}) is less than min ({self.min})")
        return self


class ValidationSpec(SpecPart):
    """The rows that are held back from training: a fraction of the dataset, or all rows of another one."""

    fraction: float | None = Field(default=None, gt=0.0, lt=1.0)
    """The share of the rows; null where a dataset is named."""
    dataset: str | None = None
    """The id of the other dataset; null where a fraction is given."""

    @model_validator(mode="after")
    def _one_of_them(self) -> ValidationSpec:
        if (self.fraction is None) == (self.dataset is None):
            raise ValueError('give either "fraction" or "dataset", or null for no validation')
        return self


class CheckpointsSpec(SpecPart):
    """How often the state is made safe on disk, and how many of the last ones are kept."""

    every_seconds: float = Field(default=10.0, ge=0.1)
    """Seconds of training between two."""
    keep_last: int = Field(default=3, ge=1, le=1000)
    """The first and the last one are kept beside these."""


class WarmStartSpec(SpecPart):
    """Begin from the weights of an earlier job instead of random ones; the optimizer begins anew."""

    job: str
    """Its id."""
    step: int | None = Field(default=None, ge=0)
    """Of one of its kept checkpoints; null means the newest."""
    best: bool = False
    """Whether to take the best weights that the checkpoint knows, if it knows any, instead of those of its step."""


class JobSpec(SpecPart):
    """What a user asks for."""

    name: Name | None = None
    """For people; null means task and target."""
    dataset: str
    """The id of the table to train on."""
    task: Literal["classification", "regression"] = "classification"
    """What the target is: one of several classes, or a quantity."""
    target: str | Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        examples=["label", ["comedy", "drama"]]
    )
    """The column to predict, or several: of a regression numbers, of a classification labels a row has or has not."""
    features: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = Field(
        default=None, examples=[["width", "height"]]
    )
    """The columns to predict from; null means all others."""
    sample_weight: str | None = None
    """The column of numbers that says how much each training row counts; null means once each."""
    network: NetworkSpec = Field(default=NetworkSpec(), examples=[{"hidden": [{"units": 64}, {"units": 32}]}])
    """The hidden layers; one of 128 units by default."""
    training: TrainingSpec = Field(default=TrainingSpec(), examples=[{"batch_size": 256, "max_epochs": 20}])
    """How it is trained."""
    preprocessing: PreprocessingSpec = Field(default=PreprocessingSpec(), examples=[{"standardize": True}])
    """What becomes of the columns."""
    shards: int = Field(default=4, ge=1, le=MAX_SHARDS)
    """Parts that every batch is cut into, each computed by itself: they, never the workers, decide the bits."""
    workers: WorkersSpec = Field(default=WorkersSpec(), examples=[{"min": 1, "max": 4}])
    """How many serve the job."""
    mixed_hardware: bool = False
    """Whether workers whose arithmetic differs from that of those who began the job may go on with it. Then its bits
    depend on who served it."""
    validation: ValidationSpec | None = Field(
        default=ValidationSpec(fraction=0.1), examples=[{"fraction": 0.1}, {"dataset": "ds_…"}, None]
    )
    """Null holds no rows back."""
    stopping: StoppingSpec = Field(
        default=StoppingSpec(), examples=[{"patience": {"metric": "validation_cost", "epochs": 10}}]
    )
    """What may end the job before its last epoch; nothing by default."""
    checkpoints: CheckpointsSpec = Field(default=CheckpointsSpec(), examples=[{"every_seconds": 10.0, "keep_last": 3}])
    """How often the state is kept."""
    max_restarts: int = Field(default=3, ge=0, le=1000)
    """Attempts in a row without a step of progress that are made up for; one more, and the job fails."""
    priority: int = Field(default=0, ge=-1000, le=1000)
    """The higher, the sooner."""
    warm_start: WarmStartSpec | None = Field(default=None, examples=[{"job": "job_…"}])
    """Null begins with random weights."""
    labels: Annotated[dict[Name, Label], AfterValidator(_at_most_64)] = Field(
        default_factory=dict, examples=[{"team": "trees"}]
    )
    """Words of your own to find jobs by, at most 64."""

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns to predict."""
        return (self.target,) if isinstance(self.target, str) else self.target

    @property
    def pointed_targets(self) -> list[tuple[str, str]]:
        """The columns to predict, each after the JSON pointer of its name."""
        if isinstance(self.target, str):
            return [("/target", self.target)]
        return [(f"/target/{index}", name) for index, name in enumerate(self.target)]

    @property
    def several_labels(self) -> bool:
        """Whether a row may have several labels at once: a classification of two targets or more."""
        return self.task == "classification" and len(self.targets) > 1
