"""Tables from a text, in a folder that goes away."""

from __future__ import annotations

import io

import numpy as np
import pytest

from models.errors import ValidationFailed
from models.tabular import IngestLimits, ingest_csv


@pytest.fixture
def ingest(tmp_path):
    """CSV text or bytes in; the table, its matrix and its columns by name out."""

    def run(content, **limits):
        content = content.encode() if isinstance(content, str) else content
        table = ingest_csv(io.BytesIO(content), tmp_path, IngestLimits(**limits))
        return table, np.load(table.path), {column["name"]: column for column in table.columns}

    return run


@pytest.fixture
def refused(ingest, tmp_path):
    """CSV in; what is wrong with it out, and nothing left in the folder."""

    def run(content, **limits):
        with pytest.raises(ValidationFailed) as caught:
            ingest(content, **limits)
        assert list(tmp_path.iterdir()) == []
        assert {fault.pointer for fault in caught.value.faults} == {"/file"}
        return [fault.message for fault in caught.value.faults]

    return run
