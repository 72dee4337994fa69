"""Metrics of the probabilities themselves: how sure the network is, and of the right thing.

p: (n, classes) probabilities       y: (n,) class codes
"""

from __future__ import annotations

import numpy as np

from worker.backprop.arrays import Codes, Floats


def certainty(p: Floats, y: Codes) -> float:
    """The mean probability given to the correct label."""
    return float(_of_label(p, y).mean(dtype=np.float64))


def top_k(p: Floats, y: Codes, k: int) -> float:
    """The share of rows in which fewer than k classes come before the correct one: those that are more probable, and
    of the equally probable ones those with a smaller code. So the first is that of ``argmax``, and top 1 is accuracy.
    """
    of_label = _of_label(p, y)[:, None]
    better = np.count_nonzero(p > of_label, axis=1)
    as_good = p == of_label
    as_good &= np.arange(p.shape[1]) < y[:, None]
    return float(np.count_nonzero(better + np.count_nonzero(as_good, axis=1) < k) / len(y))


def roc_auc(score: Floats, y: Codes) -> float:
    """The probability that a random row of class 1 has a higher score than one of class 0; a tie counts half.

    (R - n₁ (n₁ + 1) / 2) / (n₀ n₁) with R the sum of the ranks of class 1, tied scores sharing their mean rank.
    NaN where one class is missing.

    Source: Mann and Whitney, 1947; Hanley and McNeil, Radiology 143, 1982.
    """
    n1 = int(np.count_nonzero(y == 1))
    n0 = len(y) - n1
    if not n0 or not n1:
        return float("nan")
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2.0
    rank_sum = float(mean_rank[place[y == 1]].sum())
    return (rank_sum - n1 * (n1 + 1) / 2.0) / (n0 * n1)


def _of_label(p: Floats, y: Codes) -> Floats:
    of_label: Floats = p[np.arange(len(y)), y]
    return of_label
