"""Verifications of jobs that have ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from chainrule.paging import all_items
from chainrule.transport import Transport

_POLL_S: Final = 0.3


class Verifications:
    """``/api/v1/jobs/{id}/verifications``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, job_id: str, *, from_step: int | None = None, to_step: int | None = None) -> dict[str, Any]:
        """Have a stretch run again: by default from the newest kept checkpoint before the end.

        Raises:
            Conflict: the job has not ended.
            Refused: no such checkpoint is kept.
        """
        body = {"from_step": from_step, "to_step": to_step}
        answer = self._transport.json("POST", f"jobs/{job_id}/verifications", json=body, repeatable=True)
        return cast("dict[str, Any]", answer)

    def get(self, job_id: str, verification_id: str) -> dict[str, Any]:
        """How far it is, or its verdict: ``state`` is queued, running, passed, mismatch or error."""
        return cast("dict[str, Any]", self._transport.json("GET", f"jobs/{job_id}/verifications/{verification_id}"))

    def list(self, job_id: str) -> Iterator[dict[str, Any]]:
        """All of a job's, the newest first."""
        return all_items(self._transport, f"jobs/{job_id}/verifications")

    def wait(
        self, job_id: str, verification_id: str, on_progress: Callable[[dict[str, Any]], None] = lambda _: None
    ) -> dict[str, Any]:
        """The verification once it has its verdict."""
        while (found := self.get(job_id, verification_id))["state"] in ("queued", "running"):
            on_progress(found)
            time.sleep(_POLL_S)
        return found
