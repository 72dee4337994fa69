"""Identifiers that sort by creation: a prefix, 48 bits of milliseconds, 80 random bits (the ULID layout)."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, lower case: no i, l, o or u to misread."""


def new_id(prefix: str) -> str:
    """``new_id("job")`` gives ``job_`` and 26 characters; later calls sort after earlier ones, to the millisecond."""
    number = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    return f"{prefix}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
