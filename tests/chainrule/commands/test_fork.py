"""Forking a job."""

from __future__ import annotations

from typing import Any


def test_the_step_and_the_changes_are_sent(service: Any, run: Any, job: Any) -> None:
    forked = {**job, "id": "job_2", "forked_from": {"job": "job_1", "step": 40}}
    service.answer("POST /jobs/job_1/fork", forked, 202)
    words = ["--step", "40", "--set", "training.max_epochs=100", "--set", "training.l2=0.1"]
    result = run("fork", "job_1", *words)
    assert result.exit_code == 0, result.output
    assert result.stdout == "job_2 goes on from step 40\n"
    changes = {"training": {"max_epochs": 100, "l2": 0.1}}
    assert service.asked[0].json == {"step": 40, "name": None, "changes": changes}


def test_a_setting_without_a_value_is_refused_before_anything_is_sent(service: Any, run: Any) -> None:
    result = run("fork", "job_1", "--set", "training.max_epochs")
    assert result.exit_code != 0
    assert "should look like" in result.output
    assert service.asked == []
