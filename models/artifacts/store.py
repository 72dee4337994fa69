"""What every artifact store does, and how one is opened by its URL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from models.errors import SettingsInvalid

Chunk = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that is safe in the store."""

    name: str
    sha256: str
    size_bytes: int


class ArtifactStore(Protocol):
    """Write-once objects under names that the server makes. No name ever comes from a user."""

    def put(self, stem: str, suffix: str, chunks: Iterable[Chunk]) -> Stored:
        """Store the chunks as ``<stem>-<first 16 digits of their SHA-256><suffix>``; safe on disk when it returns.

        Raises:
            StorageFull: nothing is left of the object.
        """

    def local_path(self, name: str) -> Path:
        """A file of this host that holds the object; not to be written to. Raises ArtifactMissing."""

    def verify(self, name: str, sha256: str) -> Path:
        """Like ``local_path``, after reading the whole object. Raises ArtifactMissing, ArtifactCorrupt."""

    def delete(self, name: str) -> None:
        """Remove an object; one that is not there is no error."""

    def names(self, *, older_than_s: float = 0.0) -> Iterator[str]:
        """All objects that were stored so many seconds ago or earlier, in no order."""

    def drop_unfinished(self, *, older_than_s: float) -> int:
        """Remove what was left of objects whose writers died so long ago; returns how many there were."""


def open_store(url: str) -> ArtifactStore:
    """Open the store at a URL such as ``file:///var/lib/chainrule/artifacts``.

    Raises:
        SettingsInvalid: no store is known for the URL's scheme.
    """
    from models.artifacts.file_store import FileStore

    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return FileStore(Path(unquote(parts.path)))
    raise SettingsInvalid([f"ARTIFACT_URL: {url!r} is not file:///<folder>"])
