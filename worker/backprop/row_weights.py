"""How much each row counts: class weights and sample weights.

The cost of a batch is Σ w C / Σ w over its rows: a pass adds w C and its gradient, the caller divides by Σ w.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from worker.backprop.arrays import Codes, Floats

ClassWeight = Mapping[str, float] | Literal["balanced"] | None


def row_weights(
    class_weight: ClassWeight, labels: Sequence[str], y: NDArray[Any], sample_weights: Floats | None
) -> Floats | None:
    """(n,) the product of class weight and sample weight, in float64; None where every row counts once.

    Args:
        class_weight: a weight for each class by its label, or ``balanced``.
        labels: of the classes, by code.
        y: (n,) class codes, or (n, 1) of 0 and 1; not looked at without class weights.
        sample_weights: (n,) or None.
    """
    if class_weight is None:
        return None if sample_weights is None else sample_weights.astype(np.float64)
    codes = y.reshape(len(y)).astype(np.intp)
    if class_weight == "balanced":
        by_class = balanced_class_weights(codes, len(labels))
    else:
        by_class = named_class_weights(class_weight, labels)
    by_row: Floats = by_class[codes]
    return by_row if sample_weights is None else by_row * sample_weights


def balanced_class_weights(codes: Codes, classes: int) -> Floats:
    """(classes,): rows / (classes × rows of the class), so that all classes count alike; 0 for one without rows.

    Source: King and Zeng, "Logistic regression in rare events data", 2001.
    """
    counts = np.bincount(codes, minlength=classes).astype(np.float64)
    return np.divide(len(codes), classes * counts, out=np.zeros(classes), where=counts > 0)


def named_class_weights(by_label: Mapping[str, float], labels: Sequence[str]) -> Floats:
    """(classes,) in the order of the labels; 1 for a label that is not named."""
    return np.array([by_label.get(label, 1.0) for label in labels], np.float64)
