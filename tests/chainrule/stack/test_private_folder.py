"""Folders outside the data directory."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from chainrule.errors import DataDirUnusable
from chainrule.stack.directory import DataDir
from chainrule.stack.private_folder import private_folder, shared_memory_parent


def test_each_data_directory_has_one_of_its_own(tmp_path: Path) -> None:
    first, second = (private_folder(tmp_path, DataDir(tmp_path / name)) for name in ("a", "b"))
    assert first != second
    assert private_folder(tmp_path, DataDir(tmp_path / "a")) == first
    assert stat.S_IMODE(first.stat().st_mode) == 0o700


def test_one_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    private_folder(tmp_path, DataDir(tmp_path)).chmod(0o755)
    with pytest.raises(DataDirUnusable, match="belongs to somebody else"):
        private_folder(tmp_path, DataDir(tmp_path))


def test_a_link_is_refused(tmp_path: Path) -> None:
    folder = private_folder(tmp_path, DataDir(tmp_path))
    folder.rmdir()
    folder.symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(DataDirUnusable):
        private_folder(tmp_path, DataDir(tmp_path))


def test_the_environment_chooses_the_place_of_shared_memory(tmp_path: Path) -> None:
    assert shared_memory_parent({"CHAINRULE_SHARED_MEMORY_DIR": str(tmp_path)}) == tmp_path
    assert shared_memory_parent({}).is_dir()
