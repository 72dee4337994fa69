"""What a process holds in memory, by what its pages belong to, as the kernel tells it in /proc/<pid>/smaps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_HEADER = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)")


@dataclass(frozen=True, slots=True)
class Resident:
    """In bytes. A page that several processes have touched counts in full for each of them."""

    segment: int = 0
    """Pages of shared memory that the process has touched."""
    data: int = 0
    """Pages of mapped datasets, raw and prepared."""
    own: int = 0
    """All other: programs, libraries, heap, stacks."""

    @property
    def beside_data(self) -> int:
        """What the law limits."""
        return self.segment + self.own


def resident_memory(pid: int, segments: Path, data: Sequence[Path]) -> Resident:
    """Of a process, now; nothing of one that has ended.

    Args:
        pid: of the process.
        segments: the folder of shared memory.
        data: the folders of datasets.
    """
    found = {"segment": 0, "data": 0, "own": 0}
    kind = "own"
    try:
        lines = Path(f"/proc/{pid}/smaps").read_text().splitlines()
    except OSError:
        return Resident()
    for line in lines:
        if header := _HEADER.fullmatch(line):
            path = header[1].removesuffix(" (deleted)")
            kind = "segment" if path.startswith(str(segments)) else "own"
            kind = "data" if any(path.startswith(str(folder)) for folder in data) else kind
        elif line.startswith("Rss:"):
            found[kind] += int(line.split()[1]) * 1024
    return Resident(**found)


ALLOWANCE_BYTES = 125_000_000
"""Program, libraries, the history of the last steps and the activations of a batch."""


def most_resident(parameters: int, *, shards: int, slots: int, members: int, item: int = 4) -> float:
    """The law: what a member of a gang holds at most beside its mapped data, in bytes.

    The parameters, the gradients of its own shards, and for its cut of the parameters the optimizer's slots and the
    gradients of the others' shards, which it adds there.

    Args:
        parameters: of the network.
        shards: of the job, dealt evenly.
        slots: vectors that the optimizer keeps.
        members: of the gang.
        item: bytes of a number.
    """
    own = -(-shards // members)
    return (own + 1 + slots / members + (shards - own) / members) * parameters * item + ALLOWANCE_BYTES
