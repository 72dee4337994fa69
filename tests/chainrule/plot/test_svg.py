"""A picture as a file."""

from __future__ import annotations

from xml.etree import ElementTree

from chainrule.plot.scale import Series
from chainrule.plot.svg import svg

CURVE = Series("cost <a>", ((1.0, 1.0), (2.0, 0.5), (3.0, 0.25)))


def test_it_is_well_formed_whatever_the_names() -> None:
    root = ElementTree.fromstring(svg([CURVE], title="a < b & c", x_name="epoch", log=True))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.find("{*}title").text == "a < b & c"


def test_every_point_is_inside_the_picture() -> None:
    root = ElementTree.fromstring(svg([CURVE]))
    points = root.find("{*}polyline").get("points").split()
    assert len(points) == 3
    assert all(0 <= float(x) <= 760 and 0 <= float(y) <= 420 for x, y in (point.split(",") for point in points))


def test_it_holds_no_script_and_loads_nothing() -> None:
    text = svg([CURVE])
    assert "<script" not in text
    assert text.count("http") == 1
