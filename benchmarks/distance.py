"""How far apart the machine's cores are: ``python -m benchmarks.distance`` prints the nanoseconds of a message.

A virtual machine's cores may be of one die or of two, and its host may move them while it runs: what is measured in one
minute is not what is measured in the next. The message is a number in shared memory, there and back, halved; what
Python takes to write and to read it is in it.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import time

_MESSAGES, _ROUNDS = 20_000, 5
_ASKED, _ANSWERED = 0, 8
"""Words, each on a cache line of its own."""


def message_ns() -> float:
    """The best of a few rounds between the first and the last of the cores that this process may use."""
    cores = sorted(os.sched_getaffinity(0))
    words = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("q")
    other = multiprocessing.get_context("fork").Process(target=_answer, args=(words, cores[-1]), daemon=True)
    other.start()
    os.sched_setaffinity(0, {cores[0]})
    best = min(_ask(words, round_ * _MESSAGES) for round_ in range(_ROUNDS))
    other.join()
    return best


def _ask(words: memoryview[int], asked: int) -> float:
    started = time.perf_counter_ns()
    for number in range(asked + 1, asked + _MESSAGES + 1):
        words[_ASKED] = number
        while words[_ANSWERED] < number:
            pass
    return (time.perf_counter_ns() - started) / _MESSAGES / 2


def _answer(words: memoryview[int], core: int) -> None:
    os.sched_setaffinity(0, {core})
    for number in range(1, _ROUNDS * _MESSAGES + 1):
        while words[_ASKED] < number:
            pass
        words[_ANSWERED] = number


if __name__ == "__main__":
    print(message_ns())
