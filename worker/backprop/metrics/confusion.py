"""Metrics that follow from how often each class was taken for each: all from one confusion matrix.

    M[i, j]: rows of class i that were predicted as j
    precision of i = M[i, i] / Σ_r M[r, i]      recall of i = M[i, i] / Σ_c M[i, c]      F1 = 2 p r / (p + r)

0 / 0 counts as 0. A macro average is over the classes that occur, as a label or as a prediction; balanced accuracy is
the mean recall over the classes that occur as labels. scikit-learn has the same rules.
"""

from __future__ import annotations

import math
from operator import add
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.backprop.arrays import Codes

Counts = NDArray[np.int64]


def confusion_matrix(predicted: Codes, actual: Codes, classes: int) -> Counts:
    """(classes, classes): actual by predicted."""
    cells = actual.astype(np.int64) * classes + predicted
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


class OfClasses(NamedTuple):
    """Of each class, by its code. Numbers of Python: of a few classes they are faster added than arrays."""

    precision: list[float]
    recall: list[float]
    f1: list[float]
    """2 M[i, i] / (row sum + column sum), the same without a division by 0 on the way."""
    rows: list[int]
    occurrences: list[int]
    """As a label and as a prediction."""


def of_classes(M: Counts) -> OfClasses:
    """All of them from the same sums."""
    right, actual, predicted = (counts.tolist() for counts in (M.diagonal(), M.sum(axis=1), M.sum(axis=0)))
    both = list(map(add, actual, predicted))
    f1 = _shares([2 * count for count in right], both)
    return OfClasses(_shares(right, predicted), _shares(right, actual), f1, actual, both)


def averages(M: Counts) -> dict[str, float]:
    """Accuracy, balanced accuracy, and the macro averages of the classes' precision, recall and F1.

    A class that does not occur has 0 in each of them, so it is left out by not counting it.
    """
    each = of_classes(M)
    recall, rows = math.fsum(each.recall), sum(each.rows) or 1
    labels, occurring = sum(map(bool, each.rows)) or 1, sum(map(bool, each.occurrences)) or 1
    return {
        "accuracy": float(M.trace()) / rows,
        "balanced_accuracy": recall / labels,
        "precision": math.fsum(each.precision) / occurring,
        "recall": recall / occurring,
        "f1": math.fsum(each.f1) / occurring,
    }


def class_report(M: Counts) -> list[dict[str, Any]]:
    """For each class, by its code: precision, recall, f1 and its number of rows."""
    each = of_classes(M)
    columns = zip(each.precision, each.recall, each.f1, each.rows, strict=True)
    return [
        {"class": code, "precision": precision, "recall": recall, "f1": f1, "rows": rows}
        for code, (precision, recall, f1, rows) in enumerate(columns)
    ]


def _shares(part: list[int], whole: list[int]) -> list[float]:
    return [some / of if of else 0.0 for some, of in zip(part, whole, strict=True)]
