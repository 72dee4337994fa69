"""What is concluded from an epoch: best so far, target, patience, flat gradient, the end."""

import pytest

from models.spec import parse_spec
from models.spec.metrics import watched_metric
from models.states import Reason
from worker.training.progress import Progress, conclude


def spec(max_epochs=100, **stopping):
    return parse_spec(
        {"dataset": "ds", "target": "label", "training": {"max_epochs": max_epochs}, "stopping": stopping}
    )


def run(document, costs, norm=1.0, metric="validation_cost"):
    """Conclude epoch after epoch until one gives a reason; returns it with its epoch, and the progress."""
    progress = Progress()
    for epoch, cost in enumerate(costs, start=1):
        metrics = {"train_cost": cost, "validation_cost": cost, "validation_accuracy": 1 - cost, metric: cost}
        found = conclude(document, progress, metrics, epoch=epoch, step=10 * epoch, gradient_norm=norm)
        if found.reason:
            return epoch, found.reason, progress
    return None, None, progress


def test_the_last_epoch_ends_the_run():
    assert run(spec(max_epochs=3), [3, 2, 1])[:2] == (3, Reason.MAX_EPOCHS)


def test_the_best_epoch_is_the_one_of_the_lowest_cost():
    _, _, progress = run(spec(), [3.0, 1.0, 2.0])
    assert progress.best["epoch"] == 2
    assert progress.best["step"] == 20
    assert progress.best["validation_cost"] == 1.0


def test_a_target_is_reached_from_above_by_a_cost_and_from_below_by_an_accuracy():
    by_cost = spec(target={"metric": "validation_cost", "value": 0.5})
    by_accuracy = spec(target={"metric": "validation_accuracy", "value": 0.5})
    assert run(by_cost, [0.9, 0.5])[:2] == (2, Reason.TARGET_REACHED)
    assert run(by_accuracy, [0.9, 0.5])[:2] == (2, Reason.TARGET_REACHED)


def test_patience_counts_the_epochs_that_improved_too_little():
    patient = spec(patience={"metric": "validation_cost", "epochs": 2, "min_delta": 0.1})
    assert run(patient, [1.0, 0.95, 0.93])[:2] == (3, Reason.PATIENCE_EXHAUSTED)
    assert run(patient, [1.0, 0.95, 0.85, 0.8])[:2] == (None, None)


def test_a_vanished_gradient_ends_the_run():
    assert run(spec(gradient_norm=0.1), [1.0], norm=0.05)[:2] == (1, Reason.GRADIENT_VANISHED)


def test_a_metric_that_is_not_a_number_is_never_the_best():
    watched = spec(patience={"metric": "validation_roc_auc", "epochs": 50})
    progress = Progress()
    for epoch, area in enumerate([float("nan"), 0.6, float("nan")], start=1):
        metrics = {"train_cost": 1.0, "validation_cost": 1.0, "validation_roc_auc": area}
        assert conclude(watched, progress, metrics, epoch=epoch, step=epoch, gradient_norm=1.0).reason is None
    assert progress.best["epoch"] == 2


@pytest.mark.parametrize("name", ["train_cost", "validation_cost"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_cost_that_is_not_finite_is_the_end_whatever_the_other_metrics_say(name, value):
    perfect = spec(max_epochs=1, target={"metric": "validation_accuracy", "value": 0.9}, gradient_norm=1.0)
    metrics = {"train_cost": 1.0, "validation_cost": 1.0, "validation_accuracy": 1.0, name: value}
    progress = Progress()
    found = conclude(perfect, progress, metrics, epoch=1, step=1, gradient_norm=0.0)
    assert (found.improved, found.reason) == (False, Reason.DIVERGED)
    assert progress.best is None


def test_numbers_that_no_cost_tells_of_are_the_end_too():
    metrics = {"train_cost": 1.0, "validation_cost": 1.0}
    found = conclude(spec(), Progress(), metrics, epoch=1, step=1, gradient_norm=1.0, finite=False)
    assert (found.improved, found.reason) == (False, Reason.DIVERGED)


def test_the_gradient_of_rows_that_weigh_nothing_has_not_vanished():
    metrics = {"train_cost": 1.0, "validation_cost": 1.0}
    found = conclude(spec(gradient_norm=0.1), Progress(), metrics, epoch=1, step=1, gradient_norm=None)
    assert found.reason is None


def test_progress_goes_through_json_unchanged():
    _, _, progress = run(spec(patience={"epochs": 50}), [0.1 + 0.2, 0.2])
    assert Progress(**progress.to_json()) == progress


@pytest.mark.parametrize(
    ("stopping", "metric"),
    [
        ({}, "validation_cost"),
        ({"target": {"metric": "validation_f1", "value": 1}}, "validation_f1"),
        ({"target": {"value": 1}, "patience": {"metric": "train_cost"}}, "train_cost"),
    ],
)
def test_the_best_weights_are_the_best_by_the_metric_that_is_watched(stopping, metric):
    assert watched_metric(spec(**stopping)) == metric
