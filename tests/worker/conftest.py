"""A real database with an owner, a dataset and jobs, and workers that are only rows."""

from __future__ import annotations

import itertools

import pytest

from migrations.runner import upgrade
from models.database import Database, open_database, utc_now
from models.ids import new_id
from models.records import Dataset, Job, Owner
from models.spec import parse_spec
from worker.control.identity import WorkerIdentity
from worker.control.leases import register_worker
from worker.gang.shared_folder import SharedFolder

TTL_S = 10.0
PRINT = {"digest": "f" * 64}


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{tmp_path}/chainrule.db"
    upgrade(url)
    database = open_database(url)
    yield database
    database.dispose()


@pytest.fixture
def folder(tmp_path):
    return SharedFolder(tmp_path / "shm", "sqlite://")


class World:
    """Makes rows, each with what a test does not care about filled in."""

    def __init__(self, database: Database, folder: SharedFolder) -> None:
        self.database, self.folder = database, folder
        self._numbers = itertools.count()
        self._owners: dict[str, str] = {}

    def owner(self, name: str) -> str:
        if name not in self._owners:
            self._owners[name] = new_id("own")
            with self.database.write() as session:
                session.add(Owner(id=self._owners[name], name=name, created_at=utc_now()))
        return self._owners[name]

    def job(self, *, owner: str = "ada", priority: int = 0, state: str = "queued", **spec: object) -> str:
        dataset_id, job_id = new_id("ds"), f"job_{next(self._numbers):026d}"
        document = {"dataset": dataset_id, "target": "label", "shards": 4, **spec}
        with self.database.write() as session:
            session.add(
                Dataset(
                    id=dataset_id,
                    owner_id=self.owner(owner),
                    name="data",
                    rows=100,
                    columns=[],
                    artifact="datasets/none.npy",
                    sha256="0" * 64,
                    size_bytes=1,
                    created_at=utc_now(),
                )
            )
            session.flush()
            session.add(
                Job(
                    id=job_id,
                    owner_id=self.owner(owner),
                    dataset_id=dataset_id,
                    name="job",
                    labels={},
                    priority=priority,
                    workers_min=1,
                    workers_max=4,
                    spec=parse_spec(document).model_dump(mode="json"),
                    request_sha256="0" * 64,
                    state=state,
                    steps_total=100,
                    created_at=utc_now(),
                )
            )
        return job_id

    def worker(self, *, alive: bool = True, domain: str | None = None, fingerprint: str = "f" * 64) -> WorkerIdentity:
        number = next(self._numbers)
        me = WorkerIdentity(
            new_id("wrk"), f"worker-{number}", "host", number, domain or self.folder.domain, fingerprint
        )
        if alive:
            self.folder.hold_life_sign(me.id)
        with self.database.write() as session:
            register_worker(session, me, TTL_S)
        return me

    def kill(self, worker: WorkerIdentity) -> None:
        self.folder.drop_life_sign(worker.id)


@pytest.fixture
def world(database, folder):
    return World(database, folder)
