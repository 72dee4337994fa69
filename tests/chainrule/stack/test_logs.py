"""Logs do not grow forever."""

from __future__ import annotations

from pathlib import Path

from chainrule.stack.logs import KEPT, ROTATE_AT_BYTES, open_log, tail


def _write(path: Path, text: str) -> None:
    with open_log(path) as log:
        log.write(text.encode())


def test_a_small_log_is_continued(tmp_path: Path) -> None:
    _write(tmp_path / "a.log", "1\n")
    _write(tmp_path / "a.log", "2\n")
    assert (tmp_path / "a.log").read_text() == "1\n2\n"


def test_a_large_log_is_set_aside_and_only_a_few_are_kept(tmp_path: Path) -> None:
    for _ in range(KEPT + 3):
        _write(tmp_path / "a.log", "x" * (ROTATE_AT_BYTES + 1))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["a.log", *(f"a.log.{number}" for number in range(1, KEPT + 1))]


def test_the_tail_is_the_last_lines(tmp_path: Path) -> None:
    _write(tmp_path / "a.log", "".join(f"{number}\n" for number in range(5000)))
    assert tail(tmp_path / "a.log", 2) == "    4998\n    4999"
    assert tail(tmp_path / "none.log") == ""
