"""Changing a job that was accepted."""

from __future__ import annotations

from typing import Any

import pytest


def test_what_is_given_is_sent_and_nothing_else(service: Any, run: Any, job: Any) -> None:
    service.answer("PATCH /jobs/job_1", {**job, "id": "job_1", "workers": {"min": 2, "max": 4}, "priority": 7})
    result = run("change", "job_1", "--min-workers", "2", "--max-workers", "4", "--priority", "7")
    assert result.exit_code == 0, result.output
    assert "2 to 4 workers, priority 7" in result.stdout
    assert service.asked[0].json == {"workers": {"min": 2, "max": 4}, "priority": 7}


def test_no_bound_but_the_shards_is_null(service: Any, run: Any, job: Any) -> None:
    service.answer("PATCH /jobs/job_1", {**job, "workers": {"min": 1, "max": 4}})
    assert run("change", "job_1", "--max-workers", "shards").exit_code == 0
    assert service.asked[0].json == {"workers": {"max": None}}


@pytest.mark.parametrize("words", [[], ["--max-workers", "many"], ["--max-workers", "0"], ["--min-workers", "0"]])
def test_nothing_or_nonsense_is_refused_before_anything_is_sent(service: Any, run: Any, words: list[str]) -> None:
    result = run("change", "job_1", *words)
    assert result.exit_code == 2
    assert service.asked == []
