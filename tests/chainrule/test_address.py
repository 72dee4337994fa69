"""Where the client finds the service and its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.address import DEFAULT_URL, find_data_dir, find_url, get_key
from chainrule.errors import KeyMissing


def test_what_is_given_wins(tmp_path: Path) -> None:
    environ = {"CHAINRULE_URL": "http://env", "CHAINRULE_API_KEY": "env"}
    assert find_url("http://given/", tmp_path, environ) == "http://given"
    assert get_key("given", "http://given", tmp_path, environ) == "given"


def test_the_environment_comes_second(tmp_path: Path) -> None:
    (tmp_path / "endpoint").write_text("http://127.0.0.1:1\n")
    (tmp_path / "admin.key").write_text("file\n")
    environ = {"CHAINRULE_URL": "http://env", "CHAINRULE_API_KEY": "env"}
    assert find_url(None, tmp_path, environ) == "http://env"
    assert get_key(None, "http://env", tmp_path, environ) == "env"


def test_the_files_of_the_running_stack_come_third(tmp_path: Path) -> None:
    (tmp_path / "endpoint").write_text("http://127.0.0.1:1234\n")
    (tmp_path / "admin.key").write_text("file\n")
    assert find_url(None, tmp_path, {}) == "http://127.0.0.1:1234"
    assert get_key(None, "http://127.0.0.1:1234", tmp_path, {}) == "file"


def test_without_anything_it_is_the_default_port(tmp_path: Path) -> None:
    assert find_url(None, tmp_path, {}) == DEFAULT_URL


def test_the_key_of_this_machine_is_not_sent_to_another_one(tmp_path: Path) -> None:
    (tmp_path / "admin.key").write_text("file\n")
    with pytest.raises(KeyMissing, match="--key"):
        get_key(None, "http://somewhere.example", tmp_path, {})


def test_a_missing_key_names_all_places(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match=r"CHAINRULE_API_KEY, .*admin\.key"):
        get_key(None, DEFAULT_URL, tmp_path, {})


def test_the_data_directory_follows_the_environment(tmp_path: Path) -> None:
    assert find_data_dir(None, {"CHAINRULE_DATA_DIR": str(tmp_path)}) == tmp_path
    assert find_data_dir(None, {}) == Path.home() / ".chainrule"
