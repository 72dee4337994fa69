"""The memory of a pass: what is not needed is not taken."""

import sys
from pathlib import Path

import numpy as np
import pytest

from worker.backprop.network import Network
from worker.backprop.shard_pass import ShardPass


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from Linux's /proc")
def test_rows_that_bring_their_ones_need_no_second_place():
    rows, inputs = 1000, 16_000
    network = Network((inputs, 4, 3), ("relu",))
    parameters = np.zeros(network.layout.size, np.float32)
    gradient, x = np.zeros_like(parameters), np.ones((rows, inputs + 1), np.float32)
    ShardPass(network, parameters, gradient, rows).run(x, np.zeros(rows, np.intp))  # BLAS has its own memory now
    before = resident_bytes()
    shard = ShardPass(network, parameters, gradient, rows)
    shard.run(x, np.zeros(rows, np.intp))
    assert resident_bytes() - before < x.nbytes / 4
