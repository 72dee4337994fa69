"""History, weights and predictions on the command line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import click
import pytest

from chainrule.commands.predict import predict
from chainrule.commands.weights import weights
from service.predictions.exports import FORMATS
from service.predictions.trained import USUAL_WEIGHTS

HISTORY = {"columns": ["epoch", "train_cost", "validation_cost"], "rows": [[1, 2.0, 2.5], [2, 1.0, None]]}


@pytest.fixture(autouse=True)
def _history(service: Any) -> None:
    service.answer("GET /jobs/job_1/history", HISTORY)
    service.answer("GET /jobs/job_1", {"spec": {"features": ["x", "y"]}})


def test_history_as_a_table_shows_gaps(run: Any) -> None:
    assert "–" in run("history", "job_1").stdout


def test_history_as_a_table_shows_the_columns_that_were_asked_for(run: Any) -> None:
    table = run("history", "job_1", "--column", "validation_cost").stdout
    assert "validation" in table
    assert "train" not in table


def test_history_as_csv_leaves_gaps_empty(run: Any) -> None:
    assert run("history", "job_1", "--format", "csv").stdout == "epoch,train_cost,validation_cost\n1,2.0,2.5\n2,1.0,\n"


def test_history_as_json_is_what_the_service_said(run: Any) -> None:
    assert json.loads(run("history", "job_1", "--json").stdout) == HISTORY


def test_history_as_a_picture_names_its_curves(run: Any, tmp_path: Path) -> None:
    result = run("history", "job_1", "--plot", "--svg", str(tmp_path / "cost.svg"))
    assert "train cost 1" in result.stdout
    assert "<svg" in (tmp_path / "cost.svg").read_text()


def test_a_picture_of_steps_is_thinned_out_by_the_service(service: Any, run: Any) -> None:
    run("history", "job_1", "--series", "step", "--plot")
    assert "points=2000" in service.asked[-1].path


def test_an_empty_history_cannot_be_drawn(service: Any, run: Any) -> None:
    service.answer("GET /jobs/job_2/history", {"columns": ["epoch", "train_cost"], "rows": []})
    result = run("history", "job_2", "--plot")
    assert result.exit_code == 1
    assert "nothing to draw" in result.stderr


def test_weights_are_written_and_their_digest_is_shown(service: Any, run: Any, tmp_path: Path) -> None:
    service.answer("GET /jobs/job_1/weights", b"weights")
    target = tmp_path / "w.npz"
    result = run("weights", "job_1", "-o", str(target), "--format", "npz", "--which", "last")
    assert target.read_bytes() == b"weights"
    assert hashlib.sha256(b"weights").hexdigest() in result.stdout
    assert service.asked[-1].path.endswith("?which=last&format=npz")


@pytest.mark.parametrize("command", [weights, predict])
def test_the_weights_that_are_meant_where_nothing_is_said_are_those_of_the_service(command: click.Command) -> None:
    which = next(option for option in command.params if option.name == "which")
    assert which.default == USUAL_WEIGHTS


def test_the_formats_are_those_of_the_service() -> None:
    form = next(option for option in weights.params if option.name == "form")
    assert isinstance(form.type, click.Choice)
    assert tuple(form.type.choices) == FORMATS


def test_predictions_are_a_line_each(service: Any, run: Any, tmp_path: Path) -> None:
    answer = [{"label": "a", "probabilities": {"a": 0.9, "b": 0.1}}, {"label": "b", "probabilities": {"a": 0, "b": 1}}]
    service.answer("POST /jobs/job_1/predict", {"predictions": answer})
    file = tmp_path / "rows.csv"
    file.write_text("x,y\n1,2\n3,\n")
    result = run("predict", str(file), "--job", "job_1")
    assert result.stdout == "label,probability\na,0.9\nb,1\n"
    assert service.asked[-1].json["rows"] == [{"x": 1, "y": 2}, {"x": 3, "y": None}]
    assert json.loads(run("predict", str(file), "--job", "job_1", "--json").stdout) == answer


def test_columns_of_a_file_that_are_no_features_are_left_out(service: Any, run: Any) -> None:
    service.answer("POST /jobs/job_1/predict", {"predictions": [{"value": 3.5}]})
    run("predict", "--job", "job_1", input="id,x,price,weight\n7,1,9.5,2\n")
    assert service.asked[-1].json["rows"] == [{"x": 1}]
    run("predict", "--job", "job_1", "--row", '{"x": 1, "id": 7}')
    assert service.asked[-1].json["rows"] == [{"x": 1, "id": 7}]


def test_one_row_can_be_given_on_the_command_line(service: Any, run: Any) -> None:
    service.answer("POST /jobs/job_1/predict", {"predictions": [{"value": 3.5}]})
    assert run("predict", "--job", "job_1", "--row", '{"x": 1}').stdout == "value\n3.5\n"


def test_a_row_with_an_infinite_number_is_refused_at_its_place(run: Any) -> None:
    result = run("predict", "--job", "job_1", "--row", '{"score": 1e400}')
    assert result.exit_code == 2
    assert "/rows/0/score: must be finite" in result.stderr


def test_several_labels_are_a_column_each_beside_its_probability(service: Any, run: Any) -> None:
    labels = {"comedy": True, "era": "talkie"}
    answer = [
        {"labels": labels, "probabilities": {"comedy": 0.9, "era": 0.75}},
        {"labels": {"comedy": False, "era": "silent"}, "probabilities": {"comedy": 0.2, "era": 0.0}},
    ]
    service.answer("POST /jobs/job_1/predict", {"predictions": answer})
    result = run("predict", "--job", "job_1", input="x\n1\n2\n")
    assert (
        result.stdout == "comedy,comedy_probability,era,era_probability\ntrue,0.9,talkie,0.75\nfalse,0.2,silent,0.0\n"
    )


def test_several_numbers_are_a_column_each(service: Any, run: Any) -> None:
    service.answer("POST /jobs/job_1/predict", {"predictions": [{"values": {"width": 1.5, "height": 2.0}}]})
    assert run("predict", "--job", "job_1", "--row", '{"x": 1}').stdout == "width,height\n1.5,2.0\n"
