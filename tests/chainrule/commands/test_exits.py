"""Errors end in a message, an exit code, and no traceback."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chainrule.commands.app import main
from chainrule.commands.exits import Exit

_GUIDE = Path(__file__).parents[3] / "docs" / "howto" / "command-line.md"


@pytest.mark.parametrize(
    ("status", "code"),
    [(422, 2), (413, 2), (401, 4), (403, 4), (404, 5), (409, 6), (500, 1)],
)
def test_each_kind_of_refusal_has_its_exit_code(service: Any, run: Any, status: int, code: int) -> None:
    service.answer("GET /workers", {"title": "No", "detail": "because"}, status)
    result = run("workers")
    assert result.exit_code == code
    assert result.stderr == "Error: No: because\n"
    assert result.stdout == ""


def test_a_service_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--url", "http://127.0.0.1:9", "--key", "k", "jobs"])
    assert result.exit_code == Exit.UNREACHABLE
    assert "chainrule up" in result.stderr


def test_a_missing_key_names_the_places(tmp_path: Path) -> None:
    result = CliRunner(env={"CHAINRULE_API_KEY": ""}).invoke(main, ["--data-dir", str(tmp_path), "jobs"])
    assert result.exit_code == Exit.NOT_ALLOWED
    assert "CHAINRULE_API_KEY" in result.stderr


def test_an_unwritable_target_is_told(service: Any, run: Any, tmp_path: Path) -> None:
    service.answer("GET /jobs/job_1/weights", b"abc")
    result = run("weights", "job_1", "-o", str(tmp_path / "none" / "w"))
    assert result.exit_code == Exit.ERROR
    assert "No such file or directory" in result.stderr


def test_the_guide_lists_every_exit_code() -> None:
    listed = {int(number) for number in re.findall(r"^\| (\d+) \|", _GUIDE.read_text(), flags=re.MULTILINE)}
    assert listed == {int(code) for code in Exit}


def test_the_guide_names_every_command() -> None:
    text = _GUIDE.read_text()
    assert [name for name in main.commands if f"chainrule {name}" not in text] == []
