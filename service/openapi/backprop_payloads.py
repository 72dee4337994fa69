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
    """The column, or column and level."""
    value: Number
    """The mean over the rows."""


class Histogram(Payload):
    """So many weights between each edge and the next."""

    edges: list[Number]
    """One more than counts."""
    counts: list[int]
    """Of weights."""


class TracedLayer(Payload):
    """One layer: means over the rows of its first units, the rest of all of it; dead are hidden units at zero."""

    layer: int
    """From 0, the one next to the inputs."""
    activation: str
    """The function of its outputs."""
    units: int
    """All it has."""
    outputs: list[Number]
    """Of its first units, means over the rows."""
    deltas: list[Number]
    """∂cost/∂z of its first units, means over the rows."""
    dead_share: Number
    """Of its units, those at zero for every row; null for the output layer."""
    gradient_rms: Number
    """Before clipping, at the weights the layer is adjusted from."""
    clip_factor: Number
    """What clip_norm scaled the gradient by for the update; 1 where it did not."""
    update_rms: Number
    """Root mean square over its weights and biases."""
    impact: Number
    """The cost before the layer's adjustment minus after it; null for all at once."""
    weight_rms: Number
    """Root mean square over its weights."""
    histogram: Histogram
    """Of its weights."""


class Adjustment(Payload):
    """A weight with a steep gradient: what adjusting it alone does to cost and penalty, to first order and measured.

    Gradient and measurement are at the weights as they are when its layer is adjusted.
    """

    model_config = ConfigDict(populate_by_name=True)

    layer: int
    """From 0."""
    source: str | int = Field(alias="from")
    """An input's name, a unit below, or bias."""
    to: int
    """A unit of the layer."""
    weight: Number
    """As it is."""
    gradient: Number
    """Of the cost and of the l1 and l2 penalty, before clipping."""
    update: Number
    """What the optimizer adds to it."""
    first_order: Number
    """Gradient times update."""
    measured: Number
    """The cost and penalty after adjusting it alone, minus those before."""


class TracedBatch(Payload):
    """Whose batch it is, and what its step recorded as its cost: null if that step was not done."""

    epoch: int
    """From 1, that the step is of."""
    beyond_the_end: bool
    """The job ends before this step: it shows what one more would do."""
    shards: int
    """It is cut into."""
    weight: Number
    """The sum of the rows' weights."""
    dropout: bool
    """Whether the step's masks were applied."""
    recorded_cost: Number
    """As the history has it; null if the step was not done."""


class Backprop(Payload):
    """Rows of the dataset, or a step's batch, on their way through a kept state, and back."""

    job: str
    """Its id."""
    step: int
    """Of the kept state."""
    row: int | None
    """Null for a batch."""
    rows: int
    """That were traced."""
    row_numbers: list[int]
    """Of the rows whose predictions and targets are listed."""
    batch: TracedBatch | None
    """Null for rows that were picked."""
    cost: Number
    """The mean over the rows, without the penalty."""
    cost_after: Number
    """Of the same rows after the whole update."""
    gradient_norm: Number
    """Before clipping, as in the history."""
    update_order: UpdateOrder
    """As in the spec."""
    layer_order: list[int] | None
    """The layers as they are adjusted; null for all at once."""
    inputs: list[Input]
    """The first ones."""
    layers: list[TracedLayer]
    """From the inputs on."""
    output_names: list[str]
    """What each output is for: a class, or a target."""
    predictions: list[Prediction]
    """Of the rows that are listed, nothing dropped."""
    targets: list[Any]
    """Of the rows that are listed."""
    adjustments: list[Adjustment]
    """The steepest first."""
