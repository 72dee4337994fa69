"""Backpropagation made visible: rows of a job's dataset on their way through one of its kept states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifacts import ArtifactStore
from models.records import Dataset
from models.spec import JobSpec, parse_spec
from models.tabular import Preprocessing
from models.tabular.classes import label_text
from service.predictions.prediction import network_of
from service.predictions.trace_limits import affordable_top
from service.predictions.traced_rows import TracedRows, consecutive_rows, next_batch, open_source
from service.predictions.trained import Trained
from worker.backprop import Layout, Network, make_optimizer, make_penalty, make_schedule
from worker.backprop.trace import Adjustment, Trace, trace
from worker.backprop.traced_step import Rule

MOST_UNITS = 1024
"""Units of a layer that are listed one by one."""
MOST_WEIGHTS = 100
"""Weights that are looked at one by one."""
_BINS = 20

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be traced.

    Attributes:
        row: the first of so many ``rows`` of the dataset; None for the batch of the step after the kept state.
        limit: units of a layer, and rows, that are listed.
        top: weights that are looked at one by one; None for ten, or fewer where ten are too many.
    """

    row: int | None
    rows: int
    limit: int
    top: int | None


def trace_rows(
    trained: Trained, dataset: Dataset, store: ArtifactStore, look: Look, recorded_cost: float | None
) -> dict[str, Any]:
    """The trace, as JSON. The figures of a layer are of all of it, however few of its units are listed.

    Rows that are picked count once each, and nothing is dropped. A batch is what the step makes of it, with the
    weights of its rows and classes, its shards and its dropout: it has the cost that the step recorded.

    Raises:
        ValidationFailed: there are no such rows, one of them cannot be used, or they are too much work.
        ArtifactMissing: the dataset's file is gone.
    """
    spec, source = parse_spec(trained.spec), open_source(trained, dataset, store)
    preprocessing, limit = source.preprocessing, look.limit
    if look.row is None:
        rows = next_batch(source, trained, spec)
    else:
        rows = consecutive_rows(source, trained, look.row, look.rows)
    network = network_of(spec, trained, dropout=rows.epoch is not None)
    rule = _rule(spec, network, trained)
    is_batch = rows.epoch is not None
    top = affordable_top(look.top, len(rows.x), network.layout, rule.update_order, is_batch=is_batch)
    found = trace(network, trained.parameters, rows.x, rows.y, rule, top, weight=rows.weight, shards=rows.shards)
    names = preprocessing.input_names
    return {
        "job": trained.job_id,
        "step": trained.step,
        "row": look.row,
        "rows": len(rows.x),
        "row_numbers": rows.numbers[:limit].tolist(),
        "batch": _batch(rows, network, found, recorded_cost, spec.training.max_epochs),
        "cost": _number(found.cost),
        "cost_after": _number(found.cost_after),
        "gradient_norm": _number(found.gradient_norm),
        "update_order": rule.update_order,
        "layer_order": found.order,
        "inputs": [
            {"name": name, "value": _number(value)}
            for name, value in zip(names[:limit], rows.x.mean(axis=0, dtype=np.float64), strict=False)
        ],
        "layers": [_layer(network, spec, trained.parameters, found, i, limit) for i in range(network.layout.layers)],
        "output_names": output_names(preprocessing)[:limit],
        "predictions": preprocessing.decode_outputs(found.outputs[:limit]),
        "targets": preprocessing.decode_target(rows.y[:limit]),
        "adjustments": [_adjustment(network.layout, names, trained.parameters, item) for item in found.adjustments],
    }


def _batch(
    rows: TracedRows, network: Network, found: Trace, recorded_cost: float | None, max_epochs: int
) -> dict[str, Any] | None:
    """What is said of a batch alone."""
    if rows.epoch is None:
        return None
    return {
        "epoch": rows.epoch,
        "beyond_the_end": rows.epoch > max_epochs,
        "shards": rows.shards,
        "weight": _number(found.weight),
        "dropout": any(network.dropout),
        "recorded_cost": None if recorded_cost is None else _number(recorded_cost),
    }


def _rule(spec: JobSpec, network: Network, trained: Trained) -> Rule:
    training = spec.training
    per_epoch = max(1, trained.steps_total // training.max_epochs)
    schedule = make_schedule(
        **training.schedule.model_dump(), steps_per_epoch=per_epoch, steps_total=per_epoch * training.max_epochs
    )
    factor = schedule(trained.step, trained.step // per_epoch) * trained.progress.get("rate_factor", 1.0)
    return Rule(
        optimizer=make_optimizer(**training.optimizer.model_dump()),
        slots=trained.slots,
        penalty=make_penalty(network.layout, l1=training.l1, l2=training.l2),
        clip_norm=training.clip_norm,
        learning_rate=training.optimizer.learning_rate * factor,
        step=trained.step,
        update_order=training.update_order,
    )


def _layer(network: Network, spec: JobSpec, parameters: Array, found: Trace, i: int, limit: int) -> dict[str, Any]:
    """One layer: means over the rows for its first units, and figures of all of it."""
    hidden, part = i < network.hidden, network.layout.layer(i)
    a = found.activations[i] if hidden else found.outputs
    counts, edges = np.histogram(network.layout.weight(i, parameters), bins=_BINS)
    return {
        "layer": i,
        "activation": spec.network.hidden[i].activation if hidden else network.output,
        "units": network.widths[i + 1],
        "outputs": _numbers(a.mean(axis=0, dtype=np.float64)[:limit]),
        "deltas": _numbers(found.deltas[i].mean(axis=0, dtype=np.float64)[:limit]),
        "dead_share": float((a == 0).all(axis=0).mean()) if hidden else None,
        "gradient_rms": _rms(found.gradient[part]),
        "clip_factor": _number(found.clip_factors[i]),
        "update_rms": _rms(found.update[part]),
        "impact": None if found.impacts is None else _number(found.impacts[i]),
        "weight_rms": _rms(network.layout.weight(i, parameters)),
        "histogram": {"edges": _numbers(edges), "counts": counts.tolist()},
    }


def _adjustment(layout: Layout, names: list[str], parameters: Array, item: Adjustment) -> dict[str, Any]:
    """Where the weight leads from and to, and what adjusting it alone does."""
    i = next(i for i in range(layout.layers) if layout.layer(i).start <= item.index < layout.layer(i).stop)
    source, unit = divmod(item.index - layout.layer(i).start, layout.widths[i + 1])
    bias = source == layout.widths[i]
    return {
        "layer": i,
        "from": "bias" if bias else names[source] if i == 0 else source,
        "to": unit,
        "weight": _number(parameters[item.index]),
        "gradient": _number(item.gradient),
        "update": _number(item.update),
        "first_order": _number(item.first_order),
        "measured": _number(item.measured),
    }


def output_names(preprocessing: Preprocessing) -> list[str]:
    """What each output is for: a class (of two with one output, the second), or a target."""
    if preprocessing.classes is None:
        return list(preprocessing.targets)
    return [label_text(label) for label in preprocessing.classes][-preprocessing.n_outputs :]


def _rms(values: Array) -> float | None:
    return _number(np.sqrt(np.square(values, dtype=np.float64).mean()))


def _numbers(values: Array) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: Any) -> float | None:
    """JSON has no infinity and no NaN."""
    return float(value) if np.isfinite(value) else None
