"""What this machine's arithmetic is: workers whose fingerprints differ may give different bits."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits

from models.release import release
from worker.backprop import Network, ShardPass, initialize
from worker.backprop.compiled import computes_products, loops_in_use
from worker.backprop.cost_kernels import bind_cost
from worker.backprop.gradient_norm import bind_norm, squares_of
from worker.backprop.optimizers import OPTIMIZERS
from worker.backprop.tree import bind_tree_mean, tree_depth

_CANARY_SHAPES = ((3, 5, 7), (16, 65, 32), (33, 129, 10), (128, 785, 64))


@cache
def fingerprint() -> dict[str, Any]:
    """NumPy's version, the BLAS build and kernel, whose products, the SIMD features, and the digest of a canary.

    The canary is some matrix products, exponentials, sums, gradients and updates of fixed numbers: it catches what
    names do not, a compiler that rounded the loops of ``worker.backprop.compiled`` otherwise among them.
    """
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    parts: dict[str, Any] = {
        "numpy": np.__version__,
        "blas": sorted(f"{pool['internal_api']} {pool['version']} {pool.get('architecture')}" for pool in blas),
        "products": "compiled" if computes_products() else "BLAS",
        "simd": np.show_config(mode="dicts")["SIMD Extensions"].get("found", []),
        "canary": _canary(),
    }
    text = json.dumps(parts, sort_keys=True).encode()
    return {**parts, "digest": hashlib.sha256(text).hexdigest()}


def provenance() -> dict[str, Any]:
    """The fingerprint, and beside its digest what a job's receipt says of the programs that served it."""
    return {**fingerprint(), "chainrule": release(), "python": platform.python_version(), "loops": loops_in_use()}


def limit_blas_to_one_thread() -> None:
    """One BLAS thread a worker: the split of a product over threads changes its bits."""
    threadpool_limits(1, user_api="blas")


def _canary() -> str:
    digest = hashlib.sha256()
    random = np.random.Generator(np.random.Philox(key=2024))
    for dtype in (np.float32, np.float64):
        for rows, inner, columns in _CANARY_SHAPES:
            left: NDArray[Any] = random.standard_normal((rows, inner)).astype(dtype)
            right: NDArray[Any] = random.standard_normal((inner, columns)).astype(dtype)
            product = left @ right
            results = [product, np.exp(-np.abs(product)), np.tanh(product), product.sum(axis=1), left.T @ product]
            for result in [*results, _gradient(left, columns), *_learnt(product)]:
                digest.update(np.ascontiguousarray(result).tobytes())
    return digest.hexdigest()


def _gradient(x: NDArray[Any], units: int) -> NDArray[Any]:
    """Of a network with a hidden layer of so many units, at fixed parameters: all products of a pass are in it."""
    n, inputs = x.shape
    network = Network((inputs, units, 10), ("relu",), dtype=x.dtype.name)
    gradient = np.empty(network.layout.size, x.dtype)
    ShardPass(network, initialize(network, "he_normal", 1), gradient, n).run(x, np.arange(n) % 10)
    return gradient


def _learnt(numbers: NDArray[Any]) -> list[NDArray[Any]]:
    """What the loops of a step make of these numbers."""
    z, g = numbers.copy(), np.empty(numbers.size, numbers.dtype)
    cost = bind_cost("cross_entropy", z, (z, z))(np.arange(z.shape[1]) % len(z), None)
    shards = [numbers.ravel(), z.ravel(), numbers.ravel()]
    bind_tree_mean(shards, g, list(np.empty((tree_depth(len(shards)), g.size), g.dtype)))(1 / 3)
    squares = squares_of(g)
    results = [z, g, squares, np.array([cost, bind_norm(squares)()])]
    for rule in OPTIMIZERS.values():
        theta, slots = numbers.ravel().copy(), [np.zeros_like(g) for _ in rule.slot_names]
        update = rule().bind(theta, g, slots)
        for step in (1, 2, 3):
            update(step, 0.1)
        results += [theta, *slots]
    return results
