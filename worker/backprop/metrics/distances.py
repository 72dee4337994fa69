"""Metrics of a regression. ŷ, y: (n, targets); the mean over several targets."""

from __future__ import annotations

import math

import numpy as np

from worker.backprop.arrays import Floats


def mean_squared_error(answers: Floats, y: Floats) -> float:
    """mean (ŷ - y)²"""
    return float(np.square(_differences(answers, y)).mean())


def rmse(answers: Floats, y: Floats) -> float:
    """√ mean (ŷ - y)²"""
    return math.sqrt(mean_squared_error(answers, y))


def mae(answers: Floats, y: Floats) -> float:
    """mean |ŷ - y|"""
    return float(np.abs(_differences(answers, y)).mean())


def r2(answers: Floats, y: Floats) -> float:
    """1 - Σ (ŷ - y)² / Σ (y - ȳ)², the mean over targets. A constant target counts 1 if hit exactly, else 0."""
    residual = np.square(_differences(answers, y)).sum(axis=0)
    exact = y.astype(np.float64)
    total = np.square(exact - exact.mean(axis=0)).sum(axis=0)
    ratio = np.divide(residual, total, out=(residual > 0).astype(np.float64), where=total > 0)
    return float((1.0 - ratio).mean())


def _differences(answers: Floats, y: Floats) -> Floats:
    return answers.astype(np.float64) - y
