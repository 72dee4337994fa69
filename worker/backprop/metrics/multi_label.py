"""Metrics where a row may have several labels. p, y: (n, labels); a label is predicted where p ≥ 1/2.

    M[j]: the confusion matrix of label j, actual by predicted: ((tn, fp), (fn, tp))

Accuracy and certainty are over all cells; exact_match is the share of rows with every label right. Precision, recall
and F1 are the means over the labels, each label a class of its own whose other side is not reported; balanced accuracy
is the mean over labels of the mean recall of both sides, as far as they occur. 0 / 0 counts as 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.backprop.arrays import Floats
from worker.backprop.metrics.confusion import Counts

Numbers = NDArray[np.float64]


def multi_label_metrics(p: Floats, y: Floats) -> dict[str, float]:
    """All of them by name."""
    chosen, actual = p >= 0.5, y >= 0.5
    right = chosen == actual
    M = label_matrices(p, y)
    return {
        "accuracy": float(right.mean()),
        "certainty": float(np.where(actual, p, 1.0 - p).mean(dtype=np.float64)),
        "balanced_accuracy": float(_balanced(M).mean()),
        "precision": float(_precisions(M).mean()),
        "recall": float(_recalls(M).mean()),
        "f1": float(_f1s(M).mean()),
        "exact_match": float(right.all(axis=1).mean()),
    }


def label_matrices(p: Floats, y: Floats) -> Counts:
    """(labels, 2, 2)"""
    chosen, actual = p >= 0.5, y >= 0.5
    both = np.count_nonzero(chosen & actual, axis=0)
    chosen_rows, actual_rows = np.count_nonzero(chosen, axis=0), np.count_nonzero(actual, axis=0)
    missed, false = actual_rows - both, chosen_rows - both
    return np.stack([len(y) - both - missed - false, false, missed, both], axis=1).reshape(-1, 2, 2)


def label_report(p: Floats, y: Floats) -> list[dict[str, Any]]:
    """For each label: precision, recall, f1, the number of rows that have it, and its confusion matrix (2, 2)."""
    M = label_matrices(p, y)
    columns = zip(_precisions(M), _recalls(M), _f1s(M), M[:, 1].sum(axis=1), M, strict=True)
    return [
        {"precision": float(a), "recall": float(r), "f1": float(f), "rows": int(rows), "confusion_matrix": m.tolist()}
        for a, r, f, rows, m in columns
    ]


def _precisions(M: Counts) -> Numbers:
    return _ratio(M[:, 1, 1], M[:, :, 1].sum(axis=1))


def _recalls(M: Counts) -> Numbers:
    return _ratio(M[:, 1, 1], M[:, 1].sum(axis=1))


def _f1s(M: Counts) -> Numbers:
    return _ratio(2 * M[:, 1, 1], M[:, 1].sum(axis=1) + M[:, :, 1].sum(axis=1))


def _balanced(M: Counts) -> Numbers:
    rows = M.sum(axis=2)
    with_it, without_it = _recalls(M), _ratio(M[:, 0, 0], rows[:, 0])
    balanced: Numbers = (with_it + without_it) / np.maximum(1, np.count_nonzero(rows, axis=1))
    return balanced


def _ratio(part: Counts, whole: Counts) -> Numbers:
    """part / whole element by element, 0 / 0 being 0."""
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
