"""A dataset as the API shows it."""

from __future__ import annotations

from typing import Any

from models.records import Dataset


def dataset_payload(dataset: Dataset) -> dict[str, Any]:
    """The fields of a dataset."""
    return {
        "id": dataset.id,
        "name": dataset.name,
        "rows": dataset.rows,
        "columns": [{"warning": None, **column} for column in dataset.columns],
        "size_bytes": dataset.size_bytes,
        "sha256": dataset.sha256,
        "created_at": dataset.created_at.isoformat(),
    }
