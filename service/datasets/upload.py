"""Taking an upload in: converted beside the store, stored, and only then known."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from sqlalchemy.exc import SQLAlchemyError

from models.database import utc_now
from models.errors import StorageFull
from models.ids import new_id
from models.records import Dataset
from models.tabular import IngestedTable, IngestLimits, ingest_csv
from service.context import ServiceContext

_READ_BYTES = 1 << 20


def store_upload(here: ServiceContext, owner_id: str, name: str, stream: IO[bytes]) -> Dataset:
    """Convert a CSV and keep it.

    Raises:
        ValidationFailed: it cannot be read as a table; nothing of it is left.
        StorageFull: there is no room; nothing of it is left.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="chainrule-upload-") as folder:
            table = ingest_csv(stream, Path(folder), IngestLimits(size_bytes=here.settings.max_upload_bytes))
            return _keep(here, owner_id, name, table)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("the upload") from error
        raise


def _keep(here: ServiceContext, owner_id: str, name: str, table: IngestedTable) -> Dataset:
    dataset_id = new_id("ds")
    stored = here.store.put(f"datasets/{dataset_id}", ".npy", _chunks(table.path))
    try:
        with here.database.write() as session:
            dataset = Dataset(
                id=dataset_id,
                owner_id=owner_id,
                name=name,
                rows=table.rows,
                columns=table.columns,
                artifact=stored.name,
                sha256=stored.sha256,
                size_bytes=stored.size_bytes,
                created_at=utc_now(),
                deleted_at=None,
            )
            session.add(dataset)
    except BaseException:
        _drop_unless_known(here, dataset_id, stored.name)
        raise
    return dataset


def _drop_unless_known(here: ServiceContext, dataset_id: str, artifact: str) -> None:
    """Remove a file whose row could not be written. When the connection broke during the commit the row may be
    there nevertheless: the file goes only if the database says it is not.
    """
    with suppress(SQLAlchemyError), here.database.read() as session:
        if session.get(Dataset, dataset_id) is None:
            here.store.delete(artifact)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_READ_BYTES):
            yield chunk
