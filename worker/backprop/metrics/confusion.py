"""Metrics that follow from how often each class was taken for each: all from one confusion matrix.

    M[i, j]: rows of class i that were predicted as j
    precision of i = M[i, i] / Σ_r M[r, i]      recall of i = M[i, i] / Σ_c M[i, c]      F1 = 2 p r / (p + r)

0 / 0 counts as 0. A macro average is over the classes that occur, as a label or as a prediction; balanced accuracy is
the mean recall over the classes that occur as labels. scikit-learn has the same rules.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.backprop.arrays import Codes

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]


def confusion_matrix(predicted: Codes, actual: Codes, classes: int) -> Counts:
    """(classes, classes): actual by predicted."""
    cells = actual.astype(np.int64) * classes + predicted
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def averages(M: Counts) -> dict[str, float]:
    """Accuracy, balanced accuracy, and the macro averages of the classes' precision, recall and F1.

    A class that does not occur has 0 in each of them, so it is left out by not counting it.
    """
    right, actual, predicted = M.diagonal(), M.sum(axis=1), M.sum(axis=0)
    both = actual + predicted
    recall = float(ratio(right, actual).sum())
    labels, occurring = int(np.count_nonzero(actual)) or 1, int(np.count_nonzero(both)) or 1
    return {
        "accuracy": float(right.sum()) / (int(actual.sum()) or 1),
        "balanced_accuracy": recall / labels,
        "precision": float(ratio(right, predicted).sum()) / occurring,
        "recall": recall / occurring,
        "f1": float(ratio(2 * right, both).sum()) / occurring,
    }


def precisions(M: Counts) -> Numbers:
    """(classes,)"""
    return ratio(np.diag(M), M.sum(axis=0))


def recalls(M: Counts) -> Numbers:
    """(classes,)"""
    return ratio(np.diag(M), M.sum(axis=1))


def f1s(M: Counts) -> Numbers:
    """(classes,): 2 M[i, i] / (row sum + column sum), the same without a division by 0 on the way."""
    return ratio(2 * np.diag(M), M.sum(axis=0) + M.sum(axis=1))


def class_report(M: Counts) -> list[dict[str, Any]]:
    """For each class, by its code: precision, recall, f1 and its number of rows."""
    columns = zip(precisions(M), recalls(M), f1s(M), M.sum(axis=1), strict=True)
    return [
        {"class": code, "precision": float(p), "recall": float(r), "f1": float(f), "rows": int(rows)}
        for code, (p, r, f, rows) in enumerate(columns)
    ]


def ratio(part: Counts, whole: Counts) -> Numbers:
    """part / whole element by element, 0 / 0 being 0."""
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
