"""What a network's outputs say, in the words of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.tabular.classes import label_text
from models.tabular.values import Value


def decode_values(targets: Sequence[str], outputs: NDArray[Any]) -> list[dict[str, Any]]:
    """For each row of outputs (rows, targets) the value, or a value for each of several targets."""
    rows = np.asarray(outputs, np.float64).tolist()
    if len(targets) == 1:
        return [{"value": value} for (value,) in rows]
    return [{"values": dict(zip(targets, row, strict=True))} for row in rows]


def decode_classes(classes: Sequence[Value], outputs: NDArray[Any], *, binary: bool) -> list[dict[str, Any]]:
    """For each row of outputs the likeliest class and the probability of each.

    Args:
        classes: by code.
        outputs: probabilities (rows, classes), or those of the second class (rows, 1) if ``binary``.
        binary: whether there is one output for two classes.
    """
    shares = np.asarray(outputs, np.float64)
    if binary:
        shares = np.hstack([1.0 - shares, shares])
    names = [label_text(label) for label in classes]
    return [
        {"label": classes[code], "probabilities": dict(zip(names, row, strict=True))}
        for code, row in zip(shares.argmax(axis=1).tolist(), shares.tolist(), strict=True)
    ]


def decode_labels(
    targets: Sequence[str], labels: Sequence[Sequence[Value]], outputs: NDArray[Any]
) -> list[dict[str, Any]]:
    """For each row of outputs the class of each target, and the probability of the second of its two.

    Args:
        targets: names of columns.
        labels: the two classes of each.
        outputs: those probabilities (rows, targets); from 1/2 on it is the second.
    """
    shares = np.asarray(outputs, np.float64)
    return [
        {
            "labels": {name: pair[code] for name, pair, code in zip(targets, labels, codes, strict=True)},
            "probabilities": dict(zip(targets, row, strict=True)),
        }
        for codes, row in zip((shares >= 0.5).astype(int).tolist(), shares.tolist(), strict=True)
    ]
