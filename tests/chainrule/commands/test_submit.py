"""Submitting a job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def test_a_file_is_sent_as_it_is(service: Any, run: Any, job: Any, tmp_path: Path) -> None:
    service.answer("POST /jobs", job, 202)
    file = tmp_path / "job.json"
    file.write_text('{"dataset": "ds_1", "target": "label"}')
    result = run("submit", str(file))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("job_1 ")
    assert service.asked[0].json == {"dataset": "ds_1", "target": "label"}


def test_the_examples_of_the_help_are_lines_of_their_own(run: Any) -> None:
    lines = [line.strip() for line in run("submit", "--help").stdout.splitlines()]
    assert "chainrule submit job.json" in lines


def test_options_win_over_the_file(service: Any, run: Any, job: Any) -> None:
    service.answer("POST /jobs", job, 202)
    spec = '{"training": {"seed": 1, "max_epochs": 5}}'
    run("submit", "-", "--epochs", "9", "--set", "stopping.max_seconds=60", input=spec)
    assert service.asked[0].json == {"training": {"seed": 1, "max_epochs": 9}, "stopping": {"max_seconds": 60}}


def test_a_job_from_options_alone_uploads_its_data(service: Any, run: Any, job: Any, tmp_path: Path) -> None:
    service.answer("POST /datasets", {"id": "ds_7"}, 201)
    service.answer("POST /jobs", job, 202)
    file = tmp_path / "d.csv"
    file.write_text("a,b\n1,2\n")
    words = ["--data", str(file), "--target", "b", "--hidden", "8,4:tanh", "--learning-rate", "0.1", "--shards", "2"]
    assert run("submit", *words).exit_code == 0
    assert service.asked[1].json == {
        "dataset": "ds_7",
        "target": "b",
        "network": {"hidden": [{"units": 8}, {"units": 4, "activation": "tanh"}]},
        "training": {"optimizer": {"learning_rate": 0.1}},
        "shards": 2,
    }


def test_a_dry_run_shows_the_plan(service: Any, run: Any) -> None:
    service.answer("POST /jobs", {"parameters": 9})
    result = run("submit", "-", "--dry-run", input="{}")
    assert json.loads(result.stdout) == {"parameters": 9}
    assert "dry_run=true" in service.asked[0].path


def test_all_faults_of_a_spec_are_shown(service: Any, run: Any) -> None:
    faults = [{"pointer": "/target", "message": "no such column"}, {"pointer": "/shards", "message": "too many"}]
    service.answer("POST /jobs", {"title": "Refused", "faults": faults}, 422)
    result = run("submit", "-", input="{}")
    assert result.exit_code == 2
    assert "/target: no such column" in result.stderr
    assert "/shards: too many" in result.stderr


def test_what_is_not_json_is_not_sent(service: Any, run: Any) -> None:
    result = run("submit", "-", input="{")
    assert result.exit_code == 1
    assert "not JSON" in result.stderr
    assert service.asked == []


@pytest.mark.parametrize(
    ("words", "pointer"),
    [
        (["--set", "training.clip_norm=1e400"], "/training/clip_norm"),
        (["--set", 'training.class_weight={"a/b": NaN}'], "/training/class_weight/a~1b"),
        (["--learning-rate", "nan"], "/training/optimizer/learning_rate"),
    ],
)
def test_a_number_that_is_not_finite_is_refused_at_its_place(
    service: Any, run: Any, words: list[str], pointer: str
) -> None:
    result = run("submit", "-", *words, input="{}")
    assert result.exit_code == 2
    assert f"{pointer}: must be finite" in result.stderr
    assert service.asked == []


def test_json_output_is_the_job(service: Any, run: Any, job: Any) -> None:
    service.answer("POST /jobs", job, 202)
    assert json.loads(run("submit", "-", "--json", input="{}").stdout)["id"] == "job_1"


def test_warnings_are_told_beside_the_job(service: Any, run: Any, job: Any) -> None:
    warning = {"pointer": "/target", "message": "scale it", "code": "unscaled_target"}
    service.answer("POST /jobs", {**job, "warnings": [warning]}, 202)
    result = run("submit", "-", input="{}")
    assert result.exit_code == 0
    assert result.stderr == "Warning: /target: scale it\n"
    assert json.loads(run("submit", "-", "--json", input="{}").stdout)["warnings"] == [warning]


def test_several_targets_are_a_list(service: Any, run: Any, job: Any) -> None:
    service.answer("POST /jobs", job, 202)
    assert run("submit", "--dataset", "ds_1", "--target", "comedy", "--target", "drama").exit_code == 0
    assert service.asked[0].json == {"dataset": "ds_1", "target": ["comedy", "drama"]}


def test_a_file_keeps_its_targets_when_none_is_given(service: Any, run: Any, job: Any) -> None:
    service.answer("POST /jobs", job, 202)
    run("submit", "-", "--seed", "1", input='{"target": ["comedy", "drama"]}')
    assert service.asked[0].json["target"] == ["comedy", "drama"]
