"""The bare engine in one process: ``python -m benchmarks.engine``.

For each network the time of one shard's pass and of half the parameters' update, which is what a step of two workers
takes each of them besides adding the shards and waiting; and the share of the matrix-product peak, measured before.
"""

from __future__ import annotations

import os
import timeit
from collections.abc import Callable
from itertools import pairwise

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from benchmarks.tables import operations_a_row
from worker.backprop import Network, ShardPass, initialize, make_optimizer
from worker.gang.exchange import BLOCK

NETWORKS = [
    ((64, 32, 10), 32),
    ((784, 128, 10), 64),
    ((784, 512, 256, 10), 128),
    ((784, 1024, 1024, 10), 256),
    ((28, 256, 256, 2), 1024),
]
_MEASURE_S = 0.02


def main() -> None:
    """Print the table."""
    peak = peak_gflops()
    print(f"float32 product of one thread at 2,048³: {peak:.0f} GFLOP/s\n")
    print(f"{'network, batch':28}{'pass µs':>10}{'Adam/2 µs':>11}{'SGD/2 µs':>10}{'samples/s':>12}{'pass of peak':>14}")
    for widths, batch in NETWORKS:
        network = Network(widths, ("relu",) * (len(widths) - 2))
        passing = pass_us(network, batch // 2)
        adam, sgd = (update_us(network.layout.size // 2, name) for name in ("adam", "sgd"))
        gflops = operations_a_row(widths) * (batch // 2) / passing / 1e3
        name = f"{'-'.join(map(str, widths))}, {batch}"
        rate = batch / (passing + adam) * 1e6
        print(f"{name:28}{passing:10.1f}{adam:11.1f}{sgd:10.1f}{rate:12,.0f}{gflops / peak:14.0%}")


def peak_gflops(size: int = 2048) -> float:
    """The best of a few large products."""
    a, b, c = (np.ones((size, size), np.float32) for _ in range(3))
    return 2 * size**3 / best_us(lambda: np.dot(a, b, c)) / 1e3


def pass_us(network: Network, rows: int) -> float:
    """One shard's pass over random rows."""
    random = np.random.default_rng(0)
    parameters = initialize(network, "he_normal", 0)
    x = np.ones((rows, network.inputs + 1), np.float32)
    x[:, :-1] = random.standard_normal((rows, network.inputs))
    y = random.integers(0, network.outputs, rows)
    shard = ShardPass(network, parameters, np.empty_like(parameters), rows)
    return best_us(lambda: shard.run(x, y))


def update_us(size: int, name: str) -> float:
    """So many parameters updated in blocks, the gradient of each at hand."""
    optimizer = make_optimizer(name)
    parameters, gradient = np.ones(size, np.float32), np.full(min(size, BLOCK), 1e-3, np.float32)
    slots = [np.ones(size, np.float32) for _ in optimizer.slot_names]
    updates = []
    for low, high in pairwise([*range(0, size, BLOCK), size]):
        updates.append(optimizer.bind(parameters[low:high], gradient[: high - low], [slot[low:high] for slot in slots]))

    def update_all() -> None:
        for update in updates:
            update(1, 1e-6)

    return best_us(update_all)


def best_us(call: Callable[[], object]) -> float:
    """The best mean of several runs of about 20 ms."""
    number = max(1, int(_MEASURE_S / (min(timeit.repeat(call, number=1, repeat=3)))))
    return min(timeit.repeat(call, number=number, repeat=15)) / number * 1e6


if __name__ == "__main__":
    main()
