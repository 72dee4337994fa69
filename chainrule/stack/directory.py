"""The data directory of an embedded stack: everything it keeps is in it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chainrule.address import ENDPOINT_FILE, KEY_FILE
from chainrule.errors import DataDirUnusable

LEAST_FREE_BYTES: Final = 64 * 1024**2
"""With less room the broker's log and the database would fail minutes later, and less clearly."""


@dataclass(frozen=True, slots=True)
class DataDir:
    """Names of what is in the directory ``root`` (absolute)."""

    root: Path

    @property
    def database_url(self) -> str:
        """SQLAlchemy's address of the SQLite file."""
        return f"sqlite:///{self.root / 'chainrule.db'}"

    @property
    def artifact_url(self) -> str:
        """The artifact store's address."""
        return f"file://{self.root / 'artifacts'}"

    @property
    def logs(self) -> Path:
        """One log per process of the stack."""
        return self.root / "logs"

    @property
    def valkey(self) -> Path:
        """The broker's files."""
        return self.root / "valkey"

    @property
    def key_file(self) -> Path:
        """The first API key, readable by its owner alone."""
        return self.root / KEY_FILE

    @property
    def endpoint_file(self) -> Path:
        """The address of the running stack; absent while there is none."""
        return self.root / ENDPOINT_FILE

    def prepare(self) -> None:
        """Make the directories, for this user alone.

        Raises:
            DataDirUnusable: saying what to do.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for part in (self.logs, self.valkey, self.root / "artifacts"):
                part.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root) as probe:
                probe.write(b"room")
            free_bytes = shutil.disk_usage(self.root).free
        except OSError as error:
            raise DataDirUnusable(
                f"cannot use the data directory {self.root}: {error.strerror or error}. "
                "Make it writable, or name another one with --data-dir"
            ) from error
        if free_bytes < LEAST_FREE_BYTES:
            raise DataDirUnusable(
                f"only {free_bytes // 1024**2} MB are free in {self.root}, at least {LEAST_FREE_BYTES // 1024**2} MB "
                "are needed: make room, or name another place with --data-dir"
            )
