"""The compiled loops beside the NumPy calls they stand for: `python -m benchmarks.loops`.

Microseconds of each in float32, in the cache, in turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.backprop.activation_kernels import bind_activation
from worker.backprop.compiled import loops_in_use, numpy_calls_only
from worker.backprop.gradient_norm import NORM_BLOCK, bind_squares, norm_blocks
from worker.backprop.optimizers import OPTIMIZERS
from worker.backprop.softmax_kernels import cross_entropy_in_calls

Run = Callable[[], object]
SIZES = (1_200, 32_768)
ROUNDS, SECONDS = 7, 0.01


def main() -> None:
    """Measure."""
    if loops_in_use() != "compiled":
        raise SystemExit(loops_in_use())
    print(f"{'':24}{'elements':>9}{'calls us':>10}{'loop us':>9}{'ratio':>7}")
    for name, size, bind in _contestants():
        loop = bind()
        with numpy_calls_only():
            calls = bind()
        by_calls, by_loop = microseconds(calls, loop)
        print(f"{name:24}{size:>9,}{by_calls:>10.2f}{by_loop:>9.2f}{by_calls / by_loop:>7.1f}")


def _contestants() -> list[tuple[str, int, Callable[[], Run]]]:
    rules = [(name, size, _bind_rule(name, size)) for name in OPTIMIZERS for size in SIZES]
    relu = [("relu, back", size, _bind_relu(size)) for size in SIZES]
    costs = [(f"cross entropy, {n} rows", 10 * n, _bind_cost(10, n)) for n in (16, 128)]  # but for its exponentials
    squares = [("sums of squares", size, _bind_squares(size)) for size in SIZES]
    return [*rules, *squares, *relu, *costs]


def _drawn(*shape: int) -> NDArray[Any]:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def _bind_rule(name: str, size: int) -> Callable[[], Run]:
    def bind() -> Run:
        slots = [np.zeros(size, np.float32) for _ in OPTIMIZERS[name].slot_names]
        update = OPTIMIZERS[name]().bind(_drawn(size), _drawn(size), slots)
        return lambda: update(1, 1e-6)

    return bind


def _bind_squares(size: int) -> Callable[[], Run]:
    def bind() -> Run:
        blocks = norm_blocks(0, size)
        return bind_squares(_drawn(size), np.empty(blocks, np.float32), _drawn(blocks * NORM_BLOCK)).run

    return bind


def _bind_relu(size: int) -> Callable[[], Run]:
    def bind() -> Run:
        a, d, s, t = np.maximum(_drawn(4, size // 16, 16), 0)
        (*calls,) = bind_activation("relu", a, d, (), (s, t)).backward
        return lambda: [call() for call in calls]

    return bind


def _bind_cost(classes: int, n: int) -> Callable[[], Run]:
    def bind() -> Run:
        z, y = _drawn(classes, n), np.arange(n) % classes
        cost = cross_entropy_in_calls(z)
        return lambda: cost(y, None)

    return bind


def microseconds(*contestants: Run) -> Sequence[float]:
    """The best of some rounds of each, in turn."""
    best = [float("inf")] * len(contestants)
    for _ in range(ROUNDS):
        for i, run in enumerate(contestants):
            calls, started = 0, time.perf_counter()
            while (taken := time.perf_counter() - started) < SECONDS:
                for _ in range(10):
                    run()
                calls += 10
            best[i] = min(best[i], taken / calls * 1e6)
    return best


if __name__ == "__main__":
    main()
