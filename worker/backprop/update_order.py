"""In which order a step adjusts the layers.

    simultaneous              all layers at once, from one gradient
    output_to_input           L … 1, one at a time: each from its gradient at the weights as they are then
    input_to_output           1 … L, likewise
    largest_gradient_first    by r_l = ‖g_l‖ / √size_l, the largest first, g_l at the weights the step began with

r_l is the root mean square of the layer's gradient, weight and bias together; of two that are equal the one nearer to
the input comes first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

SIMULTANEOUS = "simultaneous"
UPDATE_ORDERS = (SIMULTANEOUS, "output_to_input", "input_to_output", "largest_gradient_first")


def fixed_order(name: str, layers: int) -> list[int] | None:
    """The layers 0 … layers - 1 in an order that is known beforehand; None if it takes the gradient to know it."""
    forward = list(range(layers))
    return {"input_to_output": forward, "output_to_input": forward[::-1]}.get(name)


def largest_first(norms: Sequence[float], sizes: Sequence[int]) -> list[int]:
    """The layers by the root mean square of their gradients.

    Args:
        norms: ‖g_l‖ of each layer.
        sizes: how many parameters each has.
    """
    rms = [norm / math.sqrt(size) for norm, size in zip(norms, sizes, strict=True)]
    return sorted(range(len(rms)), key=lambda layer: (-rms[layer], layer))
