"""A row's way through the network, in the terminal."""

from __future__ import annotations

from typing import Any

import pytest

LAYER = {
    "layer": 0,
    "activation": "relu",
    "units": 4,
    "outputs": [0.0, 1.5, 0.0, 0.25],
    "deltas": [0.0, -0.1, 0.0, 0.2],
    "dead_share": 0.5,
    "gradient_rms": 0.0625,
    "update_rms": 0.001,
    "weight_rms": 0.75,
    "histogram": {"edges": [0.0, 1.0], "counts": [8]},
}
WEIGHT = {"layer": 0, "from": "girth", "to": 3, "weight": 0.5, "gradient": -2.5, "update": 0.01}
TRACE = {
    "job": "job_1",
    "step": 4000,
    "row": 3,
    "rows": 1,
    "row_numbers": [3],
    "batch": None,
    "cost": 0.125,
    "inputs": [{"name": "girth", "value": 1.0}],
    "layers": [LAYER],
    "predictions": [{"label": "oak", "probabilities": {"oak": 0.9}}],
    "targets": ["elm"],
    "adjustments": [{**WEIGHT, "first_order": -0.025, "measured": -0.0245}],
}


def test_a_row_is_shown_layer_by_layer(service: Any, run: Any) -> None:
    service.answer("GET /jobs/job_1/backprop", TRACE)
    result = run("backprop", "job_1", "--row", "3", "--step", "4000")
    assert result.exit_code == 0, result.output
    said = [line.split() for line in result.stdout.splitlines()]
    assert ["target", "elm"] in said
    assert ["answer", "oak"] in said
    assert ["0", "relu", "4", "50.0", "%", "0.75", "0.0625", "0.001"] in said
    assert ["0", "girth", "3", "0.5", "-2.5", "0.01", "-0.025", "-0.0245"] in said
    assert service.asked[0].path.endswith("backprop?row=3&step=4000&limit=32&top=10")


def test_several_labels_are_told_by_name(service: Any, run: Any) -> None:
    answer = {"labels": {"tall": False, "bark": "rough"}, "probabilities": {"tall": 0.1, "bark": 0.4}}
    traced = {**TRACE, "targets": [{"tall": True, "bark": "rough"}], "predictions": [answer]}
    service.answer("GET /jobs/job_1/backprop", traced)
    said = run("backprop", "job_1").stdout
    assert "target     tall true, bark rough" in said
    assert "answer     tall false, bark rough" in said


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        (0.125, "recorded   0.125, the same bits"),
        (0.12500001, "recorded   0.125, other bits"),
        (None, "recorded   nothing: this step was not done"),
    ],
)
def test_a_batch_is_held_against_what_its_step_recorded(service: Any, run: Any, recorded: Any, said: str) -> None:
    batch = {"epoch": 2, "shards": 4, "weight": 64.0, "dropout": False, "recorded_cost": recorded}
    service.answer("GET /jobs/job_1/backprop", {**TRACE, "row": None, "rows": 64, "batch": batch})
    result = run("backprop", "job_1", "--batch")
    assert result.exit_code == 0, result.output
    assert "of epoch 2: 64 rows in 4 shards, means" in result.stdout
    assert said in result.stdout
    assert service.asked[0].path.endswith("backprop?batch=true&limit=32&top=10")


def test_a_batch_has_no_row_to_pick(service: Any, run: Any) -> None:
    result = run("backprop", "job_1", "--batch", "--row", "3")
    assert result.exit_code == 2
    assert "leave out --row and --rows" in result.output
    assert service.asked == []
