"""The dataset that travels with the package: 1,797 handwritten digits (see ATTRIBUTION.md)."""

from __future__ import annotations

import gzip
from importlib.resources import files


def digits_csv() -> bytes:
    """The digits as CSV: 64 columns ``pixel_<row>_<column>`` of integers 0..16, then ``label`` 0..9."""
    return gzip.decompress(files(__name__).joinpath("digits.csv.gz").read_bytes())
