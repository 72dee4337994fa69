"""Colours that can be read: the contrasts WCAG 2.2 asks for (1.4.3 and 1.4.11), in the light and in the dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[3] / "service" / "dashboard" / "static" / "css"
TEXT = ["ink", "ink-soft", "accent", "running", "waiting", "resting", "succeeded", "failed", "ended"]
GROUNDS = ["ground", "surface", "sunken", "accent-soft", "warning-ground", "failed-ground"]
SERIES = [f"series-{number}" for number in range(1, 9)]


def _tokens() -> dict[str, dict[str, str]]:
    light, dark = (CSS / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


TOKENS = _tokens()


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    r, g, b = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", TOKENS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_text_can_be_read_on_every_ground(scheme, ground):
    tokens = TOKENS[scheme]
    assert [name for name in TEXT if contrast(tokens[name], tokens[ground]) < 4.5] == []


@pytest.mark.parametrize("scheme", TOKENS)
def test_numbers_can_be_read_on_the_colours_of_members_and_buttons(scheme):
    tokens = TOKENS[scheme]
    assert [name for name in SERIES if contrast(tokens[name], tokens["on-series"]) < 4.5] == []
    assert contrast(tokens["on-accent"], tokens["accent"]) >= 4.5


@pytest.mark.parametrize("scheme", TOKENS)
def test_lines_and_the_edges_of_controls_can_be_seen(scheme):
    tokens = TOKENS[scheme]
    assert [name for name in [*SERIES, "line-strong"] if contrast(tokens[name], tokens["surface"]) < 3] == []


def test_every_colour_of_a_style_is_a_token():
    strays = []
    for file in CSS.glob("*.css"):
        if file.name != "tokens.css":
            strays += re.findall(r"#[0-9a-fA-F]{3,8}\b", file.read_text())
    assert strays == []


def test_every_token_that_is_used_exists():
    scripts = (CSS.parent / "js").rglob("*.js")
    known = set(re.findall(r"--([\w-]+):", (CSS / "tokens.css").read_text())) | {"member"}
    used = set()
    for file in [*CSS.glob("*.css"), *scripts]:
        used |= set(re.findall(r"(?:var\(|token\(\")--([\w-]+)", file.read_text()))
    assert used <= known
