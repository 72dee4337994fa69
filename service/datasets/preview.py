"""The first rows of a dataset, as a person knows them."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.records import Dataset
from models.tabular import read_preview
from service.context import ServiceContext


def preview_rows(here: ServiceContext, dataset: Dataset, rows: int) -> list[dict[str, Any]]:
    """Raises ArtifactMissing when the store has lost it."""
    matrix = np.load(here.store.local_path(dataset.artifact), mmap_mode="r", allow_pickle=False)
    return read_preview(matrix, dataset.columns, rows)
