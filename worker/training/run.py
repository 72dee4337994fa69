"""A run bound to a segment: everything the training loop calls, with its views of the shared memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from models.checkpoint_file import RunState
from models.errors import ValidationFailed
from models.spec import JobSpec, step_columns
from models.spec.class_weights import class_weight_faults
from models.spec.metrics import known_metrics
from models.spec.sample_weights import sample_weight_faults
from models.tabular.classes import label_text
from models.tabular.values import Value
from worker.backprop import Layout, Network, ShardPass, initialize, make_optimizer, make_penalty, make_schedule
from worker.backprop.buffers import Buffers
from worker.backprop.gradient_norm import norm_blocks
from worker.backprop.row_weights import row_weights
from worker.backprop.steps import Steps, shard_rows
from worker.gang.exchange import Exchange, publishes
from worker.gang.gang import Gang, own_cut
from worker.gang.segment import SegmentShape
from worker.training.batches import Batches
from worker.training.prepared import Prepared
from worker.training.progress import Progress

_EVALUATION_ROWS = (64, 1024)
_EVALUATION_ELEMENTS = 1 << 17
"""Of all layers together in one forward pass of the test: half a MiB of float32, which stays near the core."""


class Blueprint:
    """What follows from spec and data alone, the same for every worker.

    Args:
        spec: resolved.
        data: what to train and to test on.
        n_outputs: of the network.
        labels: the classes by code; of several targets the one of each that its output is the probability of.
    """

    def __init__(self, spec: JobSpec, data: Prepared, n_outputs: int, labels: Sequence[Value]) -> None:
        self.spec, self.data = spec, data
        training, hidden = spec.training, spec.network.hidden
        assert training.cost is not None, "a resolved spec names its cost"
        widths = (data.inputs, *(layer.units for layer in hidden), n_outputs)
        self.network = Network(
            widths=widths,
            activations=tuple(layer.activation for layer in hidden),
            output=_OUTPUT[training.cost],
            cost=training.cost,
            dropout=tuple(layer.dropout for layer in hidden),
            dtype=training.dtype,
            seed=training.seed,
        )
        self.layout = Layout(widths)
        self.optimizer = make_optimizer(**training.optimizer.model_dump())
        self.plan = Steps(
            len(data.train_x), min(training.batch_size, len(data.train_x)), training.max_epochs, spec.shards
        )
        self.labels = tuple(labels)
        texts = [label_text(label) for label in labels]
        if faults := class_weight_faults(spec, texts):  # a table too large to be looked at when the job came
            raise ValidationFailed(faults)
        weights = row_weights(training.class_weight, texts, data.train_y, data.train_weight)
        self.weights = None if weights is None else weights.astype(training.dtype)
        if self.weights is not None and (faults := sample_weight_faults(spec, float(self.weights.sum()))):
            raise ValidationFailed(faults)
        self.epoch_columns = ("seconds", *known_metrics(spec, len(labels)), "learning_rate", "gradient_norm")

    def initial_state(self) -> RunState:
        """The state before the first step, without its numbers."""
        return RunState(
            step=0,
            widths=self.network.widths,
            dtype=self.spec.training.dtype,
            slots=self.optimizer.slot_names,
            has_best=True,
            progress=Progress().to_json(),
        )

    def initial_parameters(self) -> Any:
        """The parameters before the first step."""
        return initialize(self.network, self.spec.network.initializer, self.spec.training.seed)

    def segment_shape(self) -> SegmentShape:
        """How much shared memory the run takes, and how it is laid out."""
        layers = [self.layout.layer(index) for index in range(len(self.network.widths) - 1)]
        return SegmentShape(
            shards=self.spec.shards,
            parameters=self.layout.size,
            published=self.layout.pitched_size,
            norm_blocks=sum(norm_blocks(layer.start, layer.stop) for layer in layers),
            slots=len(self.optimizer.slot_names),
            dtype=self.spec.training.dtype,
            tested_rows=self.data.tested_rows,
            outputs=self.network.widths[-1],
            step_columns=len(step_columns(self.spec)),
            epoch_columns=len(self.epoch_columns),
        )


class Run:
    """One member's part of a run in a generation.

    Args:
        blueprint: what is trained.
        gang: whose segment the views are of, and whose place decides which shards and which cut are this member's.
        state: of the run when the generation began.
    """

    def __init__(self, blueprint: Blueprint, gang: Gang, state: RunState) -> None:
        self.blueprint, self.state, self._gang = blueprint, state, gang
        self.spec, self.data, self.plan = blueprint.spec, blueprint.data, blueprint.plan
        self.network, self.epoch_columns = blueprint.network, blueprint.epoch_columns
        self.progress = Progress(**state.progress)
        segment, place, training = gang.segment, gang.place, self.spec.training
        size = blueprint.layout.size
        self.cut = own_cut(0, size, place.rank, place.size)
        self.batches = Batches(
            self.plan,
            self.data.train_x,
            self.data.train_y,
            blueprint.weights,
            first_shard=place.first_shard,
            last_shard=place.last_shard,
            seed=training.seed,
            shuffle=training.shuffle,
        )
        shards = range(place.first_shard, place.last_shard)
        most_rows = max(_most_rows(self.plan, shard) for shard in shards)
        buffers = Buffers(self.network, max(1, most_rows))  # one memory for all of them: they pass one after the other
        self.parameters_in_use, matrices = _matrices_to_read(gang, blueprint.layout)
        """What the passes read: here all of it is this process's to touch anyway."""
        self.passes = {
            shard: ShardPass(self.network, matrices, segment.gradients[shard], most_rows, buffers=buffers)
            for shard in shards
        }
        tested_at_once = evaluation_rows(self.network, self.data.tested_rows, self.spec.shards)
        self.evaluator = ShardPass(self.network, matrices, None, tested_at_once)
        self._schedule = make_schedule(
            **training.schedule.model_dump(),
            steps_per_epoch=self.plan.steps_per_epoch,
            steps_total=self.plan.steps_total,
        )
        self._base_rate: float = training.optimizer.learning_rate
        self._factor = segment.factor

    def exchange_over(self, start: int, stop: int, norms: NDArray[Any]) -> Exchange:
        """This member's part in updating the parameters [start, stop): the whole network, or one layer."""
        training, blueprint = self.spec.training, self.blueprint
        penalty = make_penalty(blueprint.layout, l1=training.l1, l2=training.l2)
        return Exchange(self._gang, blueprint.optimizer, penalty, start, stop, norms, clip_norm=training.clip_norm)

    def learning_rate(self, step: int, epoch: int) -> float:
        """Of a step, counted from 0."""
        return self._base_rate * self._schedule(step, epoch) * self._factor[0]

    def state_at(self, step: int, seconds: float) -> RunState:
        """The run's state beside its numbers. For the leader."""
        return replace(self.state, step=step, seconds=seconds, progress=self.progress.to_json())


def _matrices_to_read(gang: Gang, layout: Layout) -> tuple[NDArray[Any], list[NDArray[Any]]]:
    """A vector of the segment and each layer's matrix in it: where this gang's passes find the parameters."""
    segment, layers = gang.segment, range(layout.layers)
    if publishes(gang, layout):
        return segment.published, [layout.pitched_matrix(index, segment.published) for index in layers]
    return segment.parameters, [layout.matrix(index, segment.parameters) for index in layers]


def evaluation_rows(network: Network, tested_rows: int, shards: int) -> int:
    """Rows of one forward pass of the test: few enough that every member has some of a small test.

    It belongs to the numeric contract, another shape has other bits: so it follows from the job alone.
    """
    least, rows = _EVALUATION_ROWS
    while rows > least and rows * sum(network.widths[1:]) > _EVALUATION_ELEMENTS:
        rows //= 2
    return max(least, min(rows, -(-tested_rows // shards)))


_OUTPUT: dict[str, str] = {
    "cross_entropy": "softmax",
    "binary_cross_entropy": "sigmoid",
    "mean_squared_error": "linear",
    "mean_absolute_error": "linear",
    "huber": "linear",
}


def _most_rows(plan: Steps, shard: int) -> int:
    """The most rows of the shard in any batch."""
    ragged = plan.rows % plan.batch_size or plan.batch_size
    ranges = [shard_rows(rows, shard, plan.shards) for rows in (plan.batch_size, ragged)]
    return max(stop - start for start, stop in ranges)
