"""The commands that list and show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DATASET = {
    "id": "ds_1",
    "name": "iris.csv",
    "rows": 150,
    "size_bytes": 4000,
    "created_at": "2026-01-02T03:04:05+00:00",
    "columns": [
        {"name": "width", "kind": "numeric", "missing": 0, "levels": None, "min": 0.1, "max": 2.5, "mean": 1.2},
        {"name": "kind", "kind": "categorical", "missing": 1, "levels": ["a", "b"], "min": None, "max": None},
    ],
}
WORKER = {"id": "w_1", "name": "here-1", "host": "here", "pid": 7, "state": "serving", "job_id": "job_1"}
KEY = {"id": "key_1", "name": "mine", "prefix": "cr_abc", "created_at": "2026-01-02T03:04:05+00:00"}


@pytest.mark.parametrize(
    ("route", "items", "words", "shown"),
    [
        ("GET /datasets", [DATASET], ["datasets", "list"], ["ds_1", "iris.csv", "150", "4 kB"]),
        ("GET /workers", [WORKER], ["workers"], ["w_1", "here-1", "serving", "job_1"]),
        ("GET /keys", [KEY], ["keys", "list"], ["key_1", "mine", "cr_abc…"]),
    ],
)
def test_lists_are_tables_for_people_and_json_for_programs(
    service: Any, run: Any, route: str, items: list[Any], words: list[str], shown: list[str]
) -> None:
    service.answer(route, {"items": items, "next": None})
    table = run(*words).stdout
    assert [word for word in shown if word not in table] == []
    assert json.loads(run(*words, "--json").stdout) == items


def test_jobs_are_listed_with_their_progress(service: Any, run: Any, job: Any) -> None:
    service.answer("GET /jobs", {"items": [job], "next": None})
    table = run("jobs").stdout
    assert [word for word in ("job_1", "running", "15.0 %", "0.25", "93.0 %", "1:05") if word not in table] == []


def test_one_job_is_shown_with_its_gang_and_events(service: Any, run: Any, job: Any) -> None:
    service.answer("GET /jobs/job_1", job)
    event = {"at": "2026-01-02T03:04:05+00:00", "kind": "generation_started", "message": "2 workers"}
    service.answer("GET /jobs/job_1/events", {"items": [event], "next": None})
    said = run("jobs", "job_1").stdout
    assert [
        word for word in ("w_1 on here (7), shards 0 to 1", "generation_started  2 workers") if word not in said
    ] == []


def test_a_fork_says_what_it_goes_on_from(service: Any, run: Any, job: Any) -> None:
    service.answer("GET /jobs/job_1", {**job, "forked_from": {"job": "job_0", "step": 40}})
    service.answer("GET /jobs/job_1/events", {"items": [], "next": None})
    assert "forked from job_0 at step 40" in run("jobs", "job_1").stdout


def test_a_preview_shows_columns_and_rows(service: Any, run: Any) -> None:
    service.answer("GET /datasets/ds_1", DATASET)
    service.answer(
        "GET /datasets/ds_1/preview",
        {"columns": ["width", "kind"], "rows": [{"width": 0.5, "kind": "a"}, {"width": None, "kind": "b"}]},
    )
    said = run("datasets", "preview", "ds_1").stdout
    assert [word for word in ("categorical", "width", "0.5    a") if word not in said] == []


def test_an_upload_tells_the_columns(service: Any, run: Any, tmp_path: Path) -> None:
    service.answer("POST /datasets", DATASET, 201)
    file = tmp_path / "iris.csv"
    file.write_text("width,kind\n1,a\n")
    assert "ds_1" in run("datasets", "upload", str(file)).stdout


def test_what_is_strange_about_a_column_is_a_warning(service: Any, run: Any, tmp_path: Path) -> None:
    columns = [DATASET["columns"][0], {**DATASET["columns"][1], "warning": "line 7: '1,5' is no number"}]
    service.answer("POST /datasets", {**DATASET, "columns": columns}, 201)
    file = tmp_path / "iris.csv"
    file.write_text("width,kind\n1,a\n")
    said = "Warning: column 'kind', line 7: '1,5' is no number\n"
    assert run("datasets", "upload", str(file)).stderr == said
    assert run("submit", "--data", str(file), "--target", "width", "--dry-run").stderr.startswith(said)


def test_deleting_and_revoking_name_what_went(service: Any, run: Any) -> None:
    service.answer("DELETE /datasets/ds_1", b"", 204)
    service.answer("DELETE /keys/key_1", b"", 204)
    assert run("datasets", "delete", "ds_1").stdout == "ds_1 deleted\n"
    assert run("keys", "revoke", "key_1").stdout == "key_1 revoked\n"


def test_a_new_key_is_printed_alone(service: Any, run: Any) -> None:
    service.answer("POST /keys", {**KEY, "key": "cr_abcdef"}, 201)
    assert run("keys", "create", "mine").stdout == "cr_abcdef\n"


def test_draining_shows_the_new_state(service: Any, run: Any) -> None:
    service.answer("POST /workers/w_1/drain", {**WORKER, "state": "draining"})
    assert run("workers", "drain", "w_1").stdout == "w_1 draining\n"


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume"])
def test_steering_shows_the_new_state(service: Any, run: Any, job: Any, verb: str) -> None:
    service.answer(f"POST /jobs/job_1/{verb}", {**job, "state": "cancelling"})
    assert run(verb, "job_1").stdout == "job_1 cancelling\n"


def test_help_is_there_for_every_command(run: Any) -> None:
    from chainrule.commands.app import main

    for name in main.commands:
        assert run(name, "--help").exit_code == 0
