"""The barrier: nobody goes on before everybody has come."""

import multiprocessing
import os
import time

import numpy as np
import pytest

from models.errors import GangBroken
from worker.gang.barrier import COUNTER_STRIDE, Barrier


def barrier(counters, rank, size, watch=lambda missing: None):
    return Barrier(memoryview(counters), rank, size, watch)


def counters_for(size):
    return np.zeros(size * COUNTER_STRIDE, np.int64)


def test_a_gang_of_one_never_waits():
    alone = barrier(counters_for(1), 0, 1)
    for _ in range(1000):
        alone.wait()


def _count_rounds(path, rank, size, rounds, results):
    memory = np.memmap(path, np.int64, "r+", shape=(size * (COUNTER_STRIDE + 1),))
    work = memory[size * COUNTER_STRIDE :]
    mine = barrier(memory[: size * COUNTER_STRIDE], rank, size)
    torn = 0
    for round_ in range(1, rounds + 1):
        work[rank] = round_
        mine.wait()
        torn += int((work != round_).any())
        mine.wait()
    results.put((rank, torn))


@pytest.mark.parametrize("size", [2, 3])
def test_what_was_written_before_the_barrier_is_seen_after_it(tmp_path, size):
    path = tmp_path / "memory"
    path.write_bytes(bytes(size * (COUNTER_STRIDE + 1) * 8))
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    members = [context.Process(target=_count_rounds, args=(path, rank, size, 2000, results)) for rank in range(size)]
    for member in members:
        member.start()

    found = dict(results.get(timeout=60) for _ in members)
    for member in members:
        member.join()
    results.close()

    assert found == dict.fromkeys(range(size), 0)


def test_waiting_for_the_dead_ends_with_what_the_watch_raises():
    missing = []

    def watch(ranks):
        missing.append(ranks)
        raise GangBroken("gone")

    started = time.monotonic()
    with pytest.raises(GangBroken):
        barrier(counters_for(3), 1, 3, watch).wait()

    assert missing == [[0, 2]]
    assert time.monotonic() - started < 5


def test_who_waits_beside_busy_programs_looks_after_the_others_too(monkeypatch):
    """There a yield takes as long as the other program may run."""
    monkeypatch.setattr(os, "sched_yield", lambda: time.sleep(0.02))

    def watch(_):
        raise GangBroken("gone")

    started = time.monotonic()
    with pytest.raises(GangBroken):
        barrier(counters_for(2), 0, 2, watch).wait()
    assert time.monotonic() - started < 2
