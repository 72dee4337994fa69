"""What a job may ask for, drawn at random: specs, tables that suit them, and first weights."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from models.spec.network import ActivationName, InitializerName
from models.spec.training import UpdateOrder
from tests.support.gang_of_one import with_ones
from worker.training.prepared import Prepared

OPTIMIZERS = ["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw"]
SCHEDULES = ["constant", "step", "exponential", "cosine", "warm_up", "one_cycle", "reduce_on_plateau"]
REGRESSIONS = ["mean_squared_error", "mean_absolute_error", "huber"]


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
    validation = draw(st.sampled_from([None, {"fraction": 0.1}]))
    document = {
        "task": "classification" if labels else "regression",
        "target": several_labels(outputs) if several else "label",
        "shards": draw(st.integers(1, 8)),
        "network": draw(_networks()),
        "training": draw(_trainings(cost, weighs_classes=bool(labels) and not several)),
        "validation": validation,
        "stopping": draw(_stopping(cost, validated=validation is not None)),
    }
    data = table(
        draw(st.integers(1, 120)),
        draw(st.integers(1, 30)),
        cost,
        outputs,
        document["training"]["dtype"],
        validated=validation is not None,
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
            "optimizer": st.fixed_dictionaries({"name": st.sampled_from(OPTIMIZERS)}),
            "schedule": st.fixed_dictionaries({"name": st.sampled_from(SCHEDULES)}),
            "update_order": choices(UpdateOrder),
            "batch_size": st.integers(1, 80),
            "max_epochs": st.integers(1, 4),
            "shuffle": st.booleans(),
            "seed": st.integers(0, 9),
            "l1": st.sampled_from([0.0, 0.01]),
            "l2": st.sampled_from([0.0, 0.01]),
            "clip_norm": st.sampled_from([None, 0.1]),
            "class_weight": st.sampled_from(class_weights),
            "dtype": st.sampled_from(["float32", "float64"]),
        }
    )


def _stopping(cost: str, *, validated: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Rules that some of these runs meet and others do not."""
    kind = "validation" if validated else "train"
    targets = [{"metric": f"{kind}_cost", "value": 1.5}]
    if cost not in REGRESSIONS:
        targets += [{"metric": f"{kind}_certainty", "value": 0.25}, {"metric": "train_accuracy", "value": 0.3}]
    return st.fixed_dictionaries(
        {
            "target": st.none() | st.sampled_from(targets),
            "patience": st.none() | st.sampled_from([{"metric": f"{kind}_cost", "epochs": 1, "min_delta": 0.05}]),
            "gradient_norm": st.sampled_from([None, 1.0]),
        }
    )


def table(
    rows: int, inputs: int, cost: str, outputs: int, dtype: str, *, validated: bool, weighted: bool = False
) -> Prepared:
    """Random rows with targets that suit the cost; a tenth of them are for validation too."""
    random = np.random.default_rng(rows * 1000 + inputs)
    x = with_ones(random.standard_normal((rows, inputs)).astype(dtype))
    if cost == "cross_entropy":
        y = random.integers(0, outputs, rows).astype(np.intp)
    elif cost == "binary_cross_entropy":
        y = random.integers(0, 2, (rows, outputs)).astype(dtype)
    else:
        y = random.standard_normal((rows, outputs)).astype(dtype)
    weight = random.integers(0, 3, rows).astype(dtype) if weighted else None
    held_back = max(1, rows // 10) if validated else 0
    return Prepared(x, y, x[:held_back], y[:held_back], weight)
