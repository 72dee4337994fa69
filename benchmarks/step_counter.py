"""How many steps a gang has done, read from its segment by a process that has no part in it."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

_FIRST_COUNTER = 128
"""Bytes before the leader's counter in a segment: the control words."""
_MEETINGS_A_STEP = 2


class StepCounter:
    """The leader's counter of a generation whose layers are adjusted all at once. Raises FileNotFoundError."""

    def __init__(self, segment: Path) -> None:
        with segment.open("rb") as file:
            self._memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def steps(self) -> int:
        """Steps of this generation; where the leader met others at the end of an epoch too, some more."""
        meetings: int = struct.unpack_from("<q", self._memory, _FIRST_COUNTER)[0]
        return meetings // _MEETINGS_A_STEP


def segment_of(folder: Path, job_id: str, generation: int) -> Path | None:
    """Where the memory of this generation of a job is, or of one after it, if there is one."""
    found = {int(path.name.rpartition("-")[2]): path for path in folder.glob(f"*/{job_id}-*") if not path.suffix}
    return found[max(found)] if found and max(found) >= generation else None
