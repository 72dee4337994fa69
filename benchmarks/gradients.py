"""The compiled gradient of a layer beside the BLAS's: `python -m benchmarks.gradients`.

Microseconds of each in float32 on one core, in turn, the compiled one even where ``layer_gradient`` would not take it.
"""

from __future__ import annotations

import numpy as np

from benchmarks.loops import microseconds
from worker.backprop.arrays import Floats, on_a_line
from worker.backprop.compiled import bind_gradient_loop, computes_gradients
from worker.backprop.layer_gradient import bind_compiled_of_rows, place_to_pack
from worker.backprop.products import bind_gradient, bind_gradient_of_rows
from worker.fingerprint import limit_blas_to_one_thread

SHAPES = (
    (784, 128, 32, True),
    (784, 512, 64, True),
    (784, 1024, 128, True),
    (28, 256, 512, True),
    (64, 32, 16, True),
    (512, 256, 64, False),
    (1024, 1024, 128, False),
    (256, 256, 512, False),
    (1024, 10, 128, False),
    (128, 10, 32, False),
    (32, 10, 16, False),
    (256, 2, 256, False),
)
"""Inputs, units, rows of data, and whether the inputs are these."""


def main() -> None:
    """Measure."""
    if not computes_gradients():
        raise SystemExit("the gradient was not compiled, or this processor has no AVX-512")
    limit_blas_to_one_thread()
    print(f"{'gradient':28}{'BLAS us':>10}{'compiled us':>13}{'ratio':>7}{'GFLOP/s':>9}")
    for inputs, units, n, of_rows in SHAPES:
        by_blas, compiled = _measure(inputs + 1, units, n, of_rows=of_rows)
        name = f"{inputs}-{units}, {n} rows{' of data' if of_rows else ''}"
        gflops = 2 * (inputs + 1) * units * n / compiled / 1e3
        print(f"{name:28}{by_blas:>10.1f}{compiled:>13.1f}{by_blas / compiled:>7.2f}{gflops:>9.0f}")


def _measure(inputs: int, units: int, n: int, *, of_rows: bool) -> tuple[float, float]:
    delta, packed, gradient = _drawn(units, n), place_to_pack(units, n, np.dtype(np.float32)), _drawn(inputs, units)
    if of_rows:
        x = _drawn(n, inputs)[:]
        by_blas, compiled = bind_gradient_of_rows(delta, gradient), bind_compiled_of_rows(delta, packed, gradient)
        taken = microseconds(lambda: by_blas(x), lambda: compiled(x))
    else:
        a = _drawn(inputs, n)
        of_layer = bind_gradient_loop((a, delta, packed, gradient), (inputs, units, n, 0))
        taken = microseconds(bind_gradient(a, delta, gradient), of_layer)
    return taken[0], taken[1]


def _drawn(rows: int, columns: int) -> Floats:
    drawn = on_a_line(rows * columns, np.dtype(np.float32)).reshape(rows, columns)
    drawn[...] = np.random.default_rng(0).standard_normal(drawn.shape)
    return drawn


if __name__ == "__main__":
    main()
