"""The calls of a pass over n rows, with every view bound beforehand: a step then slices, looks up and makes nothing.

With columns as rows of data (see ``buffers``) and A for a with its row of ones, M for a layer's weight over its bias:

    forward     z_l = M_lᵀ A_(l-1)                 a_l = f_l(z_l)
    back        δ_l = (W_(l+1) δ_(l+1)) ∘ f_l'     W is M without its last row
    gradient    ∂C/∂M_l = A_(l-1) δ_lᵀ             weight and bias in one product

The products of the first layer find x, which differs from step to step, in ``rows``. Compiled calls that follow each
other are one: with relu, cross entropy and all products compiled, a whole pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from worker.backprop.activation_kernels import Kernel, bind_activation
from worker.backprop.arrays import Floats, Op
from worker.backprop.buffers import Buffers
from worker.backprop.compiled import in_sequence
from worker.backprop.cost_kernels import bind_cost, bind_output
from worker.backprop.dropout import DrawMask, bind_mask
from worker.backprop.layer_products import (
    bind_first_forward,
    bind_first_gradient,
    bind_layer_back,
    bind_layer_forward,
    bind_layer_gradient,
)
from worker.backprop.network import Network
from worker.backprop.rows_of_data import RowsOfData


class Plan:
    """The bound calls for n rows.

    Args:
        network: what to compute.
        matrices: each layer's weight over its bias.
        gradient: the flat vector to write, or None for forward passes only.
        buffers: of at least n rows.
        n: how many rows, at least 1.
    """

    def __init__(
        self, network: Network, matrices: Sequence[Floats], gradient: Floats | None, buffers: Buffers, n: int
    ) -> None:
        layout = network.layout
        self.staged = buffers.x(n)
        self.layers = [buffers.hidden(i, n) for i in range(network.hidden)]
        self.z = buffers.output(n)
        self._matrices, self._pitches, self._place = matrices, layout.pitches, buffers.place
        self._gradients = [] if gradient is None else [layout.matrix(i, gradient) for i in range(layout.layers)]
        self._kernels = [
            bind_activation(name, layer.a, layer.delta, layer.extra, buffers.scratch(*layer.a.shape))
            for name, layer in zip(network.activations, self.layers, strict=True)
        ]
        self._targets = [*self._kernels, Kernel(self.z, [], [])]
        self.rows = RowsOfData(self.staged)
        self._first = bind_first_forward(matrices[0], layout.pitches[0], self.rows, self._place, self._targets[0])
        forward = self._forward(dropout=True)
        self.forward = in_sequence(forward)
        self.forward_without_dropout = in_sequence(self._forward(dropout=False))
        self.cost = bind_cost(network.cost, self.z, buffers.scratch(*self.z.shape))
        self.answer = bind_output(network.output, self.z)
        self.masks = self._masks(network)
        self.deltas = [*(layer.delta for layer in self.layers), self.z]
        if gradient is not None:
            self.carry = [self._carry_back(i) for i in range(network.hidden)]
            self.gradients = [self._gradient(i) for i in range(layout.layers)]
            self.whole_pass = in_sequence([*forward, *self.cost.operations, *self._backward()])
            """Forward, cost and backward."""

    def backward_to(self, i: int) -> list[Op]:
        """The calls that carry δ back to layer i and write its gradient alone."""
        carried = [operation for below in reversed(range(i, len(self.carry))) for operation in self.carry[below]]
        return [*carried, self.gradients[i]]

    def _forward(self, *, dropout: bool) -> list[Op]:
        """From the rows of data to z of the last layer."""
        operations = [*self._first]
        for i, layer in enumerate(self.layers):
            if layer.mask is not None:
                dropped = layer.fed[:-1]
                operations.append(
                    partial(np.multiply, layer.a, layer.mask, dropped)
                    if dropout
                    else partial(np.copyto, dropped, layer.a)
                )
            operations += bind_layer_forward(
                self._matrices[i + 1], self._pitches[i + 1], layer.fed, self._place, self._targets[i + 1]
            )
        return operations

    def _carry_back(self, i: int) -> list[Op]:
        """δ of hidden layer i from δ of the layer above it."""
        layer, weight, pitch = self.layers[i], self._matrices[i + 1][:-1], self._pitches[i + 1]
        return bind_layer_back(
            weight, pitch, self.deltas[i + 1], self._place, layer.delta, layer.mask, self._kernels[i]
        )

    def _gradient(self, i: int) -> Op:
        """The gradient of layer i."""
        if i == 0:
            return bind_first_gradient(self.rows, self.deltas[0], self._place, self._gradients[0])
        return bind_layer_gradient(self.layers[i - 1].fed, self.deltas[i], self._place, self._gradients[i])

    def _backward(self) -> list[Op]:
        """Every gradient, from the output back."""
        operations: list[Op] = []
        for i in reversed(range(len(self.carry))):
            operations += [self.gradients[i + 1], *self.carry[i]]
        return [*operations, self.gradients[0]]

    def _masks(self, network: Network) -> list[DrawMask]:
        return [
            bind_mask(layer.mask, share, network.seed, i)
            for i, (layer, share) in enumerate(zip(self.layers, network.dropout, strict=True))
            if layer.mask is not None
        ]
