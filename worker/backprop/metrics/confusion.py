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


def accuracy(M: Counts) -> float:
    """The share of rows predicted right."""
    return float(np.trace(M) / max(1, M.sum()))


def balanced_accuracy(M: Counts) -> float:
    """The mean recall of the classes that occur."""
    occurs = M.sum(axis=1) > 0
    return float(recalls(M)[occurs].mean()) if occurs.any() else 0.0


def precision(M: Counts) -> float:
    """The macro average of the classes' precision."""
    return _macro(M, precisions(M))


def recall(M: Counts) -> float:
    """The macro average of the classes' recall."""
    return _macro(M, recalls(M))


def f1(M: Counts) -> float:
    """The macro average of the classes' F1."""
    return _macro(M, f1s(M))


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


def _macro(M: Counts, values: Numbers) -> float:
    occurs = (M.sum(axis=0) + M.sum(axis=1)) > 0
    return float(values[occurs].mean()) if occurs.any() else 0.0


def ratio(part: Counts, whole: Counts) -> Numbers:
    """part / whole element by element, 0 / 0 being 0."""
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
