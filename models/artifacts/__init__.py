"""The artifact store: datasets, checkpoints and exports as write-once objects."""

from models.artifacts.file_store import FileStore
from models.artifacts.store import ArtifactStore, Stored, open_store

__all__ = ["ArtifactStore", "FileStore", "Stored", "open_store"]
