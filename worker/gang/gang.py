"""One member's hold on its gang: who it is, where the others are, how they meet and what they agree on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from models.errors import GangBroken
from worker.backprop.gradient_norm import NORM_BLOCK
from worker.gang.barrier import Barrier
from worker.gang.control_words import Action, Word
from worker.gang.segment import Segment


@dataclass(frozen=True, slots=True)
class Place:
    """A member's place: its rank, and the shards [first_shard, last_shard) it holds."""

    rank: int
    size: int
    first_shard: int
    last_shard: int


def places(size: int, shards: int) -> list[Place]:
    """Cut the shards into ``size`` contiguous runs of nearly equal length, one a member."""
    return [Place(rank, size, shards * rank // size, shards * (rank + 1) // size) for rank in range(size)]


def places_by_speed(speeds: Sequence[float], shards: int) -> list[Place]:
    """Cut the shards into contiguous runs, a longer one for a faster member."""
    ends = list(accumulate(deal(shards, speeds), initial=0))
    return [Place(rank, len(speeds), *ends[rank : rank + 2]) for rank in range(len(speeds))]


def deal(shards: int, speeds: Sequence[float]) -> list[int]:
    """How many shards each member holds, at least one, for the shortest step: the slowest member decides its length.

    Args:
        shards: no fewer than members.
        speeds: shards a second of each member, in any unit; greater than 0.
    """
    held = [1] * len(speeds)
    for _ in range(shards - len(speeds)):
        next_one = min(range(len(speeds)), key=lambda rank: (held[rank] + 1) / speeds[rank])
        held[next_one] += 1
    return held


def own_cut(start: int, stop: int, rank: int, size: int) -> tuple[int, int]:
    """This member's part of the elements [start, stop). Cuts fall a multiple of NORM_BLOCK after ``start``."""
    blocks = -(-(stop - start) // NORM_BLOCK)
    first = start + blocks * rank // size * NORM_BLOCK
    last = start + blocks * (rank + 1) // size * NORM_BLOCK
    return min(first, stop), min(last, stop)


class Gang:
    """A gang as one of its members sees it.

    Args:
        segment: the memory all members share.
        place: this member's.
        is_dead: tells whether the process of the member of a rank has ended.
        still_mine: raises when this worker may no longer serve the job.
    """

    def __init__(
        self, segment: Segment, place: Place, is_dead: Callable[[int], bool], still_mine: Callable[[], None]
    ) -> None:
        self.segment, self.place = segment, place
        self._is_dead, self._still_mine = is_dead, still_mine
        self._barrier = Barrier(segment.arrivals, place.rank, place.size, self._watch)
        self.meet = self._barrier.wait
        self.requested = Action.GO_ON
        """Set by the reporter's thread, announced by the trainer's at its next step."""

    @property
    def is_leader(self) -> bool:
        """The leader writes the control words and reports."""
        return self.place.rank == 0

    def request(self, action: Action) -> None:
        """Ask for a boundary soon. A weightier action replaces a lighter one."""
        self.requested = max(self.requested, action)

    def announce(self, action: Action, step: int) -> None:
        """Make all members act after ``step`` steps: to be called between the barriers of the step before."""
        control = self.segment.control
        if control[Word.BOUNDARY] != step or control[Word.ACTION] < action:
            control[Word.ACTION] = action
            control[Word.BOUNDARY] = step
        self.requested = Action.GO_ON

    def abort(self) -> None:
        """End the generation for everybody, wherever they are."""
        self.segment.control[Word.ABORT] = 1

    def _watch(self, missing: list[int]) -> None:
        self._still_mine()
        if self.segment.control[Word.ABORT]:
            raise GangBroken("the generation was ended")
        for rank in missing:
            if self._is_dead(rank):
                self.abort()
                raise GangBroken(f"member {rank} is gone")
