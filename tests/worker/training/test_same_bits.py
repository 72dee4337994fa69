"""The law behind the promise: for any spec, a gang of any size ends with the same bits."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.spec.training import UpdateOrder
from tests.support.gang_of_processes import Crew
from tests.worker.training.specs import jobs, several_labels, table

MOST_MEMBERS = 3


@pytest.fixture(scope="module")
def crew():
    crew = Crew(MOST_MEMBERS)
    yield crew
    crew.stop()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(job=jobs(), data=st.data())
def test_gangs_of_all_sizes_end_with_the_same_bits(crew, tmp_path, job, data):
    most = min(MOST_MEMBERS, job.document["shards"])
    speeds = data.draw(st.lists(st.sampled_from([1.0, 1.0, 2.5, 7.0]), min_size=1, max_size=most), "speeds")
    assert crew.digest(tmp_path, speeds, *job) == crew.digest(tmp_path, [1.0], *job)


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
    data = table(rows, inputs, "cross_entropy", classes, dtype, validated=True)
    data.train_x[:, 0] = 3.0  # a constant feature
    labels = list(range(classes))
    digests = {crew.digest(tmp_path, speeds, spec, data, labels) for speeds in ([1.0], [1.0] * 3, [5.0, 1.0])}
    assert len(digests) == 1


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
    data = table(rows, 4, "binary_cross_entropy", count, "float32", validated=True)
    digests = {crew.digest(tmp_path, speeds, spec, data, list(range(count))) for speeds in ([1.0], [1.0] * 3)}
    assert len(digests) == 1
