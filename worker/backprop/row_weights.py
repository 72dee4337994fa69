"""How much each row counts: class weights and sample weights.

The cost of a batch is Σ w C / Σ w over its rows: a pass adds w C and its gradient, the caller divides by Σ w.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from worker.backprop.arrays import Codes, Floats


def balanced_class_weights(codes: Codes, classes: int) -> Floats:
    """(classes,): rows / (classes × rows of the class), so that all classes count alike; 0 for one without rows.

    Source: King and Zeng, "Logistic regression in rare events data", 2001.
    """
    counts = np.bincount(codes, minlength=classes).astype(np.float64)
    return np.divide(len(codes), classes * counts, out=np.zeros(classes), where=counts > 0)


def named_class_weights(by_label: Mapping[str, float], labels: tuple[str, ...]) -> Floats:
    """(classes,) in the order of the labels; 1 for a label that is not named."""
    return np.array([by_label.get(label, 1.0) for label in labels], np.float64)


def row_weights(codes: Codes | None, class_weights: Floats | None, sample_weights: Floats | None) -> Floats | None:
    """(n,) the product of both weights in float64, or None where every row counts once."""
    by_class = None if class_weights is None or codes is None else class_weights[codes]
    if by_class is None or sample_weights is None:
        return sample_weights if by_class is None else by_class
    return by_class * sample_weights
