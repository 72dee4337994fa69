"""How often a gang has met, read from its segment by a process that has no part in it.

The members of a gang meet twice a step, when all gradients and when all parameters are there, and twice more at the end
of an epoch.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

MEETINGS_A_STEP = 2
_FIRST_COUNTER = 128
"""Bytes before the leader's counter in a segment: the control words."""


def meetings(segment: Path) -> int:
    """The leader's counter; 0 for a segment that is being made. Raises FileNotFoundError."""
    with segment.open("rb") as file:
        file.seek(_FIRST_COUNTER)
        word = file.read(8)
    return int(struct.unpack("<q", word)[0]) if word else 0


def segments_of(shared_memory: Path, job_id: str, since: int) -> Iterator[Path]:
    """The segments of a job's generations from this one on that are in a host's shared memory."""
    for path in shared_memory.glob(f"*/{job_id}-*"):
        if not path.suffix and int(path.name.rpartition("-")[2]) >= since:
            yield path
