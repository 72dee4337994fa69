"""A column that says how much each training row counts."""

import numpy as np
import pytest

from models.errors import ValidationFailed
from models.spec import parse_spec, resolve
from tests.support.gang_of_one import GangOfOne, with_ones
from worker.training.prepared import Prepared, Table, learn_preprocessing, prepare, split_rows

RANDOM = np.random.default_rng(4)
ROWS = 40
COLUMNS = [
    {"name": "x", "kind": "numeric", "missing": 0, "levels": None, "distinct": ROWS, "min": -4.0, "max": 4.0},
    {"name": "times", "kind": "integer", "missing": 0, "levels": None, "distinct": 4, "min": 0, "max": 3},
    {"name": "label", "kind": "integer", "missing": 0, "levels": None, "distinct": 2, "min": 0, "max": 1},
]
X, TIMES = RANDOM.standard_normal(ROWS), np.arange(ROWS) % 4
LABELS = (X > 0).astype(np.intp)
TABLE = Table(np.column_stack([X, TIMES, LABELS]), COLUMNS, "d" * 64)


def training(**more):
    sgd = {"optimizer": {"name": "sgd", "learning_rate": 0.5}}
    return {"cost": "cross_entropy", **sgd, "batch_size": 1000, "max_epochs": 10, "dtype": "float64", **more}


def trained(folder, data, **more):
    folder.mkdir()
    gang = GangOfOne(folder, data, [0, 1], shards=3, training=training(**more), validation=None)
    return gang.train(), gang.segment.parameters.copy()


def arrays(x, y, weight=None):
    return Prepared(with_ones(x.reshape(-1, 1)), y, with_ones(x[:0].reshape(-1, 1)), y[:0], weight)


def test_they_are_prepared_with_the_training_rows_and_are_no_input(tmp_path):
    document = {"dataset": "ds", "target": "label", "sample_weight": "times"}
    spec = resolve(parse_spec(document), COLUMNS, ROWS, max_parameters=10_000)
    for _ in range(2):  # made, then found in the cache
        data = prepare(spec, learn_preprocessing(spec, TABLE), TABLE, None, tmp_path)
        assert data.inputs == 1
        assert data.train_weight.dtype == np.float32
        assert data.train_weight.tolist() == TIMES[split_rows(spec, TABLE)[0]].tolist()


def test_a_row_that_counts_three_times_is_as_good_as_three_rows(tmp_path):
    history, weighted = trained(tmp_path / "a", arrays(X, LABELS, TIMES.astype(np.float64)))
    again, repeated = trained(tmp_path / "b", arrays(np.repeat(X, TIMES), np.repeat(LABELS, TIMES)))
    np.testing.assert_allclose(weighted, repeated, rtol=1e-12)
    np.testing.assert_allclose(history, again, rtol=1e-12)


@pytest.mark.parametrize("order", ["simultaneous", "output_to_input"])
@pytest.mark.parametrize("heavy", [0, ROWS - 1])
def test_only_rows_that_count_can_have_a_vanished_gradient(tmp_path, order, heavy):
    """The rule looks at an epoch's last batch: where its rows weigh nothing there is no gradient that could vanish."""
    weight = np.zeros(ROWS)
    weight[heavy] = 1.0
    document = {
        "training": training(batch_size=1, max_epochs=3, shuffle=False, update_order=order),
        "stopping": {"gradient_norm": 1e-9},
        "validation": None,
    }
    gang = GangOfOne(tmp_path, arrays(X, LABELS, weight), [0, 1], shards=3, **document)
    assert gang.train()[:, 2].any()
    assert gang.trainer.reason == "max_epochs"
    assert gang.trainer.step == 3 * ROWS


def test_training_rows_that_all_count_nothing_are_refused_by_name(tmp_path):
    """As when every row that counts is held back: the sum over the whole column does not tell."""
    with pytest.raises(ValidationFailed, match="/sample_weight: 'times' is 0 in every training row"):
        GangOfOne(tmp_path, arrays(X, LABELS, np.zeros(ROWS)), [0, 1], training=training(), sample_weight="times")


@pytest.mark.parametrize("order", ["simultaneous", "output_to_input"])
def test_a_batch_of_rows_that_count_nothing_costs_nothing_and_changes_nothing(tmp_path, order):
    weight = np.zeros(ROWS)
    weight[0] = 1.0
    more = {"batch_size": 1, "max_epochs": 1, "shuffle": False, "update_order": order}
    history, parameters = trained(tmp_path / "a", arrays(X, LABELS, weight), **more)
    assert history[0, 0] > 0.0
    assert not history[1:, 0].any()
    _, after_one = trained(tmp_path / "b", arrays(X[:1], LABELS[:1]), **more)
    np.testing.assert_array_equal(parameters, after_one)


def test_rows_that_all_count_nothing_are_no_division_by_zero(tmp_path):
    """Where no column is named to be refused: the run ends, and has learnt nothing."""
    history, _ = trained(tmp_path / "a", arrays(X, LABELS, np.zeros(ROWS)))
    assert not history[:, 0].any()
