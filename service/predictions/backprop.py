"""Backpropagation made visible: rows of a job's dataset on their way through one of its kept states."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifacts import ArtifactStore
from models.errors import Fault, ValidationFailed
from models.records import Dataset
from models.spec import JobSpec, parse_spec
from models.tabular import Preprocessing
from service.predictions.prediction import network_of
from service.predictions.trained import Trained
from worker.backprop import Layout, Network, make_optimizer, make_penalty, make_schedule
from worker.backprop.trace import Adjustment, Rule, Trace, trace

MOST_TRACED = 1024
"""Rows of one trace."""
MOST_UNITS = 1024
"""Units of a layer that are listed one by one."""
MOST_WEIGHTS = 100
"""Weights that are looked at one by one."""
_BINS = 20

Array = NDArray[Any]


def trace_rows(
    trained: Trained, dataset: Dataset, store: ArtifactStore, row: int, rows: int, limit: int, top: int
) -> dict[str, Any]:
    """The trace of the dataset's rows [row, row + rows), as JSON.

    Dropout and the weights of rows and classes are left out: each row counts once. Of wide layers the first ``limit``
    units are listed; the figures of a layer are of all of it.

    Raises:
        ValidationFailed: there are no such rows, or one of them cannot be used.
        ArtifactMissing: the dataset's file is gone.
    """
    x, y, preprocessing = _read(trained, dataset, store, row, rows)
    spec = parse_spec(trained.spec)
    network = network_of(spec, trained)
    found = trace(network, trained.parameters, x, y, _rule(spec, network, trained), top)
    names = preprocessing.input_names
    return {
        "job": trained.job_id,
        "step": trained.step,
        "row": row,
        "rows": len(x),
        "cost": _number(found.cost),
        "inputs": [
            {"name": name, "value": _number(value)}
            for name, value in zip(names[:limit], x.mean(axis=0, dtype=np.float64), strict=False)
        ],
        "layers": [_layer(network, spec, trained.parameters, found, i, limit) for i in range(network.layout.layers)],
        "predictions": preprocessing.decode_outputs(found.outputs[:limit]),
        "targets": preprocessing.decode_target(y[:limit]),
        "adjustments": [_adjustment(network.layout, names, trained.parameters, item) for item in found.adjustments],
    }


def _read(
    trained: Trained, dataset: Dataset, store: ArtifactStore, row: int, rows: int
) -> tuple[Array, Array, Preprocessing]:
    """The inputs (n, inputs) and the targets of the wanted rows."""
    if row + rows > dataset.rows:
        message = f"the dataset has the rows 0 to {dataset.rows - 1}; asked for {row} to {row + rows - 1}"
        raise ValidationFailed([Fault("/query/row", message, "not_in_range")])
    matrix = np.load(store.local_path(dataset.artifact), mmap_mode="r", allow_pickle=False)
    block = np.array(matrix[row : row + rows])
    preprocessing = Preprocessing.from_json(trained.preprocessing)
    x = preprocessing.transform(block, dataset.columns).astype(trained.dtype)
    y = preprocessing.encode_target(block, dataset.columns)
    return x, y if y.dtype == np.intp else y.astype(trained.dtype), preprocessing


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
        "update_rms": _rms(found.update[part]),
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


def _rms(values: Array) -> float | None:
    return _number(np.sqrt(np.square(values, dtype=np.float64).mean()))


def _numbers(values: Array) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: Any) -> float | None:
    """JSON has no infinity and no NaN."""
    return float(value) if np.isfinite(value) else None
