"""Metrics that follow from how often each class was taken for each: all from one confusion matrix.

    M[i, j]: rows of class i that were predicted as j
    precision of i = M[i, i] / Σ_r M[r, i]      recall of i = M[i, i] / Σ_c M[i, c]      F1 = 2 p r / (p + r)

0 / 0 counts as 0. A macro average is over the classes that occur, as a label or as a prediction; balanced accuracy is
the mean recall over the classes that occur as labels. scikit-learn has the same rules.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.backprop.arrays import Codes

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]


def confusion_matrix(predicted: Codes, actual: Codes, classes: int) -> Counts:
    """(classes, classes): actual by predicted."""
    cells = actual.astype(np.int64) * classes + predicted
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


class OfClasses(NamedTuple):
    """Of each class, (classes,)."""

    precision: Numbers
    recall: Numbers
    f1: Numbers
    """2 M[i, i] / (row sum + column sum), the same without a division by 0 on the way."""
    rows: Counts
    occurrences: Counts
    """As a label and as a prediction."""


def of_classes(M: Counts) -> OfClasses:
    """All of them from the same sums."""
    right, actual, predicted = M.diagonal(), M.sum(axis=1), M.sum(axis=0)
    both = actual + predicted
    return OfClasses(ratio(right, predicted), ratio(right, actual), ratio(2 * right, both), actual, both)


def averages(M: Counts) -> dict[str, float]:
    """Accuracy, balanced accuracy, and the macro averages of the classes' precision, recall and F1.

    A class that does not occur has 0 in each of them, so it is left out by not counting it.
    """
    each = of_classes(M)
    recall, rows = float(each.recall.sum()), int(each.rows.sum())
    labels, occurring = np.count_nonzero(each.rows) or 1, np.count_nonzero(each.occurrences) or 1
    return {
        "accuracy": float(M.trace()) / (rows or 1),
        "balanced_accuracy": recall / int(labels),
        "precision": float(each.precision.sum()) / int(occurring),
        "recall": recall / int(occurring),
        "f1": float(each.f1.sum()) / int(occurring),
    }


def class_report(M: Counts) -> list[dict[str, Any]]:
    """For each class, by its code: precision, recall, f1 and its number of rows."""
    each = of_classes(M)
    columns = zip(each.precision, each.recall, each.f1, each.rows, strict=True)
    return [
        {"class": code, "precision": float(p), "recall": float(r), "f1": float(f), "rows": int(rows)}
        for code, (p, r, f, rows) in enumerate(columns)
    ]


def ratio(part: Counts, whole: Counts) -> Numbers:
    """part / whole element by element, 0 / 0 being 0."""
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
