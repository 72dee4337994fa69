"""Backpropagation: dense networks, their gradients and what to do with them. Imports NumPy and nothing else of ours.

Read in this order: ``textbook`` (the whole of it in fifty lines), ``activations`` and ``costs``, ``layout`` and
``network`` (what is computed), ``philox`` and ``initializers`` (how it begins), ``buffers``, ``plan`` and
``shard_pass`` (the same fast), ``layer_products`` and ``compiled`` (what of it is compiled, where it can be), ``steps``
and ``tree`` (which rows, and how their shards are added), ``penalties``, ``dropout``, ``optimizers`` and ``schedules``
(how it learns), ``metrics`` (how well), ``trace`` (made visible).
"""

from __future__ import annotations

from worker.backprop.initializers import initialize
from worker.backprop.layout import Layout
from worker.backprop.network import Network
from worker.backprop.optimizers import Optimizer, make_optimizer
from worker.backprop.penalties import Penalty, make_penalty
from worker.backprop.philox import philox
from worker.backprop.schedules import make_schedule
from worker.backprop.shard_pass import ShardPass

__all__ = [
    "Layout",
    "Network",
    "Optimizer",
    "Penalty",
    "ShardPass",
    "initialize",
    "make_optimizer",
    "make_penalty",
    "make_schedule",
    "philox",
]
