"""What the machine can do at most: its float32 matrix product."""

from __future__ import annotations

import os
import subprocess
import sys

_SIZE = 2048
_PRODUCTS = f"""
import time
import numpy as np
a, b, c = (np.ones(({_SIZE}, {_SIZE}), np.float32) for _ in range(3))
best = 1e9
np.dot(a, b, c)
for _ in range(6):
    started = time.perf_counter()
    np.dot(a, b, c)
    best = min(best, time.perf_counter() - started)
print(2 * {_SIZE}**3 / best / 1e9)
"""


def peak_gflops() -> float:
    """GFLOP/s of both cores: the better of one product on two threads and two products on one thread each."""
    return max(_products(processes=1, threads=2), _products(processes=2, threads=1))


def _products(processes: int, threads: int) -> float:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    command = [sys.executable, "-c", _PRODUCTS]
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return sum(float(process.communicate()[0]) for process in running)
