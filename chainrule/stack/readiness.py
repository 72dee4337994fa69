"""Ask a starting service whether it is ready."""

from __future__ import annotations

import httpx

from chainrule.address import is_loopback


def is_ready(url: str) -> bool:
    """Whether ``/readyz`` answers 200 within a second."""
    try:
        return httpx.get(f"{url}/readyz", timeout=1.0, trust_env=not is_loopback(url)).status_code == 200
    except httpx.TransportError:
        return False
