"""scikit-learn's MLP as a second witness, on real data: what it learns of the digits, ours learns too.

``record_scikit_learn.py`` made the record; the version is in it. First weights and orders of rows are drawn differently
by the two, so means over ten seeds are compared: they may differ by three standard errors of their difference. Over 200
seeds each the mean accuracies were 95.68 and 95.75 %, with a standard error of 0.04, and the mean costs 0.1209 and
0.1228 (0.1211 once their biases began at 0, as ours do).
"""

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pytest

import chainrule.data
from tests.support.gang_of_one import GangOfOne, with_ones
from worker.gang.history_ring import epochs_between
from worker.training.prepared import Prepared

RECORD = json.loads((Path(__file__).parents[1] / "backprop" / "scikit_learn.json").read_text())
JOB = RECORD["job"]


@pytest.fixture(scope="module")
def digits():
    text = gzip.decompress(Path(chainrule.data.__file__).with_name("digits.csv.gz").read_bytes())
    rows = np.loadtxt(io.BytesIO(text), delimiter=",", skiprows=1)
    x, y = with_ones(rows[:, :-1] / JOB["pixel_scale"]), rows[:, -1].astype(np.intp)
    tested = np.arange(len(y)) % JOB["test_every"] == 0
    return Prepared(x[~tested], y[~tested], x[tested], y[tested])


def train(folder, digits, seed):
    """The metrics of the last epoch."""
    gang = GangOfOne(
        folder,
        digits,
        list(range(10)),
        network={"hidden": [{"units": JOB["hidden"], "activation": "relu"}], "initializer": "glorot_uniform"},
        training={
            "cost": "cross_entropy",
            "optimizer": {"name": "adam", "learning_rate": JOB["learning_rate"]},
            "batch_size": JOB["batch_size"],
            "max_epochs": JOB["epochs"],
            "seed": seed,
            "dtype": "float64",
        },
        shards=2,
    )
    gang.train()
    (row,) = epochs_between(gang.segment, JOB["epochs"] - 1, JOB["epochs"]).tolist()
    gang.segment.path.unlink()
    return dict(zip(gang.blueprint.epoch_columns, row, strict=True))


@pytest.fixture(scope="module")
def ours(tmp_path_factory, digits):
    return [train(tmp_path_factory.mktemp("seed"), digits, seed) for seed in range(len(RECORD["test_accuracies"]))]


@pytest.mark.parametrize(
    ("metric", "theirs"), [("validation_accuracy", "test_accuracies"), ("train_cost", "train_costs")]
)
def test_over_ten_seeds_the_digits_are_learnt_as_well_as_by_scikit_learn(ours, metric, theirs):
    found, expected = np.array([metrics[metric] for metrics in ours]), np.array(RECORD[theirs])
    error = np.sqrt(found.var(ddof=1) / len(found) + expected.var(ddof=1) / len(expected))
    assert abs(found.mean() - expected.mean()) < 3 * error


def test_the_witness_is_worth_hearing():
    """It has learnt most of what there is to learn, and its seeds do not differ by so much that anything would pass."""
    accuracies = np.array(RECORD["test_accuracies"])
    assert len(accuracies) == 10
    assert accuracies.mean() > 0.94
    assert accuracies.std(ddof=1) < 0.01
