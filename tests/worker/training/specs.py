"""What a job may ask for, drawn at random: specs, tables that suit them, and first weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from models.spec.network import ActivationName, InitializerName
from models.spec.training import UpdateOrder
from tests.support.gang_of_one import with_ones
from worker.training.prepared import Prepared

REGRESSIONS = ["mean_squared_error", "mean_absolute_error", "huber"]
NO_COST_FALLS_BY = 1000.0
"""As a ``min_delta`` it makes every epoch but the first one that did not improve."""

_DECAY, _EPSILON = st.floats(0.0, 0.99), st.floats(1e-10, 1e-2)
_MOMENTS = {"beta1": _DECAY, "beta2": st.floats(0.5, 0.9999), "epsilon": _EPSILON}
OPTIMIZERS: dict[str, dict[str, st.SearchStrategy[float]]] = {
    "sgd": {},
    "momentum": {"momentum": _DECAY},
    "nesterov": {"momentum": _DECAY},
    "rmsprop": {"decay": _DECAY, "epsilon": _EPSILON},
    "adagrad": {"epsilon": _EPSILON},
    "adam": _MOMENTS,
    "adamw": {**_MOMENTS, "weight_decay": st.floats(0.0, 1.0)},
}
"""With their own settings."""


class Job(NamedTuple):
    """A spec but for its dataset, the data, the labels of its outputs, and the seed of its first weights."""

    document: dict[str, Any]
    data: Prepared
    labels: list[int]
    warm_start: int | None
    """None for the initializer's; else they are drawn as an earlier job might have left them."""


def choices(literal: Any) -> st.SearchStrategy[str]:
    return st.sampled_from(literal.__args__)


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    """Any job of a few dozen rows."""
    cost = draw(st.sampled_from(["cross_entropy", "cross_entropy", "binary_cross_entropy", *REGRESSIONS]))
    outputs = draw(st.integers(2, 12) if cost == "cross_entropy" else st.integers(1, 4))
    labels = [] if cost in REGRESSIONS else list(range(max(2, outputs)))
    several = cost == "binary_cross_entropy" and outputs > 1
    validation_rows = draw(st.just(0) | st.integers(1, 300))
    document = {
        "task": "classification" if labels else "regression",
        "target": several_labels(outputs) if several else "label",
        "shards": draw(st.integers(1, 8)),
        "network": draw(_networks()),
        "training": draw(_trainings(cost, weighs_classes=bool(labels) and not several)),
        "validation": {"fraction": 0.1} if validation_rows else None,
        "stopping": draw(_stopping(cost, validated=validation_rows > 0)),
    }
    data = table(
        draw(st.integers(1, 120)),
        draw(st.integers(1, 30)),
        cost,
        outputs,
        document["training"]["dtype"],
        validation_rows=validation_rows,
        weighted=draw(st.booleans()),
    )
    return Job(document, data, labels, draw(st.none() | st.integers(0, 9)))


def _networks() -> st.SearchStrategy[dict[str, Any]]:
    layers = st.fixed_dictionaries(
        {"units": st.integers(1, 40), "activation": choices(ActivationName), "dropout": st.sampled_from([0.0, 0.3])}
    )
    return st.fixed_dictionaries({"hidden": st.lists(layers, max_size=3), "initializer": choices(InitializerName)})


def several_labels(count: int) -> list[str]:
    """Names of so many targets."""
    return [f"label_{number}" for number in range(count)]


def _trainings(cost: str, *, weighs_classes: bool) -> st.SearchStrategy[dict[str, Any]]:
    class_weights = [None, "balanced", {"1": 3.0}] if weighs_classes else [None]
    return st.fixed_dictionaries(
        {
            "cost": st.just(cost),
            "optimizer": _optimizers(),
            "schedule": _schedules(),
            "update_order": choices(UpdateOrder),
            "batch_size": st.integers(1, 80),
            "max_epochs": st.integers(1, 6),
            "shuffle": st.booleans(),
            "seed": st.integers(0, 9),
            "l1": st.just(0.0) | st.floats(1e-4, 0.1),
            "l2": st.just(0.0) | st.floats(1e-4, 0.1),
            "clip_norm": st.none() | st.floats(0.05, 5.0),
            "class_weight": st.sampled_from(class_weights),
            "dtype": st.sampled_from(["float32", "float64"]),
        }
    )


def _optimizers() -> st.SearchStrategy[dict[str, Any]]:
    return _one_of(OPTIMIZERS, learning_rate=st.floats(1e-4, 0.2))


def _schedules() -> st.SearchStrategy[dict[str, Any]]:
    """Settings under which a run of a few epochs is long enough to see the rate change."""
    factor = st.floats(0.1, 0.9)
    return _one_of(
        {
            "constant": {},
            "step": {"every_epochs": st.integers(1, 2), "factor": factor},
            "exponential": {"factor": factor},
            "cosine": {"floor": st.floats(0.0, 0.9)},
            "warm_up": {"epochs": st.floats(0.1, 4.0)},
            "one_cycle": {
                "rise": st.floats(0.1, 0.9),
                "start_divisor": st.floats(1.0, 50.0),
                "end_divisor": st.floats(1.0, 1000.0),
            },
            "reduce_on_plateau": {
                "factor": factor,
                "epochs": st.just(1),
                "min_delta": st.sampled_from([NO_COST_FALLS_BY, NO_COST_FALLS_BY, 0.0]),
            },
        }
    )


def _one_of(
    settings: Mapping[str, Mapping[str, st.SearchStrategy[Any]]], **of_all: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the names, with its own settings."""
    return st.one_of(st.fixed_dictionaries({"name": st.just(name), **of_all, **own}) for name, own in settings.items())


def _stopping(cost: str, *, validated: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Rules that some of these runs meet and others do not."""
    kind = "validation" if validated else "train"
    targets = [{"metric": f"{kind}_cost", "value": 1.5}]
    if cost not in REGRESSIONS:
        targets += [{"metric": f"{kind}_certainty", "value": 0.25}, {"metric": "train_accuracy", "value": 0.3}]
    return st.fixed_dictionaries(
        {
            "target": st.none() | st.sampled_from(targets),
            "patience": st.none()
            | st.fixed_dictionaries(
                {
                    "metric": st.just(f"{kind}_cost"),
                    "epochs": st.integers(1, 2),
                    "min_delta": st.sampled_from([0.0, 0.05]),
                }
            ),
            "gradient_norm": st.sampled_from([None, 1.0]),
        }
    )


def table(
    rows: int, inputs: int, cost: str, outputs: int, dtype: str, *, validation_rows: int, weighted: bool = False
) -> Prepared:
    """Random rows with targets that suit the cost, and as many more for validation as are asked for."""
    random = np.random.default_rng(rows * 1000 + inputs)
    both = rows + validation_rows
    x = with_ones(random.standard_normal((both, inputs)).astype(dtype))
    if cost == "cross_entropy":
        y = random.integers(0, outputs, both).astype(np.intp)
    elif cost == "binary_cross_entropy":
        y = random.integers(0, 2, (both, outputs)).astype(dtype)
    else:
        y = random.standard_normal((both, outputs)).astype(dtype)
    weight = random.integers(0, 3, rows).astype(dtype) if weighted else None
    return Prepared(x[:rows], y[:rows], x[rows:], y[rows:], weight)
