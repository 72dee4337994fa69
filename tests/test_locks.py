"""Promises about requirements/*.lock: everything is pinned and hashed, and nothing is stale."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = {"dev": ["dev"], "server": ["server", "postgres"]}
LOCKS = ["build", "dev", "server"]


def entries(lock: str) -> list[str]:
    """The requirements of a lock, each as one line with its hashes."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return "\n".join(lines).replace("\\\n", " ").splitlines()


def pins(lock: str) -> list[Requirement]:
    return [Requirement(entry.split("--hash")[0]) for entry in entries(lock)]


def declared(extras: list[str]) -> Iterator[Requirement]:
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    for requirement in map(Requirement, lines):
        if requirement.name == PROJECT["name"]:
            yield from declared(sorted(requirement.extras))
        else:
            yield requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_is_pinned_and_hashed(lock: str) -> None:
    for entry in entries(lock):
        assert re.match(r"[a-z0-9-]+==[^ ]+ ", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_no_place(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    assert not re.search(r"https?:|file:|--index|--find-links|@ |/home|/tmp", text)


@pytest.mark.parametrize("lock", EXTRAS)
def test_a_lock_satisfies_what_the_project_declares(lock: str) -> None:
    locked = {}
    for pin in pins(lock):
        if pin.marker is None or pin.marker.evaluate(dict(default_environment())):
            locked[canonicalize_name(pin.name)] = next(iter(pin.specifier)).version
    for requirement in declared(EXTRAS[lock]):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in {lock}.lock: make lock"
        assert requirement.specifier.contains(version, prereleases=True), (
            f"{requirement} but locked {version}: make lock"
        )


@pytest.mark.parametrize("lock", ["build", "server"])
def test_the_smaller_locks_are_cuts_of_the_one_for_development(lock: str) -> None:
    dev = {(canonicalize_name(pin.name), str(pin.specifier)) for pin in pins("dev")}
    assert {(canonicalize_name(pin.name), str(pin.specifier)) for pin in pins(lock)} <= dev


def test_every_supported_python_has_its_numpy() -> None:
    numpy = {str(pin.specifier): str(pin.marker) for pin in pins("server") if pin.name == "numpy"}
    assert any("< " in marker and "3.12" in marker for marker in numpy.values())
    assert any(">= " in marker and "3.12" in marker for marker in numpy.values())
