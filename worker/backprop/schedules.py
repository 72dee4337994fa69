"""Schedules: big twists first, then small ones. Each is a factor of the optimizer's learning rate.

    t: steps done before this one, from 0      T: all steps of the run
    e: epochs done before this one, from 0     N: steps an epoch

A schedule is a function of (t, e) alone, so any step's rate can be had at any time. ``reduce_on_plateau`` depends on
costs as well: its factor is a small state, ``Plateau``, that the training loop keeps with the run's.

Sources: Loshchilov and Hutter, "SGDR", ICLR 2017, eq. 5 (cosine). Goyal et al., "Accurate, large minibatch SGD", 2017
(warm-up). Smith and Topin, "Super-convergence", 2018 (one cycle, here with cosines).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

Schedule = Callable[[int, int], float]


def constant() -> Schedule:
    """1"""
    return lambda t, e: 1.0


def step(every_epochs: int, factor: float) -> Schedule:
    """factor^⌊e / every_epochs⌋"""
    return lambda t, e: factor ** (e // every_epochs)


def exponential(factor: float) -> Schedule:
    """factor^e"""
    return lambda t, e: factor**e


def cosine(floor: float, steps_total: int) -> Schedule:
    """floor + (1 - floor) (1 + cos(π t / (T - 1))) / 2, which is ``floor`` at the last step."""
    last = max(1, steps_total - 1)
    return lambda t, e: _between(1.0, floor, min(1.0, t / last))


def warm_up(epochs: float, steps_per_epoch: int) -> Schedule:
    """min(1, (t + 1) / (epochs N))"""
    rise = epochs * steps_per_epoch
    return lambda t, e: min(1.0, (t + 1) / rise)


def one_cycle(rise: float, start_divisor: float, end_divisor: float, steps_total: int) -> Schedule:
    """From 1 / start_divisor to 1 at t = rise T - 1, then to 1 / end_divisor at the last step, each half a cosine."""
    peak, last = rise * steps_total - 1.0, float(steps_total - 1)

    def rate(t: int, e: int) -> float:
        if t <= peak:
            return _between(1.0 / start_divisor, 1.0, t / peak if peak > 0.0 else 1.0)
        return _between(1.0, 1.0 / end_divisor, min(1.0, (t - peak) / (last - peak)) if last > peak else 1.0)

    return rate


def make_schedule(name: str = "constant", *, steps_per_epoch: int, steps_total: int, **settings: float) -> Schedule:
    """The schedule of a spec: (t, e) → factor.

    Raises:
        ValueError: for an unknown name.
    """
    if name in ("constant", "reduce_on_plateau"):  # the plateau's factor is a state: see Plateau
        return constant()
    if name == "step":
        return step(int(settings["every_epochs"]), settings["factor"])
    if name == "exponential":
        return exponential(settings["factor"])
    if name == "cosine":
        return cosine(settings["floor"], steps_total)
    if name == "warm_up":
        return warm_up(settings["epochs"], steps_per_epoch)
    if name == "one_cycle":
        return one_cycle(settings["rise"], settings["start_divisor"], settings["end_divisor"], steps_total)
    raise ValueError(f"schedule: {name!r} is unknown")


@dataclass(frozen=True)
class Plateau:
    """The state of ``reduce_on_plateau``: its ``rate_factor``, and what it needs to know for the next epoch."""

    rate_factor: float = 1.0
    best: float = math.inf
    stale_epochs: int = 0

    def after(self, cost: float, *, factor: float, epochs: int, min_delta: float = 0.0) -> Plateau:
        """The state after an epoch with this cost: one ``factor`` more once ``epochs`` in a row did not improve it."""
        if cost < self.best - min_delta:
            return replace(self, best=cost, stale_epochs=0)
        if self.stale_epochs + 1 < epochs:
            return replace(self, stale_epochs=self.stale_epochs + 1)
        return replace(self, rate_factor=self.rate_factor * factor, stale_epochs=0)


def _between(start: float, end: float, share: float) -> float:
    """Half a cosine from ``start`` to ``end``."""
    return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * share))
