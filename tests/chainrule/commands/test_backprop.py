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
    "clip_factor": 1.0,
    "update_rms": 0.001,
    "impact": None,
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
    "cost_after": 0.0625,
    "gradient_norm": 1.5,
    "update_order": "simultaneous",
    "layer_order": None,
    "inputs": [{"name": "girth", "value": 1.0}],
    "layers": [LAYER],
    "predictions": [{"label": "oak", "probabilities": {"oak": 0.9}}],
    "targets": ["elm"],
    "adjustments": [{**WEIGHT, "first_order": -0.025, "measured": -0.0245}],
}


BATCH = {
    "epoch": 2,
    "beyond_the_end": False,
    "shards": 4,
    "weight": 64.0,
    "dropout": False,
    "recorded_cost": None,
}


def test_a_row_is_shown_layer_by_layer(service: Any, run: Any) -> None:
    service.answer("GET /jobs/job_1/backprop", TRACE)
    result = run("backprop", "job_1", "--row", "3", "--step", "4000", "--top", "7")
    assert result.exit_code == 0, result.output
    said = [line.split() for line in result.stdout.splitlines()]
    assert ["target", "elm"] in said
    assert ["answer", "oak"] in said
    assert ["0", "relu", "4", "50.0", "%", "0.75", "0.0625", "0.001"] in said
    assert ["order", "simultaneous:", "all", "layers", "at", "once"] in said
    assert ["cost", "then", "0.0625"] in said
    assert ["gradient", "norm", "1.5"] in said
    assert "clip" not in result.stdout
    assert "impact" not in result.stdout
    assert ["0", "girth", "3", "0.5", "-2.5", "0.01", "-0.025", "-0.0245"] in said
    assert service.asked[0].path.endswith("backprop?row=3&step=4000&limit=32&top=7")


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
    batch = {**BATCH, "recorded_cost": recorded}
    service.answer("GET /jobs/job_1/backprop", {**TRACE, "row": None, "rows": 64, "batch": batch})
    result = run("backprop", "job_1", "--batch")
    assert result.exit_code == 0, result.output
    assert "of epoch 2: 64 rows in 4 shards, means" in result.stdout
    assert said in result.stdout
    assert service.asked[0].path.endswith("backprop?batch=true&limit=32")


def test_a_layered_order_is_shown_with_its_impacts_and_clipping_with_its_factor(service: Any, run: Any) -> None:
    layers = [
        {**LAYER, "clip_factor": 0.25, "impact": 0.0125},
        {**LAYER, "layer": 1, "clip_factor": 1.0, "impact": -0.05},
    ]
    order = {"update_order": "output_to_input", "layer_order": [1, 0], "layers": layers}
    service.answer("GET /jobs/job_1/backprop", {**TRACE, **order})
    said = [line.split() for line in run("backprop", "job_1").stdout.splitlines()]
    assert ["order", "output_to_input:", "layer", "1,", "0"] in said
    heads = next(line for line in said if line[:2] == ["layer", "activation"])
    assert heads[-5:] == ["clip", "factor", "update", "RMS", "impact"]
    assert ["0", "relu", "4", "50.0", "%", "0.75", "0.0625", "0.25", "0.001", "0.0125"] in said
    assert ["1", "relu", "4", "50.0", "%", "0.75", "0.0625", "1", "0.001", "-0.05"] in said


def test_a_step_beyond_the_end_is_said_to_be_one(service: Any, run: Any) -> None:
    batch = {**BATCH, "epoch": 31, "beyond_the_end": True}
    service.answer("GET /jobs/job_1/backprop", {**TRACE, "row": None, "rows": 64, "batch": batch})
    said = run("backprop", "job_1", "--batch").stdout
    assert "of epoch 31: 64 rows" in said
    assert "the job ends before this step: it shows what one more would do" in said


def test_a_batch_has_no_row_to_pick(service: Any, run: Any) -> None:
    result = run("backprop", "job_1", "--batch", "--row", "3")
    assert result.exit_code == 2
    assert "leave out --row and --rows" in result.output
    assert service.asked == []
