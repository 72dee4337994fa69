"""Arrays that begin where the processor likes it."""

import numpy as np
import pytest

from worker.backprop.arrays import CACHE_LINE, on_a_line


@pytest.mark.parametrize("size", [1, 7, 1024, 100_003])
@pytest.mark.parametrize("dtype", ["float32", "float64", "bool"])
def test_an_array_begins_on_a_cache_line_and_holds_what_is_written(size, dtype):
    array = on_a_line(size, np.dtype(dtype))
    array[:] = np.arange(size) % 2
    assert array.ctypes.data % CACHE_LINE == 0
    assert array.dtype == dtype
    assert array.tolist() == (np.arange(size) % 2).tolist()
