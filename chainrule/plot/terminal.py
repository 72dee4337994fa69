"""A picture made of Braille characters: each holds 2 × 4 dots, so a terminal has a useful resolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from chainrule.plot.scale import Scale, Series, scales

_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of the dot in row r, column c of a character, by Unicode's block at U+2800."""
_COLORS: Final = ("cyan", "magenta", "yellow", "green", "red")
_MARGIN: Final = 10


class Canvas:
    """``width`` × ``height`` characters, each with one colour: that of the curve that was drawn there last."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._bits = [[0] * width for _ in range(height)]
        self._colors = [[""] * width for _ in range(height)]

    def line(self, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
        """Draw from ``start`` to ``end``, both (x, y) in 0..1 from the lower left corner."""
        (x0, y0), (x1, y1) = self._dot(start), self._dot(end)
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            self._set(round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps), color)

    def row(self, number: int) -> Text:
        """One line of characters, the uppermost being 0."""
        text = Text()
        for bits, color in zip(self._bits[number], self._colors[number], strict=True):
            text.append(chr(0x2800 + bits) if bits else " ", style=color)
        return text

    def _dot(self, point: tuple[float, float]) -> tuple[int, int]:
        x, y = (min(1.0, max(0.0, value)) for value in point)
        return round(x * (2 * self.width - 1)), round((1 - y) * (4 * self.height - 1))

    def _set(self, x: int, y: int, color: str) -> None:
        self._bits[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
        self._colors[y // 4][x // 2] = color


def draw(series: Sequence[Series], *, width: int = 72, height: int = 12, log: bool = False, x_name: str = "") -> Text:
    """The curves with their axes and a legend, at most ``width`` characters wide.

    Raises:
        ValueError: if there is no point at all.
    """
    across, up = scales(series, log=log)
    canvas = Canvas(max(8, width - _MARGIN - 2), height)
    for number, curve in enumerate(series):
        color = _COLORS[number % len(_COLORS)]
        places = [(across.place(x), up.place(y)) for x, y in curve.points]
        for start, end in zip(places, places[1:] or places, strict=False):
            canvas.line(start, end, color)
    return Text("\n").join([*_body(canvas, up), _x_axis(canvas, across, x_name), _legend(series, up)])


def _body(canvas: Canvas, up: Scale) -> list[Text]:
    labels = {round((1 - up.place(tick)) * (canvas.height - 1)): f"{tick:.4g}" for tick in up.ticks(4)}
    return [
        Text(labels.get(number, "").rjust(_MARGIN), style="dim")
        .append(" ┤" if number in labels else " │")
        .append_text(canvas.row(number))
        for number in range(canvas.height)
    ]


def _x_axis(canvas: Canvas, across: Scale, name: str) -> Text:
    low, high = f"{across.low:.6g}", f"{across.high:.6g}"
    middle = name.center(max(0, canvas.width - len(low) - len(high)))
    return Text(" " * (_MARGIN + 2) + low + middle + high, style="dim")


def _legend(series: Sequence[Series], up: Scale) -> Text:
    text = Text(" " * (_MARGIN + 2))
    for number, curve in enumerate(series):
        text.append("━━ ", style=_COLORS[number % len(_COLORS)]).append(f"{curve.name} {curve.points[-1][1]:.4g}   ")
    return text.append("(logarithmic)" if up.log else "", style="dim")
