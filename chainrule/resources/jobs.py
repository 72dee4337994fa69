"""Training runs: submit them, look at them, steer them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any, cast

from chainrule.paging import all_items
from chainrule.payloads import Job
from chainrule.transport import Transport


class Jobs:
    """``/api/v1/jobs``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def submit(self, spec: Mapping[str, Any], idempotency_key: str | None = None) -> Job:
        """Submit a job. Without a key of the caller's one is drawn, so that a retry never makes a second job.

        Raises:
            Refused: with every fault of the spec.
        """
        key = idempotency_key or secrets.token_hex(16)
        headers = {"Idempotency-Key": key}
        return cast(Job, self._transport.json("POST", "jobs", json=spec, headers=headers, repeatable=True))

    def plan(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """What submitting ``spec`` would do: the resolved spec, parameters, steps, warnings. Nothing is kept.

        Raises:
            Refused: with every fault of the spec.
        """
        plan = self._transport.json("POST", "jobs", json=spec, params={"dry_run": "true"}, repeatable=True)
        return cast("dict[str, Any]", plan)

    def list(self, state: str | None = None, limit: int | None = None) -> Iterator[Job]:
        """The jobs of this key's owner, newest first; ``limit`` is the size of a page, not of the list."""
        return all_items(self._transport, "jobs", {"state": state, "limit": limit})

    def get(self, job_id: str) -> Job:
        """One job."""
        return cast(Job, self._transport.json("GET", f"jobs/{job_id}"))

    def update(self, job_id: str, **changes: Any) -> Job:
        """Change its name, labels, priority or workers."""
        return cast(Job, self._transport.json("PATCH", f"jobs/{job_id}", json=changes, repeatable=True))

    def fork(
        self,
        job_id: str,
        *,
        step: int | None = None,
        name: str | None = None,
        changes: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """A new job that goes on from a kept state of this one.

        Args:
            job_id: the job to fork.
            step: of a kept checkpoint; the newest by default.
            name: of the new job.
            changes: a merge patch of the spec, such as ``{"training": {"max_epochs": 100}}``.
            idempotency_key: drawn if not given, so that a retry never makes a second job.

        Raises:
            Refused: with every change that does not fit the state.
        """
        headers = {"Idempotency-Key": idempotency_key or secrets.token_hex(16)}
        body = {"step": step, "name": name, "changes": dict(changes or {})}
        forked = self._transport.json("POST", f"jobs/{job_id}/fork", json=body, headers=headers, repeatable=True)
        return cast(Job, forked)

    def cancel(self, job_id: str) -> Job:
        """End it at its next step; asking twice changes nothing.

        Raises:
            Conflict: if it has ended already.
        """
        return self._steer(job_id, "cancel")

    def pause(self, job_id: str) -> Job:
        """Let it rest at its next step, with a checkpoint."""
        return self._steer(job_id, "pause")

    def resume(self, job_id: str) -> Job:
        """Put a paused job back into the queue."""
        return self._steer(job_id, "resume")

    def _steer(self, job_id: str, verb: str) -> Job:
        return cast(Job, self._transport.json("POST", f"jobs/{job_id}/{verb}", repeatable=True))
