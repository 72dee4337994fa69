"""Draw digits with characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_SIDE: Final = 8
_SHADES: Final = " ░▒▓█"
_GAP: Final = "   "


def pixels(row: Sequence[str]) -> list[int]:
    """The 64 grey values, 0..16, of a row of the digits' CSV (its label is last)."""
    return [int(value) for value in row[: _SIDE * _SIDE]]


def side_by_side(digits: Sequence[Sequence[int]], captions: Sequence[str]) -> str:
    """The digits next to each other, two characters a pixel, with a caption under each."""
    width = 2 * _SIDE
    lines = [
        _GAP.join("".join(_shade(value) * 2 for value in digit[y * _SIDE : (y + 1) * _SIDE]) for digit in digits)
        for y in range(_SIDE)
    ]
    return "\n".join([*lines, _GAP.join(caption.center(width) for caption in captions)])


def _shade(value: int) -> str:
    return _SHADES[round(value * (len(_SHADES) - 1) / 16)]
