"""A folder outside the data directory, for what cannot be in it: shared memory, and a socket of short path."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from chainrule.errors import DataDirUnusable
from chainrule.stack.directory import DataDir


def private_folder(parent: Path, directory: DataDir) -> Path:
    """A folder under ``parent`` that belongs to this user and this data directory alone; made if it is not there.

    Raises:
        DataDirUnusable: if somebody else has made it.
    """
    digest = hashlib.sha256(os.fsencode(directory.root)).hexdigest()[:16]
    folder = parent / f"chainrule-up-{os.getuid()}-{digest}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise DataDirUnusable(f"cannot make {folder}: {error.strerror or error}") from error
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o77:
        raise DataDirUnusable(f"{folder} belongs to somebody else: remove it, or use another --data-dir")
    return folder


def shared_memory_parent(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the folder for shared memory goes: what the environment says, else /dev/shm where there is one."""
    given = environ.get("CHAINRULE_SHARED_MEMORY_DIR")
    if given:
        return Path(given)
    memory = Path("/dev/shm")  # noqa: S108 - the folder made in it is private
    return memory if memory.is_dir() else Path(tempfile.gettempdir())
