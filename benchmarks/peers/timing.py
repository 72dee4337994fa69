"""The clock of every peer, and the data they train on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks.shapes import SHAPES, Shape

LEARNING_RATE = 1e-4


def asked() -> tuple[Shape, float]:
    """The shape and the seconds that the command line names."""
    return SHAPES[int(sys.argv[1])], float(sys.argv[2])


def data(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Rows × inputs in float32 and a label a row, as our own job has them after standardizing."""
    random = np.random.Generator(np.random.Philox(0))
    labels = np.arange(shape.rows) % shape.widths[-1]
    return random.standard_normal((shape.rows, shape.widths[0]), dtype=np.float32), labels


def samples_per_second(rows: int, seconds: float, epoch: Callable[[], object]) -> float:
    """Whole epochs for at least so many seconds, after two that are not counted."""
    for _ in range(2):
        epoch()
    epochs, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        epoch()
        epochs += 1
    return epochs * rows / elapsed
