"""From numbers to places in a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """A named curve; points are (x, y), finite, in order of x."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps [low, high] to [0, 1], by logarithm if ``log``."""

    low: float
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """Where ``value`` lies: 0 at ``low``, 1 at ``high``."""
        if self.log:
            return replace(self, low=math.log10(self.low), high=math.log10(self.high), log=False).place(
                math.log10(value)
            )
        return 0.5 if self.high == self.low else (value - self.low) / (self.high - self.low)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values within the scale: multiples of 1, 2 or 5 times a power of ten."""
        if self.log and self.high / self.low >= 5:
            return self._log_ticks()
        if self.high == self.low:
            return [self.low]
        step = _round_step((self.high - self.low) / about)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]

    def _log_ticks(self) -> list[float]:
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        factors = (1, 2, 5) if self.high / self.low < 1000 else (1,)
        values = [factor * 10.0**power for power in powers for factor in factors]
        return [value for value in values if self.low * 0.999999 <= value <= self.high * 1.000001]


def scales(series: Sequence[Series], *, log: bool = False) -> tuple[Scale, Scale]:
    """Scales that just hold all points; a logarithmic y falls back to a linear one if a point is not above zero.

    Raises:
        ValueError: if there is no point at all.
    """
    xs = [x for curve in series for x, _ in curve.points]
    ys = [y for curve in series for _, y in curve.points]
    if not xs:
        raise ValueError("nothing to draw")
    return Scale(min(xs), max(xs)), Scale(min(ys), max(ys), log=log and min(ys) > 0)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
