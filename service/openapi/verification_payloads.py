"""What a verification says."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from service.openapi.payloads import Payload


class Verification(Payload):
    """A stretch of a job, run again. ``checkpoints`` are the steps whose kept state came out the same."""

    id: str
    """Made by the service."""
    job: str
    """The id of the job."""
    from_step: int
    """The kept state it begins with."""
    to_step: int
    """One past its last step."""
    state: Literal["queued", "running", "passed", "mismatch", "error"]
    """Passed: every bit is the same. Mismatch: one is not. Error: it could not be run."""
    step: int
    """How far it has come."""
    checkpoints: list[int]
    """Steps whose kept state came out the same."""
    message: str | None
    """What was compared, or what differs; null before the end."""
    created_at: datetime
    """In UTC."""
    started_at: datetime | None
    """In UTC; null before."""
    finished_at: datetime | None
    """In UTC; null before."""
