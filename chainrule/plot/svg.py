"""The same picture as a file: one SVG without scripts, fonts or links, readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from chainrule.plot.scale import Scale, Series, scales

_WIDTH: Final = 760
_HEIGHT: Final = 420
_LEFT: Final = 70
_RIGHT: Final = 20
_TOP: Final = 50
_BOTTOM: Final = 50
_COLORS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
"""Okabe and Ito's colours, told apart by people who see red and green alike."""
_STYLE: Final = (
    "text{font:13px sans-serif;fill:#333}.t{font-size:16px;font-weight:600}.g{stroke:#8884;stroke-width:1}"
    ".c{fill:none;stroke-width:2;stroke-linejoin:round}.p{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.p{fill:#1b1b1b}}"
)


def svg(series: Sequence[Series], *, title: str = "", x_name: str = "", log: bool = False) -> str:
    """The curves as an SVG document.

    Raises:
        ValueError: if there is no point at all.
    """
    across, up = scales(series, log=log)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f'<rect class="p" width="{_WIDTH}" height="{_HEIGHT}"/>',
        f'<text class="t" x="{_LEFT}" y="24">{escape(title)}</text>',
        *_grid(across, up),
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 10}" text-anchor="middle">{escape(x_name)}</text>',
        *(_curve(curve, number, across, up) for number, curve in enumerate(series)),
        *_legend(series),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(place: float) -> float:
    return _LEFT + place * (_WIDTH - _LEFT - _RIGHT)


def _y(place: float) -> float:
    return _HEIGHT - _BOTTOM - place * (_HEIGHT - _TOP - _BOTTOM)


def _grid(across: Scale, up: Scale) -> list[str]:
    bottom, top, left, right = _y(0), _y(1), _x(0), _x(1)
    lines = []
    for tick in up.ticks():
        y = _y(up.place(tick))
        lines.append(f'<path class="g" d="M{left:.1f} {y:.1f}H{right:.1f}"/>')
        lines.append(f'<text x="{left - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{tick:.4g}</text>')
    for tick in across.ticks():
        x = _x(across.place(tick))
        lines.append(f'<path class="g" d="M{x:.1f} {bottom:.1f}V{top:.1f}"/>')
        lines.append(f'<text x="{x:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{tick:.6g}</text>')
    return lines


def _curve(curve: Series, number: int, across: Scale, up: Scale) -> str:
    points = " ".join(f"{_x(across.place(x)):.1f},{_y(up.place(y)):.1f}" for x, y in curve.points)
    return f'<polyline class="c" stroke="{_COLORS[number % len(_COLORS)]}" points="{points}"/>'


def _legend(series: Sequence[Series]) -> list[str]:
    lines, x = [], float(_LEFT)
    for number, curve in enumerate(series):
        color = _COLORS[number % len(_COLORS)]
        lines.append(f'<path class="c" stroke="{color}" d="M{x:.0f} 38h22"/>')
        lines.append(f'<text x="{x + 28:.0f}" y="42">{escape(curve.name)}</text>')
        x += 50 + 7.5 * len(curve.name)
    return lines
