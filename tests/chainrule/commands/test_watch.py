"""Watching a job."""

from __future__ import annotations

import json
from typing import Any

import pytest


def _stream(*events: tuple[str, Any]) -> bytes:
    return "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events).encode()


def _service_runs(service: Any, job: dict[str, Any], end: dict[str, Any]) -> None:
    epochs = {"columns": ["epoch", "train_cost", "validation_accuracy"], "rows": [[3, 0.5, 0.9], [4, 0.25, 0.95]]}
    service.answer("GET /jobs/job_1", job)
    service.answer("GET /jobs/job_1", end)
    events = _stream(("job", job), ("epochs", epochs), ("steps", {}), ("end", {}))
    service.answer("GET /jobs/job_1/stream", events, Content_Type="text/event-stream")


@pytest.mark.parametrize(("state", "code"), [("succeeded", 0), ("stopped", 10), ("failed", 11), ("cancelled", 12)])
def test_it_ends_with_the_exit_code_of_the_state(service: Any, run: Any, job: Any, state: str, code: int) -> None:
    _service_runs(service, job, {**job, "state": state, "reason": "why", "weights_sha256": "abc"})
    result = run("watch", "job_1")
    assert result.exit_code == code, result.output
    assert f"job_1 {state} (why)" in result.stdout


def test_cost_accuracy_speed_and_time_left_are_shown(service: Any, run: Any, job: Any) -> None:
    _service_runs(service, job, {**job, "state": "succeeded"})
    lines = run("watch", "job_1").stdout
    assert "cost 0.25 · validation accuracy 93.0 % · 123,456 samples/s  1:05 left" in lines


def test_a_waiting_job_says_why(service: Any, run: Any, job: Any) -> None:
    waiting = {**job, "state": "queued", "queue": {"position": 2, "blocked_by": "2 jobs ahead"}}
    _service_runs(service, waiting, {**job, "state": "succeeded"})
    assert "queued  2 jobs ahead" in run("watch", "job_1").stdout


def test_a_job_that_has_ended_is_not_followed(service: Any, run: Any, job: Any) -> None:
    service.answer("GET /jobs/job_1", {**job, "state": "failed", "reason": "diverged", "message": "cost is not finite"})
    result = run("watch", "job_1")
    assert result.exit_code == 11
    assert "failed (diverged) cost is not finite" in result.stdout


def test_ctrl_c_stops_the_watching_and_not_the_job(
    service: Any, run: Any, job: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chainrule.commands.watch.show_live", interrupted)
    result = run("watch", "job_1")
    assert result.exit_code == 130
    assert "chainrule watch job_1" in result.stdout
    assert service.asked == []


def test_without_a_name_it_is_the_newest_job(service: Any, run: Any, job: Any) -> None:
    service.answer("GET /jobs", {"items": [job], "next": None})
    service.answer("GET /jobs/job_1", {**job, "state": "succeeded"})
    assert run("watch").exit_code == 0


def test_as_json_each_event_is_a_line(service: Any, run: Any, job: Any) -> None:
    events = _stream(("job", job), ("end", {}))
    service.answer("GET /jobs/job_1/stream", events, Content_Type="text/event-stream")
    service.answer("GET /jobs/job_1", {**job, "state": "succeeded"})
    lines = [json.loads(line) for line in run("watch", "job_1", "--json").stdout.splitlines()]
    assert [line["event"] for line in lines] == ["job", "end"]
