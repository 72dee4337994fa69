"""The figures as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from rich.table import Table

from benchmarks.contest import (
    BARE,
    BARE_ALONE,
    DISTANCE,
    OURS,
    OURS_ALONE,
    OURS_SGD,
    OURS_SHUFFLED,
    PEAK,
    PEERS,
    Figures,
)
from benchmarks.shapes import Shape

Measured = Sequence[tuple[Shape, Figures]]


def rates(measured: Measured) -> Table:
    """Thousands of samples per second, the median of the rounds; steps per second of ours; the cores' distance."""
    names = [
        OURS,
        BARE,
        OURS_ALONE,
        BARE_ALONE,
        OURS_SGD,
        OURS_SHUFFLED,
        *(name for name in PEERS if name in measured[0][1]),
    ]
    table = _table("Thousands of samples per second; Adam, float32, 2 shards, the whole job path", names)
    table.add_column("steps/s, 2 workers", justify="right")
    table.add_column(DISTANCE, justify="right")
    for shape, figures in measured:
        steps = median(figures[OURS]) / shape.batch_size
        distance = f"{min(figures[DISTANCE]):.0f}-{max(figures[DISTANCE]):.0f}"
        thousands = [f"{median(figures[name]) / 1e3:,.0f}" for name in names]
        table.add_row(*_head(shape), *thousands, f"{steps:,.0f}", distance)
    return table


def ratios(measured: Measured) -> Table:
    """How many times as fast we are with two workers as each peer, and how near to what the machine can do."""
    peers = [name for name in PEERS if name in measured[0][1]]
    table = _table(
        "2 workers, times the rate of: the median of the rounds, the least and the most", [*peers, BARE, OURS_ALONE]
    )
    table.add_column("share of peak (SGD)", justify="right")
    for shape, figures in measured:
        times = [_times(figures[OURS], figures[name]) for name in (*peers, BARE, OURS_ALONE)]
        peak = median(figures[PEAK])
        share = median(figures[OURS_SGD]) * operations_a_row(shape.widths) / 1e9 / peak
        table.add_row(*_head(shape), *times, f"{share:.0%} of {peak:.0f} GFLOP/s")
    return table


def operations_a_row(widths: tuple[int, ...]) -> int:
    """Floating-point operations of a forward and a backward pass: 4 P + 2 (P - P₁).

    P are the weights, P₁ those of the first layer, whose input needs no gradient.
    """
    weights = sum(n_in * n_out for n_in, n_out in pairwise(widths))
    return 4 * weights + 2 * (weights - widths[0] * widths[1])


def _table(title: str, names: Sequence[str]) -> Table:
    table = Table(title=title)
    for name in ("network", "batch", *names):
        table.add_column(name, justify="left" if name == "network" else "right")
    return table


def _times(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Round against round: what disturbs the machine for minutes disturbs both."""
    times = [a / b for a, b in zip(ours, theirs, strict=True)]
    return f"{median(times):.2f} ({min(times):.2f}-{max(times):.2f})"


def _head(shape: Shape) -> tuple[str, str]:
    return shape.name, str(shape.batch_size)
