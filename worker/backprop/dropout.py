"""Dropout: at every training step a random share of a layer's activations is zero.

    mask = 0 with probability p, else 1 / (1 - p)         a' = a ∘ mask         δ = δ' ∘ mask

The factor keeps the expected a' at a ("inverted" dropout), so that nothing has to change when the network is used.
The mask of a step, layer and shard can be drawn anywhere at any time: there is no generator to keep.

Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from worker.backprop.arrays import Floats
from worker.backprop.philox import Streams

DrawMask = Callable[[int, int], None]


def bind_mask(mask: Floats, share: float, seed: int, layer: int) -> DrawMask:
    """A function of (step, shard) that fills the mask (units, n) of a layer from (seed, "dropout", step, layer, shard).

    Args:
        mask: C-ordered.
        share: p.
        seed: the job's.
        layer: counted from 0.
    """
    threshold, scale = np.array(share, mask.dtype), np.array(1.0 / (1.0 - share), mask.dtype)
    kept, streams = np.empty(mask.shape, np.bool_), Streams()

    def draw(step: int, shard: int) -> None:
        streams.philox(seed, "dropout", step, layer, shard).random(None, mask.dtype.type, mask)
        np.greater_equal(mask, threshold, kept)
        np.copyto(mask, kept)  # multiply would cast in a buffer that it allocates: a fifth slower for many elements
        np.multiply(mask, scale, mask)

    return draw
