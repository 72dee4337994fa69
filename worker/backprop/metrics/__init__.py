"""Metrics: functions of what the network answered and what was right."""

from __future__ import annotations

from typing import Any

import numpy as np

from worker.backprop.arrays import Codes, Floats
from worker.backprop.metrics.certainty import certainty, roc_auc, top_k
from worker.backprop.metrics.confusion import averages, class_report, confusion_matrix
from worker.backprop.metrics.distances import mae, r2, rmse
from worker.backprop.metrics.multi_label import label_report, multi_label_metrics
from worker.backprop.network import Network

__all__ = ["TOP_K", "classification_report", "label_report", "metrics_of"]

TOP_K = 5
"""For more than ten classes: how many guesses a row has in ``top_5``."""


def metrics_of(network: Network, outputs: Floats, targets: Codes | Floats) -> dict[str, float]:
    """Every metric of these rows by name, as suits the network's output; ``ShardPass.test`` has the cost.

    All are NaN where any output is not finite: NaN has a largest class and a rank like a number, and means nothing.

    Args:
        network: whose outputs they are.
        outputs: (n, outputs), as ``ShardPass.outputs`` gives them, n at least 1.
        targets: (n,) class codes for softmax, else (n, outputs), or (n,) for a single output.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        found = _metrics_of(network, outputs, targets)
    return found if np.isfinite(outputs).all() else dict.fromkeys(found, float("nan"))


def _metrics_of(network: Network, outputs: Floats, targets: Codes | Floats) -> dict[str, float]:
    if network.output == "linear":
        y = targets.reshape(outputs.shape)
        return {"rmse": rmse(outputs, y), "mae": mae(outputs, y), "r2": r2(outputs, y)}
    if network.output == "sigmoid" and network.outputs > 1:
        return multi_label_metrics(outputs, targets)
    p, codes = _as_classes(outputs, targets)
    M = confusion_matrix(p.argmax(axis=1), codes, p.shape[1])
    found = {**averages(M), "certainty": certainty(p, codes)}
    if p.shape[1] == 2:
        found["roc_auc"] = roc_auc(p[:, 1], codes)
    if p.shape[1] > 10:
        found[f"top_{TOP_K}"] = top_k(p, codes, TOP_K)
    return found


def classification_report(outputs: Floats, targets: Codes | Floats) -> dict[str, Any]:
    """The confusion matrix, (classes, classes), actual by predicted, and each class's precision, recall, F1 and rows.

    Args:
        outputs: (n, classes), or (n, 1) of a binary network.
        targets: as in ``metrics_of``.
    """
    p, y = _as_classes(outputs, targets)
    M = confusion_matrix(p.argmax(axis=1), y, p.shape[1])
    return {"confusion_matrix": M, "classes": class_report(M)}


def _as_classes(outputs: Floats, targets: Codes | Floats) -> tuple[Floats, Codes]:
    """Probabilities of every class and codes; a single sigmoid output is that of class 1 of two."""
    y = targets.reshape(-1).astype(np.intp)
    if outputs.shape[1] > 1:
        return outputs, y
    return np.concatenate([1.0 - outputs, outputs], axis=1, dtype=outputs.dtype), y
