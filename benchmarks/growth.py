"""How a step's cost grows with its rows and with its parameters: `python -m benchmarks.growth [picture.svg]`.

One engine step is the pass of a gang of one over its shard and the exchange, in float32 with Adam: the median of
several, in the thread's own processor time, which others on the machine disturb less. Rows go over four decades with
one network, parameters over four with one batch. The exponent is the slope of log time by log size, over all points and
over the last two decades, where what a step costs by itself no longer shows: 1 is a straight line.
"""

from __future__ import annotations

import math
import os
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import machine
from chainrule.plot.scale import Series
from chainrule.plot.svg import svg
from tests.support.gang_of_one import GangOfOne, with_ones
from worker.training.descent import Simultaneous
from worker.training.prepared import Prepared

_ROWS = [10, 31, 100, 316, 1_000, 3_162, 10_000, 31_623, 100_000]
_ROWS_WIDTHS = (64, 32, 10)
_UNITS = [5, 20, 64, 200, 370, 1_100, 2_000, 3_500]
"""Of a hidden layer each."""
_PARAMETERS_ROWS, _INPUTS, _OUTPUTS = 32, 64, 10
_LEAST_STEPS, _MEASURE_S = 5, 1.0

Points = list[tuple[float, float]]
"""Sizes, and microseconds a step."""


def main() -> None:
    """Measure, print the table, and draw the picture if asked for."""
    console = Console()
    console.print(machine())
    rows = [(float(n), step_us(_ROWS_WIDTHS, n)) for n in _ROWS]
    networks = [(_INPUTS, units, units, _OUTPUTS) for units in _UNITS]
    parameters = [(float(size_of(widths)), step_us(widths, _PARAMETERS_ROWS)) for widths in networks]
    table = Table(title="Microseconds a step")
    for title in ("size", "a step", "for each row or 1,000 parameters"):
        table.add_column(title, justify="right")
    for name, points, unit in (("rows", rows, 1), ("parameters", parameters, 1000)):
        for size, us in points:
            table.add_row(f"{size:,.0f} {name}", f"{us:,.0f}", f"{us / size * unit:,.2f}")
        table.add_section()
        console.print(
            f"{name}: exponent {exponent(points):.2f}, over the last two decades {exponent(last(points)):.2f}"
        )
    console.print(table)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(picture(rows, parameters))


def step_us(widths: tuple[int, ...], rows: int) -> float:
    """The median step of a gang of one, after two that touch all memory for the first time."""
    random = np.random.default_rng(0)
    x = with_ones(random.standard_normal((rows, widths[0])).astype(np.float32))
    data = Prepared(x, random.integers(0, widths[-1], rows).astype(np.intp), x[:0], np.empty(0, np.intp))
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        gang = GangOfOne(
            Path(folder),
            data,
            list(range(widths[-1])),
            network={"hidden": [{"units": units} for units in widths[1:-1]]},
            training={"cost": "cross_entropy", "batch_size": rows, "optimizer": {"name": "adam"}},
            shards=1,
            validation=None,
        )
        found: list[float] = []
        descent, (batch,) = Simultaneous(gang.run, gang.gang, _approve), gang.run.batches.epoch(0, 0)
        while len(found) < _LEAST_STEPS + 2 or sum(found) < _MEASURE_S:
            started = time.thread_time()
            descent.take_step(batch, len(found), 1e-6)
            found.append(time.thread_time() - started)
        gang.trainer.close()
    return statistics.median(found[2:]) * 1e6


def _approve(total: float) -> None:
    """Whatever the cost: nothing is announced here."""


def size_of(widths: tuple[int, ...]) -> int:
    """Weights and biases."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(widths))


def exponent(points: Points) -> float:
    """The slope of log time by log size, by least squares."""
    x, y = np.log(np.array(points)).T
    return float(np.polyfit(x, y, 1)[0])


def last(points: Points) -> Points:
    """Those within two decades of the largest size."""
    return [point for point in points if point[0] >= points[-1][0] / 100 * 0.99]


def picture(rows: Points, parameters: Points) -> str:
    """Both curves; an axis is the decimal logarithm of a size."""
    curves = [
        Series(name, tuple((math.log10(size), us) for size, us in points))
        for name, points in (("rows of 64-32-10", rows), ("parameters, 32 rows", parameters))
    ]
    return svg(curves, title="Microseconds a step", x_name="size, as a power of ten", log=True)


if __name__ == "__main__":
    main()
