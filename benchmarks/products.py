"""The compiled products of a layer beside the BLAS's, and the compiled cross entropy: `python -m benchmarks.products`.

Microseconds of each in float32 on one core, in turn: forward with relu, back with its slope, the gradient; softmax with
cross entropy beside NumPy calls and loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from benchmarks.loops import microseconds
from worker.backprop import blas_products
from worker.backprop.activation_kernels import Kernel, bind_activation
from worker.backprop.arrays import Floats, Op, on_a_line
from worker.backprop.compiled import computes_products
from worker.backprop.layer_products import (
    bind_first_forward,
    bind_first_gradient,
    bind_layer_back,
    bind_layer_forward,
    bind_layer_gradient,
    place_for_copies,
)
from worker.backprop.rows_of_data import RowsOfData
from worker.backprop.softmax_kernels import compiled_cross_entropy, cross_entropy_in_calls
from worker.fingerprint import limit_blas_to_one_thread

FIRST = ((64, 32, 16), (784, 128, 32), (784, 512, 64), (784, 1024, 128), (28, 256, 512))
ABOVE = (
    (32, 10, 16),
    (128, 10, 32),
    (512, 256, 64),
    (1024, 1024, 128),
    (1024, 10, 128),
    (256, 256, 512),
    (256, 2, 512),
)
"""Inputs, units, rows of data: of layers whose inputs are the data, and of those above them."""

OUTPUTS = ((10, 16), (10, 128), (1000, 128))
"""Classes and rows."""

Pair = tuple[str, Callable[[], object], Callable[[], object]]
"""What it is, the BLAS's, and the compiled form."""


def main() -> None:
    """Measure."""
    if not computes_products():
        raise SystemExit("the products were not compiled, or this processor has no AVX-512")
    limit_blas_to_one_thread()
    print(f"{'':38}{'BLAS us':>9}{'compiled us':>13}{'ratio':>7}{'GFLOP/s':>9}")
    for shapes, pairs in ((FIRST, _of_rows), (ABOVE, _of_layer)):
        for inputs, units, n in shapes:
            for what, by_blas, compiled in pairs(inputs, units, n):
                blas_us, compiled_us = microseconds(by_blas, compiled)
                gflops = 2 * (inputs + 1) * units * n / compiled_us / 1e3
                name = f"{inputs}-{units}, {n} rows, {what}"
                print(f"{name:38}{blas_us:>9.1f}{compiled_us:>13.1f}{blas_us / compiled_us:>7.2f}{gflops:>9.0f}")
    for classes, n in OUTPUTS:
        calls_us, compiled_us = microseconds(*_cross_entropies(classes, n))
        name = f"cross entropy, {classes} classes, {n} rows"
        print(f"{name:38}{calls_us:>9.1f}{compiled_us:>13.1f}{calls_us / compiled_us:>7.2f}")


def _of_rows(inputs: int, units: int, n: int) -> Iterator[Pair]:
    """Of the first layer."""
    M, x, delta, gradient = (
        _drawn(*shape) for shape in ((inputs + 1, units), (n, inputs + 1), (units, n), (inputs + 1, units))
    )
    relu, place, rows = _relu(units, n), _place(inputs, units, n), RowsOfData(x)
    blas = blas_products.bind_forward_of_rows(M, units, relu.z)
    (compiled,) = bind_first_forward(M, units, rows, place, relu)
    yield "forward", lambda: (blas(rows.x), relu.forward[0]()), compiled
    by_blas = blas_products.bind_gradient_of_rows(delta, gradient)
    yield "gradient", lambda: by_blas(rows.x), bind_first_gradient(rows, delta, place, gradient)


def _of_layer(inputs: int, units: int, n: int) -> Iterator[Pair]:
    """Of a layer above it."""
    M, a, delta, gradient = (
        _drawn(*shape) for shape in ((inputs + 1, units), (inputs + 1, n), (units, n), (inputs + 1, units))
    )
    relu, place, below = _relu(units, n), _place(inputs, units, n), _relu(inputs, n)
    out = np.empty((inputs, n), np.float32)
    yield (
        "forward",
        _all([blas_products.bind_forward(M, units, a, relu.z), *relu.forward]),
        _all(bind_layer_forward(M, units, a, place, relu)),
    )
    yield (
        "back",
        _all([blas_products.bind_back(M[:-1], units, delta, out), *below.backward]),
        _all(bind_layer_back(M[:-1], units, delta, place, out, None, below)),
    )
    yield (
        "gradient",
        blas_products.bind_gradient(a, delta, gradient),
        bind_layer_gradient(a, delta, place, gradient),
    )


def _cross_entropies(classes: int, n: int) -> tuple[Op, Op]:
    """In calls, and compiled."""
    z, y = _drawn(classes, n), np.arange(n) % classes
    in_calls, compiled = cross_entropy_in_calls(z.copy()), compiled_cross_entropy(z)
    assert compiled is not None
    return lambda: in_calls(y, None), lambda: compiled(y, None)


def _all(operations: Sequence[Op]) -> Callable[[], object]:
    return operations[0] if len(operations) == 1 else lambda: [operation() for operation in operations]


def _relu(units: int, n: int) -> Kernel:
    return bind_activation("relu", _drawn(units, n), _drawn(units, n), (), (_drawn(units, n), _drawn(units, n)))


def _place(inputs: int, units: int, n: int) -> Floats:
    return place_for_copies([inputs + 1, units, n], [units, n], np.dtype(np.float32))


def _drawn(rows: int, columns: int) -> Floats:
    drawn = on_a_line(rows * columns, np.dtype(np.float32)).reshape(rows, columns)
    drawn[...] = np.random.default_rng(0).standard_normal(drawn.shape)
    return drawn


if __name__ == "__main__":
    main()
