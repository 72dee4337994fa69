"""Styles and scripts: our own, small, from here alone, and unable to take text for markup."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[3] / "service" / "dashboard" / "static"
VENDOR = STATIC / "vendor"
OURS = sorted(file for file in STATIC.rglob("*") if file.is_file() and VENDOR not in file.parents)
SCRIPTS = [file for file in OURS if file.suffix == ".js"]
TYPES = {".js": {"text/javascript", "application/javascript"}, ".css": {"text/css"}, ".svg": {"image/svg+xml"}}

# uPlot 1.6.32 as its package on the npm registry holds it.
UPLOT = {
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}


def named(file: Path) -> str:
    return str(file.relative_to(STATIC))


def test_each_is_served_without_a_session_as_what_it_is(anonymous):
    assert OURS
    for file in OURS:
        with anonymous.get(f"/static/{named(file)}") as answer:
            assert answer.status_code == 200, named(file)
            assert answer.mimetype in TYPES[file.suffix], named(file)
            assert answer.data == file.read_bytes(), named(file)


def test_a_browser_that_has_it_is_not_sent_it_again(anonymous):
    with anonymous.get("/static/css/page.css") as answer:
        tag = answer.headers["ETag"]
    with anonymous.get("/static/css/page.css", headers={"If-None-Match": tag}) as answer:
        assert answer.status_code == 304


@pytest.mark.parametrize("path", ["/static/../views.py", "/static/%2e%2e/views.py", "/static/", "/static/js"])
def test_nothing_but_static_files_is_served(anonymous, path):
    assert anonymous.get(path).status_code == 404


@pytest.mark.parametrize("file", OURS, ids=named)
def test_nothing_is_asked_of_anywhere_else(file):
    text = file.read_text().replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert not re.search(r"https?://|[\"'(]//\w", text)


@pytest.mark.parametrize("file", SCRIPTS, ids=named)
def test_no_script_can_take_text_for_markup_or_code(file):
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\(|new Function"
    assert not re.search(forbidden, file.read_text())


@pytest.mark.parametrize("file", SCRIPTS, ids=named)
def test_a_script_begins_with_what_it_is_for_and_stays_small(file):
    text = file.read_text()
    assert text.startswith("/**")
    assert len(text.splitlines()) <= 160


@pytest.mark.parametrize("file", SCRIPTS, ids=named)
def test_every_import_leads_to_a_module_that_exports_the_name(file):
    for names, path in re.findall(r"^import (?:\{([^}]*)\} from )?\"([^\"]+)\";", file.read_text(), re.MULTILINE):
        module = (file.parent / path).resolve()
        assert path.startswith("."), path
        assert module.is_file(), path
        exports = re.findall(r"^export (?:async )?(?:class|const|function) (\w+)", module.read_text(), re.MULTILINE)
        assert {name.strip() for name in names.split(",") if name.strip()} <= set(exports), path


def test_every_script_is_used():
    imported = {
        (file.parent / path).resolve()
        for file in SCRIPTS
        for path in re.findall(r"\"(\.[^\"]+\.js)\"", file.read_text())
    }
    assert {file for file in SCRIPTS if file.parent.name != "pages"} <= imported


@pytest.mark.parametrize(("name", "sha256"), UPLOT.items())
def test_the_charts_library_is_as_its_makers_released_it(name, sha256):
    assert hashlib.sha256((VENDOR / "uplot" / name).read_bytes()).hexdigest() == sha256
