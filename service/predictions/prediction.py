"""What a trained network says of rows it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.spec import JobSpec, parse_spec
from models.tabular import Preprocessing
from service.predictions.trained import Trained
from worker.backprop import Network, ShardPass
from worker.backprop.network import COSTS

_ROWS_AT_ONCE = 1024


def predict(trained: Trained, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """An answer a raw row: objects by column name, or arrays in the order of the features.

    Raises:
        ValidationFailed: naming the rows and columns that do not fit.
    """
    preprocessing = Preprocessing.from_json(trained.preprocessing)
    x = preprocessing.encode_rows(rows).astype(trained.dtype)
    network = network_of(parse_spec(trained.spec), trained)
    forward = ShardPass(network, np.array(trained.parameters), None, min(len(x), _ROWS_AT_ONCE))
    outputs = np.empty((len(x), network.outputs), network.numpy_dtype)
    with np.errstate(all="ignore"):
        for start in range(0, len(x), _ROWS_AT_ONCE):
            block = slice(start, start + _ROWS_AT_ONCE)
            forward.outputs(x[block], out=outputs[block])
    return preprocessing.decode_outputs(outputs)


def network_of(spec: JobSpec, trained: Trained, *, dropout: bool = False) -> Network:
    """The network that was trained; without dropout unless it is said: nothing is dropped when it is asked."""
    cost = spec.training.cost
    assert cost is not None, "a resolved spec names its cost"
    return Network(
        widths=trained.widths,
        activations=tuple(layer.activation for layer in spec.network.hidden),
        output=_output_for(cost),
        cost=cost,
        dropout=tuple(layer.dropout for layer in spec.network.hidden) if dropout else (),
        dtype=trained.dtype,
        seed=spec.training.seed,
    )


def _output_for(cost: str) -> str:
    return next(output for output, costs in COSTS.items() if cost in costs)
