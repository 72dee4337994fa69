"""What the trace of backpropagation answers."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from models.spec.training import UpdateOrder
from service.openapi.payloads import Number, Payload
from service.openapi.result_payloads import Prediction


class Input(Payload):
    """One input of the network: a column, standardized, or one level of it."""

    name: str
    value: Number


class Histogram(Payload):
    """So many weights between each edge and the next."""

    edges: list[Number]
    counts: list[int]


class TracedLayer(Payload):
    """One layer: means over the rows of its first units, the rest of all of it; dead are hidden units at zero."""

    layer: int
    activation: str
    units: int
    outputs: list[Number]
    deltas: list[Number]
    dead_share: Number
    gradient_rms: Number = Field(description="before clipping, at the weights the layer is adjusted from")
    clip_factor: Number = Field(description="what clip_norm scaled the gradient by for the update; 1 where it did not")
    update_rms: Number
    impact: Number = Field(description="the cost before the layer's adjustment minus after it; null for all at once")
    weight_rms: Number
    histogram: Histogram


class Adjustment(Payload):
    """A weight with a steep gradient: what adjusting it alone does to cost and penalty, to first order and measured.

    Gradient and measurement are at the weights as they are when its layer is adjusted.
    """

    model_config = ConfigDict(populate_by_name=True)

    layer: int
    source: str | int = Field(alias="from", description="an input's name, a unit below, or bias")
    to: int
    weight: Number
    gradient: Number = Field(description="of the cost and of the l1 and l2 penalty, before clipping")
    update: Number
    first_order: Number
    measured: Number


class TracedBatch(Payload):
    """Whose batch it is, and what its step recorded as its cost: null if that step was not done."""

    epoch: int
    beyond_the_end: bool = Field(description="the job ends before this step: it shows what one more would do")
    shards: int
    weight: Number = Field(description="the sum of the rows' weights")
    dropout: bool = Field(description="whether the step's masks were applied")
    recorded_cost: Number


class Backprop(Payload):
    """Rows of the dataset, or a step's batch, on their way through a kept state, and back."""

    job: str
    step: int
    row: int | None = Field(description="null for a batch")
    rows: int
    row_numbers: list[int] = Field(description="of the rows whose predictions and targets are listed")
    batch: TracedBatch | None
    cost: Number
    cost_after: Number = Field(description="of the same rows after the whole update")
    gradient_norm: Number = Field(description="before clipping, as in the history")
    update_order: UpdateOrder
    layer_order: list[int] | None = Field(description="the layers as they are adjusted; null for all at once")
    inputs: list[Input]
    layers: list[TracedLayer]
    output_names: list[str] = Field(description="what each output is for: a class, or a target")
    predictions: list[Prediction]
    targets: list[Any]
    adjustments: list[Adjustment]
