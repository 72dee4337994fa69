"""Ask a starting stack whether it is ready."""

from __future__ import annotations

from datetime import datetime

import httpx

from chainrule.address import is_loopback
from chainrule.client import Client
from chainrule.errors import ChainruleError

_UNENDED = ("queued", "running", "pausing", "cancelling")


def is_ready(url: str) -> bool:
    """Whether ``/readyz`` answers 200 within a second."""
    try:
        return httpx.get(f"{url}/readyz", timeout=1.0, trust_env=not is_loopback(url)).status_code == 200
    except httpx.TransportError:
        return False


def workers_since(client: Client, began: datetime) -> int:
    """How many workers have announced themselves since ``began``; 0 too if nobody can tell yet."""
    try:
        return sum(datetime.fromisoformat(worker["started_at"]) >= began for worker in client.workers.list())
    except ChainruleError:
        return 0


def unended_jobs(client: Client) -> set[str]:
    """The ids of the jobs that wait or run. One that is claimed between two questions is in both answers."""
    return {job["id"] for state in _UNENDED for job in client.jobs.list(state)}
