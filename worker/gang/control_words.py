"""The words the leader writes for its gang, and what they say.

Only the leader writes them, and only between the two barriers of a step: at that moment nobody else reads.
"""

from __future__ import annotations

from enum import IntEnum


class Word(IntEnum):
    """Where each word lies in the control region."""

    BOUNDARY = 0
    """The number of steps done at which all members act."""
    ACTION = 1
    """What they do there."""
    ABORT = 2
    """Not 0: the generation is over, do not wait for anybody."""
    PUBLISHED = 3
    """How many snapshots were published; the last one is the one to restart from."""
    VERDICT = 4
    """What the leader concluded from the epoch's metrics."""
    DIVERGED = 5
    """Not 0: the state at this boundary is not finite. Nobody goes on from it, and it is not published."""


class Action(IntEnum):
    """What a gang does at a boundary, the weightier last: where two meet, that one wins."""

    GO_ON = 0
    SNAPSHOT = 1
    """Copy the state aside and go on."""
    REFORM = 2
    """Copy the state aside and form again: somebody wants to join or to leave."""
    PAUSE = 3
    CANCEL = 4
    TIME_LIMIT = 5
    FINISH = 6
    """The stopping rules are met, or the last epoch is done."""
    DIVERGED = 7


class Verdict(IntEnum):
    """The leader's conclusion after an epoch; a stop is announced as a boundary."""

    NOTHING = 0
    IMPROVED = 1
    """These weights are the best so far: keep them."""
