"""A reader that has read enough ends a command, and is no error."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest


@pytest.mark.parametrize("form", ["csv", "json", "table"])
@pytest.mark.parametrize("rows", [2, 20_000], ids=["held back to the end", "more than a pipe holds"])
def test_a_closed_pipe_is_no_error(service: Any, form: str, rows: int) -> None:
    table = {"columns": ["epoch", "train_cost"], "rows": [[number, 0.5] for number in range(rows)]}
    service.answer("GET /jobs/job_1/history", table)
    where = ["--url", service.url, "--key", "k"]
    command = [sys.executable, "-m", "chainrule", *where, "history", "job_1", "--format", form]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")
