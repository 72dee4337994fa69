"""A matrix written block by block."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from models.tabular.matrix_file import MatrixFile


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_make_the_file_that_numpy_would_write(tmp_path, dtype):
    whole = np.arange(35, dtype=dtype).reshape(7, 5)
    with MatrixFile(tmp_path / "m.npy", whole.shape, dtype) as matrix:
        for part in (whole[:4], whole[4:]):
            block = matrix.block(len(part))
            block[:] = part
            matrix.append(block)
    np.save(tmp_path / "expected.npy", whole)
    content = (tmp_path / "m.npy").read_bytes()
    assert content == (tmp_path / "expected.npy").read_bytes()
    assert (matrix.size_bytes, matrix.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_an_error_leaves_no_file(tmp_path):
    with pytest.raises(ValueError, match="broadcast"), MatrixFile(tmp_path / "m.npy", (2, 1), np.float32) as matrix:
        matrix.block(1)[:] = np.zeros(2)
    assert list(tmp_path.iterdir()) == []
