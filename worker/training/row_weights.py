"""How much each training row counts in the cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def row_weights(
    class_weight: Mapping[str, float] | Literal["balanced"] | None,
    labels: Sequence[object],
    y: Array,
    dtype: np.dtype[Any],
) -> Array | None:
    """The weight of each row by its class, shape (rows,); None when every row counts once.

    ``balanced`` gives each class the same total: n / (k n_c) for n rows, k classes and n_c rows of the class.

    Args:
        class_weight: from the spec; classes it does not name count once.
        labels: of the classes, by code.
        y: class codes, shape (rows,), or 0 and 1, shape (rows, 1).
        dtype: of the result.

    Source: King and Zeng, "Logistic regression in rare events data", 2001.
    """
    if class_weight is None:
        return None
    codes = y.reshape(len(y)).astype(np.intp)
    if class_weight == "balanced":
        counts = np.maximum(np.bincount(codes, minlength=len(labels)), 1)
        by_class = len(codes) / (len(labels) * counts)
    else:
        by_class = np.array([class_weight.get(str(label), 1.0) for label in labels])
    return np.take(by_class, codes).astype(dtype)
