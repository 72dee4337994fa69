"""What a verification says."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from service.openapi.payloads import Payload


class Verification(Payload):
    """A stretch of a job, run again. ``checkpoints`` are the steps whose kept state came out the same."""

    id: str
    job: str
    from_step: int
    to_step: int
    state: Literal["queued", "running", "passed", "mismatch", "error"]
    step: int
    checkpoints: list[int]
    message: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
