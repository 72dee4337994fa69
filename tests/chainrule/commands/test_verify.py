"""Verifying a job."""

from __future__ import annotations

from typing import Any

import pytest

FOUND = {"id": "ver_1", "job": "job_1", "from_step": 10, "to_step": 40, "step": 40, "checkpoints": [40]}


@pytest.mark.parametrize(("state", "code"), [("passed", 0), ("mismatch", 13), ("error", 1)])
def test_it_waits_for_the_verdict_and_ends_with_it(service: Any, run: Any, state: str, code: int) -> None:
    service.answer("POST /jobs/job_1/verifications", {**FOUND, "state": "queued", "message": None}, 202)
    service.answer("GET /jobs/job_1/verifications/ver_1", {**FOUND, "state": state, "message": "what was found"})
    result = run("verify", "job_1", "--from-step", "10")
    assert result.exit_code == code, result.output
    assert result.stdout.endswith(f"{state}: what was found\n")
    assert service.asked[0].json == {"from_step": 10, "to_step": None}
