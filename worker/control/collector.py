"""The collector: away with artifacts that no row names, and with nothing else."""

from __future__ import annotations

from sqlalchemy import select

from models.artifacts import ArtifactStore
from models.database import Database
from models.records import Checkpoint, Dataset

_NAMES_AT_ONCE = 500


def collect(database: Database, store: ArtifactStore, grace_s: float) -> list[str]:
    """Remove what writers left behind who died between an object and its row; returns the names of the objects.

    An object is stored first and named by a row afterwards. So the objects are listed before the rows are read, and
    those that are younger than ``grace_s`` seconds are not looked at: their rows may be on their way.
    """
    found, removed = list(store.names(older_than_s=grace_s)), []
    for start in range(0, len(found), _NAMES_AT_ONCE):
        names = found[start : start + _NAMES_AT_ONCE]
        with database.read() as session:
            named = {
                *session.scalars(select(Checkpoint.artifact).where(Checkpoint.artifact.in_(names))),
                *session.scalars(select(Dataset.artifact).where(Dataset.artifact.in_(names))),
            }
        for name in names:
            if name not in named:
                store.delete(name)
                removed.append(name)
    store.drop_unfinished(older_than_s=grace_s)
    return removed
