"""Metrics where a row may have several labels. p, y: (n, labels); a label is predicted where p ≥ 1/2.

Accuracy and certainty are over all cells. Precision, recall and F1 are the means over the labels, each label a
class of its own whose other side is not reported; balanced accuracy is the mean over labels of both sides' recall.
"""

from __future__ import annotations

import numpy as np

from worker.backprop.arrays import Floats
from worker.backprop.metrics.confusion import balanced_accuracy, confusion_matrix, f1s, precisions, recalls


def multi_label_metrics(p: Floats, y: Floats) -> dict[str, float]:
    """All of them by name, the cost among them."""
    chosen, actual = p >= 0.5, y >= 0.5
    matrices = [
        confusion_matrix(chosen[:, j].astype(np.intp), actual[:, j].astype(np.intp), 2) for j in range(y.shape[1])
    ]
    return {
        "cost": binary_cost(p, y),
        "accuracy": float((chosen == actual).mean()),
        "certainty": float(np.where(actual, p, 1.0 - p).mean(dtype=np.float64)),
        "balanced_accuracy": float(np.mean([balanced_accuracy(M) for M in matrices])),
        "precision": float(np.mean([precisions(M)[1] for M in matrices])),
        "recall": float(np.mean([recalls(M)[1] for M in matrices])),
        "f1": float(np.mean([f1s(M)[1] for M in matrices])),
    }


def binary_cost(p: Floats, y: Floats) -> float:
    """The mean of -y log p - (1 - y) log(1 - p); p is kept a rounding error away from 0 and 1."""
    edge = float(np.finfo(p.dtype).eps) / 2.0
    exact = np.clip(p.astype(np.float64), edge, 1.0 - edge)
    return float(-(y * np.log(exact) + (1.0 - y) * np.log1p(-exact)).mean())
