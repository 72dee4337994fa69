"""The network, the data and the step of both PyTorch peers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import nn

from benchmarks.peers.timing import LEARNING_RATE, data
from benchmarks.shapes import Shape


def network(shape: Shape) -> nn.Sequential:
    """Dense layers with ReLU between them."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(shape.widths):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def epoch_of(shape: Shape, model: nn.Module, part: int, parts: int) -> Callable[[], None]:
    """A call that trains one epoch on one part of every batch."""
    x, y = (torch.from_numpy(values) for values in data(shape))
    steps, share = shape.rows // shape.batch_size, shape.batch_size // parts
    xs = x.reshape(steps, parts, share, -1)[:, part].contiguous()
    ys = y.reshape(steps, parts, share)[:, part].contiguous()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    cost = nn.CrossEntropyLoss()

    def epoch() -> None:
        for inputs, labels in zip(xs, ys, strict=True):
            optimizer.zero_grad()
            cost(model(inputs), labels).backward()
            optimizer.step()

    return epoch
