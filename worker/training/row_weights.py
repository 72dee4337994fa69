"""How much each training row counts in the cost, as the spec has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.tabular.classes import label_text
from models.tabular.values import Value
from worker.backprop.row_weights import balanced_class_weights, named_class_weights

ClassWeight = Mapping[str, float] | Literal["balanced"] | None


def row_weights(
    class_weight: ClassWeight, labels: Sequence[Value], y: NDArray[Any], dtype: np.dtype[Any]
) -> NDArray[Any] | None:
    """The weight of each row by its class, shape (rows,); None when every row counts once.

    Args:
        class_weight: from the spec; classes it does not name count once.
        labels: of the classes, by code.
        y: class codes, shape (rows,), or 0 and 1, shape (rows, 1).
        dtype: of the result.
    """
    if class_weight is None:
        return None
    codes = y.reshape(len(y)).astype(np.intp)
    if class_weight == "balanced":
        by_class = balanced_class_weights(codes, len(labels))
    else:
        by_class = named_class_weights(class_weight, tuple(map(label_text, labels)))
    return by_class[codes].astype(dtype)
