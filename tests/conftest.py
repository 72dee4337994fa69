"""What every test relies on: an environment without settings, and nothing left behind, neither process nor file."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

SETTINGS = ("DATABASE_URL", "REDIS_URL", "ARTIFACT_URL")

# No deadline: the time of one example says little on two cores shared by the whole suite. No database of examples: a
# run leaves no file, and a failure prints what reproduces it.
settings.register_profile("chainrule", deadline=None, database=None, print_blob=True)
settings.load_profile("chainrule")

for name in [name for name in os.environ if name in SETTINGS or name.startswith("CHAINRULE_")]:
    # A developer's own service must never be what a test talks to. Chaos rounds are an option, not a setting.
    if not name.startswith("CHAINRULE_CHAOS_"):
        del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def temporary_files_go(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder for temporary files that goes with the run: a killed Celery worker leaves its own behind.

    Its path is short, since unix sockets may lie below it. What ``tmp_path`` gives stays where pytest keeps it.
    """
    tmp_path_factory.getbasetemp()
    folder = tempfile.mkdtemp(prefix="cr-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield
    shutil.rmtree(folder)


@pytest.fixture(scope="session", autouse=True)
def no_process_is_left(temporary_files_go: None) -> Iterator[None]:
    """Fail the last test of a run that leaves a child process."""
    before = _children()
    yield
    left = {pid: command for pid, command in _children().items() if pid not in before}
    assert not left, f"processes left behind: {left}"


def _children() -> dict[int, str]:
    """The children of this process and their commands; the standard library's own helpers are not counted."""
    found = {}
    for listing in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for pid in map(int, listing.read_text().split()):
            command = _command(pid)
            if command and "multiprocessing" not in command:
                found[pid] = command
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:  # it has ended in between
        return ""
