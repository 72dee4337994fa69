"""Writing a row-major ``.npy`` file block by block.

Written, not mapped: a full disk is then an error that can be caught, where a mapping would end the process.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray


class MatrixFile:
    """A file of a known shape, on disk when the ``with`` block ends, removed when it ends in an error."""

    def __init__(self, path: Path, shape: tuple[int, int], dtype: type[np.floating[Any]]) -> None:
        self.dtype, self.size_bytes = dtype, 0
        self._path, self._columns = path, shape[1]
        self._digest = hashlib.sha256()
        header = io.BytesIO()
        description = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(header, description)
        self._file = path.open("wb")
        self._write(header.getvalue())

    def __enter__(self) -> MatrixFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._file:
            if error is None:
                self._file.flush()
                os.fsync(self._file.fileno())
        if error is not None:
            self._path.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        """Of all bytes so far."""
        return self._digest.hexdigest()

    def block(self, rows: int) -> NDArray[Any]:
        """An empty block (rows, columns) to fill and ``append``."""
        return np.empty((rows, self._columns), self.dtype)

    def append(self, block: NDArray[Any]) -> None:
        """The next rows."""
        self._write(block.tobytes())

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)
        self.size_bytes += len(content)
