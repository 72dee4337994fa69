"""The collector removes what no row names, and nothing else."""

from __future__ import annotations

import os
import time

import pytest
from sqlalchemy import select

from models.artifacts import FileStore
from models.database import utc_now
from models.records import Checkpoint, Dataset
from worker.control.collector import collect

HOUR = 3600.0


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "artifacts")


def put(store, stem, *, age_s=0.0):
    stored = store.put(stem, ".safetensors", [stem.encode()])
    written = time.time() - age_s
    os.utime(store.local_path(stored.name), (written, written))
    return stored


def name_it(database, job_id, stored, step=0):
    with database.write() as session:
        session.add(
            Checkpoint(
                job_id=job_id,
                step=step,
                epoch=0,
                fence=1,
                artifact=stored.name,
                sha256=stored.sha256,
                size_bytes=stored.size_bytes,
                pinned=True,
                created_at=utc_now(),
            )
        )


def test_only_what_is_old_and_nameless_goes(world, database, store):
    named = put(store, "checkpoints/a/1", age_s=2 * HOUR)
    name_it(database, world.job(), named)
    young = put(store, "checkpoints/a/2")
    orphan = put(store, "checkpoints/a/3", age_s=2 * HOUR)

    assert collect(database, store, HOUR) == [orphan.name]
    assert set(store.names()) == {named.name, young.name}
    assert collect(database, store, HOUR) == []


def test_half_written_objects_of_the_dead_go_too(database, store):
    for name, age_s in (("old", 2 * HOUR), ("new", 0.0)):
        path = store.root / ".incoming" / name
        path.write_bytes(b"half")
        os.utime(path, (time.time() - age_s,) * 2)
    collect(database, store, HOUR)
    assert [path.name for path in (store.root / ".incoming").iterdir()] == ["new"]


def test_many_are_looked_up_in_parts(database, store):
    for number in range(1203):
        put(store, f"checkpoints/a/{number}", age_s=2 * HOUR)
    assert len(collect(database, store, HOUR)) == 1203
    assert list(store.names()) == []


def test_the_tables_of_datasets_stay(world, database, store):
    world.job()
    with database.write() as session:
        dataset = session.scalars(select(Dataset)).one()
        dataset.artifact = put(store, "datasets/a", age_s=2 * HOUR).name
    assert collect(database, store, HOUR) == []
