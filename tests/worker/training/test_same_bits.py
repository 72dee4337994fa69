"""The law behind the promise: for any spec, a gang of any size ends with the same bits."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.spec.network import ActivationName, InitializerName
from models.spec.training import UpdateOrder
from tests.support.gang_of_one import with_ones
from tests.support.gang_of_processes import Crew
from worker.training.prepared import Prepared

MOST_MEMBERS = 3


@pytest.fixture(scope="module")
def crew():
    crew = Crew(MOST_MEMBERS)
    yield crew
    crew.stop()


def choices(literal):
    return st.sampled_from(literal.__args__)


@st.composite
def specs(draw):
    """A spec, but for its dataset."""
    layers = st.fixed_dictionaries(
        {"units": st.integers(1, 40), "activation": choices(ActivationName), "dropout": st.sampled_from([0.0, 0.3])}
    )
    optimizers = ["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw"]
    schedules = ["constant", "step", "exponential", "cosine", "warm_up", "one_cycle", "reduce_on_plateau"]
    return {
        "shards": draw(st.integers(1, 8)),
        "network": {"hidden": draw(st.lists(layers, max_size=3)), "initializer": draw(choices(InitializerName))},
        "training": {
            "cost": "cross_entropy",
            "optimizer": {"name": draw(st.sampled_from(optimizers))},
            "schedule": {"name": draw(st.sampled_from(schedules))},
            "update_order": draw(choices(UpdateOrder)),
            "batch_size": draw(st.integers(1, 80)),
            "max_epochs": draw(st.integers(1, 3)),
            "shuffle": draw(st.booleans()),
            "seed": draw(st.integers(0, 9)),
            "l1": draw(st.sampled_from([0.0, 0.01])),
            "l2": draw(st.sampled_from([0.0, 0.01])),
            "clip_norm": draw(st.sampled_from([None, 0.1])),
            "class_weight": draw(st.sampled_from([None, "balanced", {"1": 3.0}])),
            "dtype": draw(st.sampled_from(["float32", "float64"])),
        },
        "validation": draw(st.sampled_from([None, {"fraction": 0.1}])),
        "stopping": {"patience": draw(st.sampled_from([None, {"metric": "train_cost", "epochs": 1}]))},
    }


def several_labels(spec, labels):
    """The same spec for so many labels a row."""
    training = {**spec["training"], "cost": "binary_cross_entropy", "class_weight": None}
    return {**spec, "target": [f"label_{number}" for number in range(labels)], "training": training}


def data_for(rows, inputs, classes, dtype, *, validation, weighted=False, several=False):
    random = np.random.default_rng(rows * 1000 + inputs)
    x = with_ones(random.standard_normal((rows, inputs)).astype(dtype))
    y = random.integers(0, classes, rows).astype(np.intp)
    if several:
        y = random.integers(0, 2, (rows, classes)).astype(dtype)
    weight = random.integers(0, 3, rows).astype(dtype) if weighted else None
    held_back = max(1, rows // 10) if validation else 0
    return Prepared(x, y, x[:held_back], y[:held_back], weight)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spec=specs(), rows=st.integers(1, 120), inputs=st.integers(1, 30), classes=st.integers(2, 6), data=st.data())
def test_gangs_of_all_sizes_end_with_the_same_bits(crew, tmp_path_factory, spec, rows, inputs, classes, data):
    folder = tmp_path_factory.mktemp("segments")
    dtype, weighted, several = spec["training"]["dtype"], data.draw(st.booleans()), data.draw(st.booleans())
    table = data_for(rows, inputs, classes, dtype, validation=spec["validation"], weighted=weighted, several=several)
    spec = several_labels(spec, classes) if several else spec
    labels = list(range(classes))
    size = data.draw(st.integers(1, min(MOST_MEMBERS, spec["shards"])))

    alone = crew.digest(folder, 1, spec, table, labels)
    for path in folder.iterdir():
        path.unlink()
    together = crew.digest(folder, size, spec, table, labels)
    for path in folder.iterdir():
        path.unlink()

    assert together == alone


@pytest.mark.parametrize(
    ("rows", "inputs", "classes", "shards", "batch", "several"),
    [
        pytest.param(2, 3, 2, 8, 256, False, id="fewer rows than shards"),
        pytest.param(1, 1, 2, 3, 1, False, id="one row, one feature"),
        pytest.param(97, 5, 3, 4, 32, False, id="ragged last batch"),
        pytest.param(300, 4, 1000, 4, 64, False, id="1,000 classes"),
        pytest.param(2, 3, 2, 8, 256, True, id="fewer rows of several labels than shards"),
        pytest.param(97, 4, 300, 4, 32, True, id="300 labels a row"),
    ],
)
def test_degenerate_runs_end_with_the_same_bits_too(crew, tmp_path, rows, inputs, classes, shards, batch, several):
    spec = {
        "shards": shards,
        "network": {"hidden": [{"units": 6}]},
        "training": {"cost": "cross_entropy", "batch_size": batch, "max_epochs": 2},
    }
    spec = several_labels(spec, classes) if several else spec
    table = data_for(rows, inputs, classes, "float32", validation=True, several=several)
    digests = {crew.digest(tmp_path, size, spec, table, list(range(classes))) for size in (1, min(3, shards))}
    assert len(digests) == 1
