"""One shard's part of a step: forward, cost, backward, its gradient written where everybody can add it.

``textbook`` has the same in plain NumPy and is its specification. This form allocates nothing after the first pass over
so many rows, and makes as few calls as it can: for one hidden layer with relu and softmax 18 of NumPy's, and a single
one where all of it is compiled (``layer_products`` says which products are).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from worker.backprop.arrays import Codes, Floats
from worker.backprop.buffers import Buffers
from worker.backprop.network import Network
from worker.backprop.plan import Plan


class ShardPass:
    """Forward and backward passes over up to ``max_rows`` rows, reading and writing two flat vectors in place.

    The result depends on parameters, x, y and n alone: not on ``max_rows``, nor on what ran before, nor on where the
    arrays lie. Not thread-safe. Overflow is not hidden: run a training loop under ``numpy.errstate(all="ignore")`` and
    look at the cost, which is then not finite.

    Args:
        network: what to compute.
        parameters: the flat vector, of the network's dtype, or each layer's matrix (n_in + 1, n_out), wherever it is;
            the same bits. Only read.
        gradient: the flat vector to write, or None for a pass that only runs forward.
        max_rows: the most rows of a pass.
        buffers: of another pass of the same network, to share its memory; the two must not need each other's results.
    """

    def __init__(
        self,
        network: Network,
        parameters: Floats | Sequence[Floats],
        gradient: Floats | None,
        max_rows: int,
        *,
        buffers: Buffers | None = None,
    ) -> None:
        self.network = network
        self.buffers = buffers or Buffers(network, max(1, max_rows))
        if isinstance(parameters, np.ndarray):
            parameters = [network.layout.matrix(i, parameters) for i in range(network.layout.layers)]
        self._matrices = parameters
        self._gradient = gradient
        self._plans: dict[int, Plan] = {}
        self._inputs = network.inputs

    def run(self, x: Floats, y: Codes | Floats, weight: Floats | None = None, step: int = 0, shard: int = 0) -> float:
        """Write the gradient of the cost, summed over rows, and return that sum. Zero rows give zeros.

        Args:
            x: (n, inputs), or, so that it need not be copied, (n, inputs + 1) whose last column is all ones. Same bits.
            y: (n,) class codes for softmax, fastest as ``np.intp``; else (n, outputs) of the network's dtype.
            weight: (n,) how much each row counts, or None for once each.
            step: and ``shard`` name the dropout masks.
            shard: which one this is.
        """
        n = len(x)
        gradient = self._written()
        if not n:
            gradient.fill(0.0)
            return 0.0
        plan = self._plans.get(n) or self._plan(n)
        plan.rows.set(self._with_ones(plan, x))
        for draw in plan.masks:
            draw(step, shard)
        plan.cost.feed(y, weight)
        for operation in plan.whole_pass:
            operation()
        return plan.cost.total()

    def run_layer(
        self,
        layer: int,
        x: Floats,
        y: Codes | Floats,
        weight: Floats | None = None,
        step: int = 0,
        shard: int = 0,
    ) -> float:
        """As ``run``, but the backward pass stops at this layer and writes its gradient only, leaving the others."""
        n = len(x)
        gradient = self._written()
        if not n:
            gradient[self.network.layout.layer(layer)] = 0.0
            return 0.0
        plan = self._plans.get(n) or self._plan(n)
        cost = self._forward_to_cost(plan, x, y, weight, (step, shard))
        for operation in plan.backward_to(layer):
            operation()
        return cost

    def cost(
        self,
        x: Floats,
        y: Codes | Floats,
        weight: Floats | None = None,
        dropout: tuple[int, int] | None = None,
    ) -> float:
        """The cost summed over rows, without a gradient; with the masks of a (step, shard), or without dropout."""
        if not len(x):
            return 0.0
        plan = self._plans.get(len(x)) or self._plan(len(x))
        return self._forward_to_cost(plan, x, y, weight, dropout)

    def outputs(self, x: Floats, out: Floats | None = None) -> Floats:
        """ŷ (n, outputs): probabilities for softmax and sigmoid. Forward only, no dropout.

        Args:
            x: as in ``run``.
            out: where to write, or None for a new array.
        """
        n = len(x)
        result = np.empty((n, self.network.outputs), self.network.numpy_dtype) if out is None else out
        if n:
            plan = self._plans.get(n) or self._plan(n)
            plan.rows.set(self._with_ones(plan, x))
            for operation in plan.forward_without_dropout:
                operation()
            plan.answer()
            result[...] = plan.z.T
        return result

    def test(self, x: Floats, y: Codes | Floats, out: Floats) -> float:
        """Write the outputs, as ``outputs`` does, and return their cost summed over rows, as ``cost`` does.

        The cost is taken of z, as in training: a probability that came out as 0 would hide how wrong it is.
        """
        if not len(x):
            return 0.0
        plan = self._plans.get(len(x)) or self._plan(len(x))
        plan.rows.set(self._with_ones(plan, x))
        for operation in plan.forward_without_dropout:
            operation()
        out[...] = plan.z.T
        cost = plan.cost(y, None)  # leaves δ in the place of z
        plan.z[...] = out.T
        plan.answer()
        out[...] = plan.z.T
        return cost

    def trace(self, n: int) -> list[tuple[Floats, Floats]]:
        """(a, δ) of each hidden layer and the output (its a is empty), each (n, units), after ``run`` over n rows."""
        plan = self._plans[n]
        hidden = [(layer.a.T.copy(), layer.delta.T.copy()) for layer in plan.layers]
        return [*hidden, (np.empty((n, 0), plan.z.dtype), plan.z.T.copy())]

    def _plan(self, n: int) -> Plan:
        plan = Plan(self.network, self._matrices, self._gradient, self.buffers, n)
        self._plans[n] = plan
        return plan

    def _forward_to_cost(
        self, plan: Plan, x: Floats, y: Codes | Floats, weight: Floats | None, dropout: tuple[int, int] | None
    ) -> float:
        if dropout is not None:
            for draw in plan.masks:
                draw(*dropout)
        plan.rows.set(self._with_ones(plan, x))
        for operation in plan.forward if dropout is not None else plan.forward_without_dropout:
            operation()
        return plan.cost(y, weight)

    def _with_ones(self, plan: Plan, x: Floats) -> Floats:
        """(n, inputs + 1) in C order: the rows with their column of ones."""
        if x.shape[1] != self._inputs and x.flags.c_contiguous:
            return x
        np.copyto(plan.staged[:, :-1], x[:, : self._inputs])
        plan.staged[:, -1] = 1.0
        return plan.staged

    def _written(self) -> Floats:
        if self._gradient is None:
            raise ValueError("this pass was made without a gradient: it only runs forward")
        return self._gradient
