"""Promises about the documentation: short, linked, and true of the commands it names."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from chainrule.commands.app import main
from chainrule.version import __version__

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def code(page: Path) -> str:
    """What a page shows as code: indented or fenced blocks, and what stands between backticks."""
    text = page.read_text()
    blocks = re.findall(r"^    .*$", text, re.MULTILINE) + re.findall(r"```.*?```", text, re.DOTALL)
    return "\n".join(blocks + re.findall(r"`[^`\n]+`", text))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_readme_is_shorter_than_150_lines() -> None:
    assert len(README.splitlines()) < 150


@pytest.mark.parametrize("heading", ["Run it", "One job, end to end", "Where things are", "Check it", "Read on"])
def test_the_readme_has_what_a_newcomer_looks_for(heading: str) -> None:
    assert f"\n## {heading}\n" in README


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{named(page)} links to {link}"
        if anchor:
            assert anchor in anchors(target), f"{named(page)} links to {link}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", code(page))) <= TARGETS


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    # Only what stands at the beginning of a line, behind a pipe or a path is a command line; "chainrule/" is a folder.
    for line in re.findall(r"(?:^ {4}|\| |/|`)chainrule ([a-z][^\n`|]*)", code(page), re.MULTILINE):
        words = line.split("#")[0].split()
        command: click.Command = main
        while words and isinstance(command, click.Group) and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        assert not isinstance(command, click.Group) or not words, f"{named(page)}: chainrule {line}"
        known = {option for parameter in command.params for option in parameter.opts}
        given = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert given <= known, f"{named(page)}: chainrule {line}"


def test_every_folder_of_the_layout_exists() -> None:
    layout = README.split("## Where things are")[1].split("##")[0]
    for folder in re.findall(r"^    ( *)([a-z]+)/ ", layout, re.MULTILINE):
        assert (ROOT / ("worker" if folder[0] else "") / folder[1]).is_dir(), folder


@pytest.mark.parametrize("page", DECISIONS, ids=named)
def test_a_decision_has_its_four_parts_on_one_page(page: Path) -> None:
    text = page.read_text()
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert re.search(r"^Status: (accepted|superseded by .+), \d{4}-\d{2}", text, re.MULTILINE)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 60


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = (ROOT / "docs" / "adr" / "README.md").read_text()
    assert [page.name for page in DECISIONS if f"({page.name})" not in index] == []


def test_the_changelog_keeps_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$", text, re.MULTILINE)
    assert versions[0] == ("Unreleased", "")
    assert all(date for _, date in versions[1:])
    kinds = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert __version__


def test_every_setting_of_the_guide_exists() -> None:
    settings = (ROOT / "models" / "settings.py").read_text()
    guide = (ROOT / "docs" / "howto" / "run-on-one-machine.md").read_text()
    for variable in re.findall(r"^\| `CHAINRULE_([A-Z_]+)`", guide, re.MULTILINE):
        assert re.search(rf"^    {variable.lower()}: ", settings, re.MULTILINE), variable


def test_compose_services_and_volumes_that_the_guide_names_exist() -> None:
    guide = (ROOT / "docs" / "howto" / "deploy-with-compose.md").read_text()
    compose = (ROOT / "docker-compose.yml").read_text()
    for name in re.findall(r"^\| `([a-z-]+)` \|", guide, re.MULTILINE):
        assert re.search(rf"^  {name}:", compose, re.MULTILINE), name
