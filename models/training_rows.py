"""Which rows of its dataset a job trains on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.spec import JobSpec
from models.tabular import split, strata

Rows = NDArray[np.int64]


def divide_rows(spec: JobSpec, matrix: NDArray[Any], columns: Sequence[Mapping[str, Any]]) -> tuple[Rows, Rows]:
    """The training rows and the validation rows of a raw dataset (rows, columns), each sorted."""
    fraction = spec.validation.fraction if spec.validation else None
    codes = None
    if fraction and spec.task == "classification":
        names = [column["name"] for column in columns]
        codes = strata(matrix[:, [names.index(name) for name in spec.targets]])
    return split(len(matrix), codes, fraction or 0.0, spec.training.seed)
