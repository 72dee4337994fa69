"""The log of each process: appended to, and set aside at start when it has grown."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

ROTATE_AT_BYTES: Final = 10 * 1024**2
KEPT: Final = 3


def open_log(path: Path) -> BinaryIO:
    """Open ``path`` for appending; one of more than 10 MB becomes ``.1`` first, and ``.1`` to ``.2``, up to three."""
    if path.exists() and path.stat().st_size > ROTATE_AT_BYTES:
        for number in range(KEPT - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.replace(path.with_name(f"{path.name}.{number + 1}"))
        path.replace(path.with_name(f"{path.name}.1"))
    return path.open("ab")


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log, each indented by four spaces; empty if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 16_384))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
