"""Backpropagation as the textbook has it: the specification that ``shard_pass`` is held against.

    layer l = 1 … L:    z_l = a_(l-1) W_l + b_l      a_l = f_l(z_l)          a_0 = x, one row an example
    at the output:      δ_L = ∂C/∂z_L
    back:               δ_l = (δ_(l+1) W_(l+1)ᵀ) ∘ f_l'(z_l)
    gradients:          ∂C/∂W_l = a_(l-1)ᵀ δ_l       ∂C/∂b_l = Σ_rows δ_l

    shapes: a_l, z_l, δ_l (n, units of l);  W_l (n_in, n_out);  b_l (n_out,)

Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", Nature 323, 1986.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from worker.backprop.activations import ACTIVATIONS
from worker.backprop.arrays import Codes, Floats
from worker.backprop.costs import ANSWERS, COSTS
from worker.backprop.network import Network


def forward(
    network: Network, parameters: Floats, x: Floats, masks: Sequence[Floats] = ()
) -> list[tuple[Floats, Floats]]:
    """(z_l, a_l) of every layer; a_L = z_L, since the output belongs to the cost.

    Args:
        network: what to compute.
        parameters: the flat vector.
        x: (n, inputs).
        masks: (n, units) a hidden layer to multiply its activations with, or none.
    """
    layout, a, passed = network.layout, x, []
    for i in range(layout.layers):
        z = a @ layout.weight(i, parameters) + layout.bias(i, parameters)
        a = ACTIVATIONS[network.activations[i]].value(z) if i < network.hidden else z
        if masks and i < network.hidden:
            a = a * masks[i]
        passed.append((z, a))
    return passed


def outputs(network: Network, parameters: Floats, x: Floats) -> Floats:
    """ŷ: (n, outputs)."""
    return ANSWERS[network.output](forward(network, parameters, x)[-1][0])


def gradient(
    network: Network,
    parameters: Floats,
    x: Floats,
    y: Codes | Floats,
    weight: Floats | None = None,
    masks: Sequence[Floats] = (),
) -> tuple[float, Floats]:
    """The cost summed over rows, and its gradient by every parameter as a flat vector.

    Args:
        network: what to compute.
        parameters: the flat vector.
        x: (n, inputs).
        y: (n,) class codes for softmax, else (n, outputs).
        weight: (n,) how much each row counts, or None for once.
        masks: as in ``forward``.
    """
    layout = network.layout
    passed = forward(network, parameters, x, masks)
    cost, delta = COSTS[network.cost](passed[-1][0], y)
    if weight is not None:
        cost, delta = cost * weight, delta * weight[:, None]
    result = np.zeros_like(parameters)
    for i in reversed(range(layout.layers)):
        a = passed[i - 1][1] if i else x
        layout.weight(i, result)[...] = a.T @ delta
        layout.bias(i, result)[...] = delta.sum(axis=0)
        if i:
            delta = delta @ layout.weight(i, parameters).T
            if masks:
                delta = delta * masks[i - 1]
            delta = delta * ACTIVATIONS[network.activations[i - 1]].slope(passed[i - 1][0])
    return float(cost.sum(dtype=np.float64)), result
