"""The law behind the promise: for any spec, a gang of any size ends with the same bits."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.spec.training import UpdateOrder
from tests.support.gang_of_processes import Crew
from tests.worker.training.specs import NO_COST_FALLS_BY, jobs, several_labels, table

MOST_MEMBERS = 3
GANGS = ([1.0], [1.0] * 3, [5.0, 1.0])
"""Speeds of their members: one alone, three alike, and two of which one holds most of the shards."""
STALE = {"epochs": 1, "min_delta": NO_COST_FALLS_BY}


@pytest.fixture(scope="module")
def crew():
    crew = Crew(MOST_MEMBERS)
    yield crew
    crew.stop()


def same_of_all_gangs(crew, folder, *job):
    """What every gang makes of the job."""
    first, *others = (crew.train(folder, speeds, *job) for speeds in GANGS)
    assert [other.digest for other in others] == [first.digest] * len(others)
    return first


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(job=jobs(), data=st.data())
def test_gangs_of_all_sizes_end_with_the_same_bits(crew, tmp_path, job, data):
    most = min(MOST_MEMBERS, job.document["shards"])
    speeds = data.draw(st.lists(st.sampled_from([1.0, 1.0, 2.5, 7.0]), min_size=1, max_size=most), "speeds")
    assert crew.digest(tmp_path, speeds, *job) == crew.digest(tmp_path, [1.0], *job)


@pytest.mark.parametrize("order", UpdateOrder.__args__)
@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        ({"name": "step", "every_epochs": 1, "factor": 0.5}, [1.0, 0.5, 0.25, 0.125]),
        ({"name": "reduce_on_plateau", "factor": 0.5, **STALE}, [1.0, 1.0, 0.5, 0.25]),
    ],
    ids=["step", "reduce_on_plateau"],
)
def test_a_rate_that_changes_on_the_way_is_the_same_for_all_members(crew, tmp_path, schedule, factors, order):
    spec = {
        "shards": 4,
        "network": {"hidden": [{"units": 6}]},
        "training": {
            "cost": "cross_entropy",
            "optimizer": {"name": "momentum", "learning_rate": 0.25},
            "schedule": schedule,
            "update_order": order,
            "batch_size": 32,
            "max_epochs": len(factors),
        },
    }
    data = table(96, 5, "cross_entropy", 3, "float32", validation_rows=20)
    trained = same_of_all_gangs(crew, tmp_path, spec, data, [0, 1, 2])
    assert trained.rates == [0.25 * factor for factor in factors for _ in range(3)]


@pytest.mark.parametrize(
    ("stopping", "reason"),
    [
        ({"patience": {"metric": "validation_cost", "epochs": 3}}, "patience_exhausted"),
        ({"target": {"metric": "validation_certainty", "value": 0.5}}, "target_reached"),
    ],
    ids=["patience", "certainty"],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_a_test_of_many_blocks_says_ends_a_run_at_the_same_bits(crew, tmp_path, dtype, stopping, reason):
    """All members test some of the blocks. The labels of only half the training rows tell something: soon the network
    learns the others by heart, and does worse on the validation rows."""
    data = table(160, 8, "cross_entropy", 4, dtype, validation_rows=400)
    for x, y in ((data.train_x[:80], data.train_y[:80]), (data.validation_x, data.validation_y)):
        y[:] = x[:, :4].argmax(axis=1)
    spec = {
        "shards": 4,
        "network": {"hidden": [{"units": 600}]},  # so wide that few rows are tested at once
        "training": {
            "cost": "cross_entropy",
            "optimizer": {"name": "adam", "learning_rate": 0.005},
            "max_epochs": 60,
            "dtype": dtype,
        },
        "stopping": stopping,
    }
    trained = same_of_all_gangs(crew, tmp_path, spec, data, [0, 1, 2, 3])
    assert trained.reason == reason
    assert 1 < len(trained.rates) < 60
    assert trained.tested_at_once * 2 < data.validation_rows
    if reason == "patience_exhausted":
        assert trained.best_step == len(trained.rates) - 3


@pytest.mark.parametrize(
    ("rows", "inputs", "classes", "shards", "batch"),
    [
        pytest.param(2, 3, 2, 8, 256, id="fewer rows than shards"),
        pytest.param(1, 1, 2, 3, 1, id="one row, one feature"),
        pytest.param(97, 5, 3, 4, 32, id="ragged last batch"),
        pytest.param(300, 4, 1000, 4, 64, id="1,000 classes"),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("order", UpdateOrder.__args__)
def test_degenerate_runs_end_with_the_same_bits_too(crew, tmp_path, order, dtype, rows, inputs, classes, shards, batch):
    spec = {
        "shards": shards,
        "network": {"hidden": [{"units": 6}]},
        "training": {
            "cost": "cross_entropy",
            "update_order": order,
            "batch_size": batch,
            "max_epochs": 2,
            "dtype": dtype,
        },
    }
    data = table(rows, inputs, "cross_entropy", classes, dtype, validation_rows=max(1, rows // 10))
    data.train_x[:, 0] = 3.0  # a constant feature
    labels = list(range(classes))
    same_of_all_gangs(crew, tmp_path, spec, data, labels)


@pytest.mark.parametrize(
    ("rows", "count"), [pytest.param(2, 2, id="fewer rows than shards"), pytest.param(97, 300, id="300 labels a row")]
)
def test_rows_of_several_labels_end_with_the_same_bits_too(crew, tmp_path, rows, count):
    spec = {
        "target": several_labels(count),
        "shards": 8,
        "network": {"hidden": [{"units": 6}]},
        "training": {"cost": "binary_cross_entropy", "batch_size": 32, "max_epochs": 2},
    }
    data = table(rows, 4, "binary_cross_entropy", count, "float32", validation_rows=max(1, rows // 10))
    same_of_all_gangs(crew, tmp_path, spec, data, list(range(count)))
