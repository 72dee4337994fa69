"""Artifacts as files of one folder."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISREG

from models.artifacts.store import Chunk, Stored
from models.errors import ArtifactCorrupt, ArtifactMissing, StorageFull

_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*/[a-z0-9_.-]+")
_INCOMING = ".incoming"
_WRITE_BYTES = 1 << 20


class FileStore:
    """Each object is one file, complete from the moment its name exists.

    The bytes go to a temporary file, which is synced, renamed, and made durable by a sync of its folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / _INCOMING).mkdir(parents=True, exist_ok=True)

    def put(self, stem: str, suffix: str, chunks: Iterable[Chunk]) -> Stored:
        """See ``ArtifactStore.put``."""
        digest, size_bytes = hashlib.sha256(), 0
        descriptor, temporary = tempfile.mkstemp(dir=self.root / _INCOMING)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                for chunk in chunks:
                    digest.update(chunk)
                    size_bytes += _write_all(file.fileno(), chunk)
                os.fsync(file.fileno())
            name = f"{stem}-{digest.hexdigest()[:16]}{suffix}"
            self._publish(Path(temporary), self._path(name))
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull(stem) from error
            raise
        finally:
            Path(temporary).unlink(missing_ok=True)
        return Stored(name, digest.hexdigest(), size_bytes)

    def local_path(self, name: str) -> Path:
        """See ``ArtifactStore.local_path``."""
        path = self._path(name)
        if not path.is_file():
            raise ArtifactMissing(name)
        return path

    def verify(self, name: str, sha256: str) -> Path:
        """See ``ArtifactStore.verify``."""
        path = self.local_path(name)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            raise ArtifactCorrupt(name, sha256, found)
        return path

    def delete(self, name: str) -> None:
        """See ``ArtifactStore.delete``."""
        self._path(name).unlink(missing_ok=True)

    def names(self, *, older_than_s: float = 0.0) -> Iterator[str]:
        """See ``ArtifactStore.names``."""
        for path in self.root.rglob("*"):
            if path.parent.name != _INCOMING and _is_older(path, older_than_s):
                yield path.relative_to(self.root).as_posix()

    def drop_unfinished(self, *, older_than_s: float) -> int:
        """See ``ArtifactStore.drop_unfinished``."""
        left = [path for path in (self.root / _INCOMING).iterdir() if _is_older(path, older_than_s)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of an artifact")
        return self.root / name

    @staticmethod
    def _publish(temporary: Path, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _is_older(path: Path, seconds: float) -> bool:
    """Whether it is a file, and was last written to so long ago. One that has just been removed is not."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    return S_ISREG(status.st_mode) and time.time() - status.st_mtime >= seconds


def _write_all(descriptor: int, chunk: Chunk) -> int:
    """Write in pieces, so that the interpreter is never held for long: a trainer may share this process."""
    view = memoryview(chunk).cast("B")
    written = 0
    while written < len(view):
        written += os.write(descriptor, view[written : written + _WRITE_BYTES])
    return written
