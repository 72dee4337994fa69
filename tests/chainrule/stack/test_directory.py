"""The data directory."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from chainrule.errors import DataDirUnusable
from chainrule.stack.directory import DataDir


def test_it_is_made_for_its_user_alone(tmp_path: Path) -> None:
    directory = DataDir(tmp_path / "deep" / "data")
    directory.prepare()
    assert stat.S_IMODE(directory.root.stat().st_mode) == 0o700
    directory.prepare()


def test_a_place_that_cannot_be_written_names_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirUnusable, match="--data-dir"):
        DataDir(tmp_path / "file" / "data").prepare()


def test_a_full_disk_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil._ntuple_diskusage(10**9, 10**9, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(DataDirUnusable, match="only 0 MB are free"):
        DataDir(tmp_path).prepare()
