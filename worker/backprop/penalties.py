"""Regularization: what large weights cost, and the gradient of that. Biases are not penalized.

    J = C + l1 Σ |w| + l2 / 2 Σ w²          ∂J/∂w = ∂C/∂w + l1 sign(w) + l2 w

It is added to the mean gradient of a cut, element by element, so the cut may be anywhere.

Sources: Hoerl and Kennard, "Ridge regression", 1970; Tibshirani, "Regression shrinkage and selection via the lasso",
1996.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from worker.backprop.arrays import Floats
from worker.backprop.layout import Layout


@dataclass(frozen=True)
class Penalty:
    """The l1 and l2 terms of a network's weights."""

    layout: Layout
    l1: float = 0.0
    l2: float = 0.0
    _scratch: dict[np.dtype[Any], Floats] = field(default_factory=dict, init=False, repr=False, compare=False)

    def bind(self, parameters: Floats, start: int, stop: int, gradient: Floats) -> Callable[[], None] | None:
        """A function that adds the penalty's gradient in place, or None where there is nothing to add.

        Args:
            parameters: the whole flat vector.
            start: of the cut.
            stop: of the cut.
            gradient: the cut's mean gradient, (stop - start,).
        """
        parts = self.layout.weights_within(start, stop) if self.l1 or self.l2 else ()
        if not parts:
            return None
        cut = parameters[start:stop]
        views = [(cut[part], gradient[part], self._like(cut[part])) for part in parts]
        terms = [_bind_term(term, views, factor) for term, factor in (("l1", self.l1), ("l2", self.l2)) if factor]

        def add_all() -> None:
            for term in terms:
                term()

        return add_all

    def _like(self, block: Floats) -> Floats:
        """Scratch of the block's size, one memory for all blocks: they are penalized one after the other."""
        scratch = self._scratch.get(block.dtype)
        if scratch is None or scratch.size < block.size:
            scratch = self._scratch[block.dtype] = np.empty(block.size, block.dtype)
        return scratch[: block.size]

    def cost(self, parameters: Floats) -> float:
        """l1 Σ |w| + l2 / 2 Σ w², layer by layer in float64."""
        if not (self.l1 or self.l2):
            return 0.0
        total = 0.0
        for i in range(self.layout.layers):
            w = parameters[self.layout.weight_slice(i)].astype(np.float64)
            total += self.l1 * float(np.abs(w).sum()) + 0.5 * self.l2 * float(np.square(w).sum())
        return total

    def change(self, index: int, before: float, after: float) -> float:
        """What ``cost`` changes by when one element of the flat vector goes from ``before`` to ``after``."""
        if not self.layout.weights_within(index, index + 1):
            return 0.0
        return self.l1 * (abs(after) - abs(before)) + 0.5 * self.l2 * (after * after - before * before)


def make_penalty(layout: Layout, *, l1: float = 0.0, l2: float = 0.0) -> Penalty:
    """The penalty of a spec."""
    return Penalty(layout, l1, l2)


def _bind_term(term: str, views: list[tuple[Floats, Floats, Floats]], factor: float) -> Callable[[], None]:
    def add_l1() -> None:
        for w, g, scratch in views:
            np.sign(w, scratch)
            np.multiply(scratch, scale, scratch)
            np.add(g, scratch, g)

    def add_l2() -> None:
        for w, g, scratch in views:
            np.multiply(w, scale, scratch)
            np.add(g, scratch, g)

    scale = np.array(factor, views[0][0].dtype)
    return add_l1 if term == "l1" else add_l2
