"""Rows that are traced: cut into shards that pass one after the other through the same memory, added in the tree."""

from __future__ import annotations

import numpy as np

from worker.backprop.arrays import Codes, Floats
from worker.backprop.network import Network
from worker.backprop.shard_pass import ShardPass
from worker.backprop.steps import shard_rows
from worker.backprop.tree import tree_sum, tree_sum_of


class TracedBatch:
    """Passes over n rows at the parameters as they are when it is asked.

    Args:
        network: its dropout masks are those of ``step``.
        theta: the flat vector; read again at every pass.
        x: (n, inputs).
        y: (n,) class codes for softmax, else (n, outputs).
        w: (n,) how much each row counts, or None for once each.
        step: steps done.
        shards: how many the rows are cut into.
    """

    def __init__(
        self, network: Network, theta: Floats, x: Floats, y: Codes | Floats, w: Floats | None, step: int, shards: int
    ) -> None:
        self.layout = network.layout
        self._x, self._y, self._w, self._step = x, y, w, step
        self.weight = float(len(x)) if w is None else float(np.add.reduce(w, dtype=np.float64)) or 1.0
        self._gradient = np.empty_like(theta)
        self._pass = ShardPass(network, theta, self._gradient, len(x))
        self._slices = [slice(*shard_rows(len(x), shard, shards)) for shard in range(shards)]

    def outputs(self) -> Floats:
        """ŷ (n, outputs), without dropout."""
        return self._pass.outputs(self._x)

    def cost(self) -> float:
        """The mean cost."""
        costs = [self._pass.cost(*self._rows(rows), (self._step, number)) for number, rows in enumerate(self._slices)]
        return float(tree_sum(costs)) / self.weight

    def back_to(self, layer: int) -> tuple[float, Floats]:
        """The mean cost, and the gradient of one layer, flat, summed over the rows."""
        costs: list[float] = []
        part = self.layout.layer(layer)

        def run(number: int) -> Floats:
            costs.append(self._pass.run_layer(layer, *self._rows(self._slices[number]), self._step, number))
            return self._gradient[part].copy()

        gradient: Floats = tree_sum_of(run, len(self._slices))
        return tree_sum(costs) / self.weight, gradient

    def back(self) -> tuple[float, Floats, list[Floats], list[Floats]]:
        """The mean cost, the whole gradient summed over the rows, and a of the hidden layers and δ of all, by row."""
        costs: list[float] = []
        seen: list[list[tuple[Floats, Floats]]] = []

        def run(number: int) -> Floats:
            rows = self._slices[number]
            costs.append(self._pass.run(*self._rows(rows), self._step, number))
            if rows.stop > rows.start:
                seen.append(self._pass.trace(rows.stop - rows.start))
            return self._gradient.copy()

        gradient: Floats = tree_sum_of(run, len(self._slices))
        passed = [[np.concatenate(parts) for parts in zip(*layer, strict=True)] for layer in zip(*seen, strict=True)]
        return tree_sum(costs) / self.weight, gradient, [a for a, _ in passed[:-1]], [delta for _, delta in passed]

    def _rows(self, rows: slice) -> tuple[Floats, Codes | Floats, Floats | None]:
        return self._x[rows], self._y[rows], None if self._w is None else self._w[rows]
