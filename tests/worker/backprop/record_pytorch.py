"""Record what PyTorch computes: ``python record_pytorch.py > pytorch.json``, with torch 2.13.0 beside NumPy.

Run by hand, in an environment of its own: tests only read the file. All in float64, on one small network of tanh and
softmax. Inputs, targets and first weights are in the file, so nothing has to be drawn the same way twice.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.nn import functional

WIDTHS = (6, 5, 3)
ROWS, BATCH, STEPS = 40, 8, 50
STEPS_PER_EPOCH = ROWS // BATCH
BASE_RATE = 0.05

OPTIMIZERS: dict[str, Callable[[list[dict[str, Any]]], torch.optim.Optimizer]] = {
    "sgd": lambda groups: torch.optim.SGD(groups, BASE_RATE),
    "momentum": lambda groups: torch.optim.SGD(groups, BASE_RATE, momentum=0.9),
    "nesterov": lambda groups: torch.optim.SGD(groups, BASE_RATE, momentum=0.9, nesterov=True),
    "rmsprop": lambda groups: torch.optim.RMSprop(groups, BASE_RATE, alpha=0.9, eps=1e-8),
    "adagrad": lambda groups: torch.optim.Adagrad(groups, BASE_RATE, eps=1e-10),
    "adam": lambda groups: torch.optim.Adam(groups, BASE_RATE, betas=(0.9, 0.999), eps=1e-8),
    "adamw": lambda groups: torch.optim.AdamW(groups, BASE_RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01),
}

SCHEDULES: dict[str, dict[str, Any]] = {
    "constant": {},
    "step": {"every_epochs": 3, "factor": 0.5},
    "exponential": {"factor": 0.9},
    "cosine": {"floor": 0.1},
    "warm_up": {"epochs": 4.0},
    "one_cycle": {"rise": 0.3, "start_divisor": 25.0, "end_divisor": 10_000.0},
    "reduce_on_plateau": {"factor": 0.5, "epochs": 2, "min_delta": 0.2},
}

ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "gelu": lambda z: functional.gelu(z, approximate="tanh"),
    "silu": functional.silu,
    "softplus": lambda z: functional.softplus(z, threshold=1000.0),
}

COSTS: dict[str, tuple[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]]] = {
    "cross_entropy": ("softmax", functional.cross_entropy),
    "binary_cross_entropy": ("sigmoid", functional.binary_cross_entropy_with_logits),
    "mean_squared_error": ("linear", functional.mse_loss),
    "mean_absolute_error": ("linear", functional.l1_loss),
    "huber": ("linear", functional.huber_loss),
}


def main() -> None:
    """Print the record."""
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    random = np.random.default_rng(2026)
    start = random.normal(0.0, 0.5, (WIDTHS[0] + 1) * WIDTHS[1] + (WIDTHS[1] + 1) * WIDTHS[2])
    x, codes = random.normal(size=(ROWS, WIDTHS[0])), random.integers(0, WIDTHS[2], ROWS)
    record = {
        "torch": torch.__version__,
        "widths": WIDTHS,
        "batch": BATCH,
        "learning_rate": BASE_RATE,
        "start": start.tolist(),
        "x": x.tolist(),
        "codes": codes.tolist(),
        "numbers": (numbers := random.normal(0.0, 2.0, (ROWS, WIDTHS[2]))).tolist(),
        "optimizers": {name: train(start, x, codes, optimizer) for name, optimizer in OPTIMIZERS.items()},
        "schedules": {
            name: {"settings": settings, **train(start, x, codes, OPTIMIZERS["momentum"], name, settings)}
            for name, settings in SCHEDULES.items()
        },
        "full_batch": train(start, x, codes, OPTIMIZERS["sgd"], batch=ROWS, steps=20),
        "activations": {name: one_gradient(start, x, codes, numbers, name, "cross_entropy") for name in ACTIVATIONS},
        "costs": {name: one_gradient(start, x, codes, numbers, "tanh", name) for name in COSTS},
    }
    json.dump(record, sys.stdout, indent=None, separators=(",", ":"))
    sys.stdout.write("\n")


def train(
    start: Any,
    x: Any,
    codes: Any,
    make_optimizer: Callable[[list[dict[str, Any]]], torch.optim.Optimizer],
    schedule: str = "constant",
    settings: dict[str, Any] | None = None,
    batch: int = BATCH,
    steps: int = STEPS,
) -> dict[str, Any]:
    """Each step's mean cost and rate, and the parameters after the last step, in the order of the flat vector."""
    parameters = tensors(start)
    weights, biases = parameters[0::2], parameters[1::2]
    optimizer = make_optimizer([{"params": weights}, {"params": biases, "weight_decay": 0.0}])
    advance = scheduler(schedule, optimizer, settings or {})
    next(advance)
    costs, rates, epoch_cost = [], [], 0.0
    for step in range(steps):
        first = step * batch % ROWS
        rows = slice(first, first + batch)
        cost = functional.cross_entropy(forward(parameters, torch.tensor(x[rows]), "tanh"), torch.tensor(codes[rows]))
        optimizer.zero_grad()
        cost.backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        costs.append(cost.item())
        epoch_cost += cost.item() * batch / ROWS
        ends = first + batch == ROWS
        advance.send((ends, epoch_cost))
        epoch_cost = 0.0 if ends else epoch_cost
    return {"costs": costs, "rates": rates, "parameters": flat(parameters)}


def scheduler(name: str, optimizer: torch.optim.Optimizer, settings: dict[str, Any]) -> Iterator[None]:
    """A coroutine that is told after each step whether the epoch ends, and its cost."""
    lr = torch.optim.lr_scheduler
    by_epoch = {
        "step": lambda: lr.StepLR(optimizer, settings["every_epochs"], settings["factor"]),
        "exponential": lambda: lr.ExponentialLR(optimizer, settings["factor"]),
    }
    rise = settings.get("epochs", 1) * STEPS_PER_EPOCH
    by_step = {
        "cosine": lambda: lr.CosineAnnealingLR(optimizer, STEPS - 1, settings["floor"] * BASE_RATE),
        "warm_up": lambda: lr.LinearLR(optimizer, 1.0 / rise, 1.0, int(rise) - 1),
        "one_cycle": lambda: lr.OneCycleLR(
            optimizer,
            BASE_RATE,
            total_steps=STEPS,
            pct_start=settings["rise"],
            cycle_momentum=False,
            div_factor=settings["start_divisor"],
            final_div_factor=settings["end_divisor"] / settings["start_divisor"],
        ),
    }
    plateau = (
        lr.ReduceLROnPlateau(
            optimizer, factor=settings["factor"], patience=settings["epochs"] - 1,
            threshold=settings["min_delta"], threshold_mode="abs", eps=0.0,
        )
        if name == "reduce_on_plateau"
        else None
    )  # fmt: skip
    epochs = by_epoch[name]() if name in by_epoch else None
    steps = by_step[name]() if name in by_step else None
    step = 0
    while True:
        ends, cost = yield
        step += 1
        if steps is not None and step < STEPS:
            steps.step()
        if ends and epochs is not None:
            epochs.step()
        if ends and plateau is not None:
            plateau.step(cost)


def one_gradient(start: Any, x: Any, codes: Any, numbers: Any, activation: str, cost_name: str) -> dict[str, Any]:
    """The mean cost over all rows and its gradient."""
    parameters = tensors(start)
    output, cost_of = COSTS[cost_name]
    y = {"softmax": codes, "sigmoid": (numbers > 0).astype(float), "linear": numbers}[output]
    cost = cost_of(forward(parameters, torch.tensor(x), activation), torch.tensor(y))
    cost.backward()
    return {"cost": cost.item(), "gradient": flat([parameter.grad for parameter in parameters])}


def tensors(start: Any) -> list[torch.Tensor]:
    """weight, bias, weight, bias: the flat vector in pieces."""
    parts, position = [], 0
    for n_in, n_out in itertools.pairwise(WIDTHS):
        for shape in ((n_in, n_out), (n_out,)):
            size = int(np.prod(shape))
            piece = torch.tensor(start[position : position + size].reshape(shape), requires_grad=True)
            parts.append(piece)
            position += size
    return parts


def forward(parameters: list[torch.Tensor], x: torch.Tensor, activation: str) -> torch.Tensor:
    """z of the output layer."""
    w1, b1, w2, b2 = parameters
    return ACTIVATIONS[activation](x @ w1 + b1) @ w2 + b2


def flat(pieces: list[Any]) -> list[float]:
    """The flat vector again."""
    return [value for piece in pieces for value in piece.detach().ravel().tolist()]


if __name__ == "__main__":
    main()
