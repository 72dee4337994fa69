"""The lines of a text file from somebody else: UTF-8, and none so long that it fills the memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from models.tabular.limits import refuse

LONGEST: Final = 1 << 23
"""Characters of a line; 10,000 columns of 800 characters."""
_PIECE_BYTES = 1 << 16


def read_lines(path: Path) -> Iterator[str]:
    """The lines with their ends, without a byte order mark.

    Raises:
        ValidationFailed: a line is too long or not UTF-8; names it.
    """
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            while line := file.readline(LONGEST + 1):
                number += 1
                if len(line) > LONGEST:
                    raise refuse(f"line {number} is longer than {LONGEST:,} characters; is this a table?")
                yield line
    except UnicodeDecodeError:
        raise refuse(f"line {_first_undecodable(path)} is not UTF-8; save the file as CSV UTF-8") from None


def _first_undecodable(path: Path) -> int:
    """The number of the line; the error itself knows only a place in the reader's buffer."""
    decoder, number = codecs.getincrementaldecoder("utf-8")(), 1
    with path.open("rb") as file:
        while piece := file.readline(_PIECE_BYTES):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                return number
            number += piece.endswith(b"\n")
    return number
