"""Rows and files that workers would have made, for tests of the service: real tables, no processes."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import select

from models.artifacts import ArtifactStore
from models.checkpoint_file import RunState, checkpoint_header
from models.database import Database, now_us, utc_now
from models.ids import new_id
from models.records import Checkpoint, CostChunk, Dataset, Epoch, Event, Generation, Job, Member, Owner, Worker
from models.spec import parse_spec
from models.tabular import Preprocessing, split, strata
from tests.support.trees import COLUMNS, LABEL_COLUMNS, labelled, table

TTL_US = 60_000_000
BEST = {"epoch": 1, "step": 10, "metric": "validation_cost", "validation_cost": 1.5}


class ServiceWorld:
    """Makes what a test needs, each with what it does not care about filled in."""

    def __init__(self, database: Database, store: ArtifactStore, owner_id: str) -> None:
        self.database, self.store, self.owner_id = database, store, owner_id
        self._numbers = itertools.count(1)

    def owner(self, name: str) -> str:
        """Somebody else."""
        owner_id = new_id("own")
        with self.database.write() as session:
            session.add(Owner(id=owner_id, name=name, created_at=utc_now()))
        return owner_id

    def labelled(self, rows: int = 100) -> str:
        """A stored table of trees with several labels each."""
        return self.dataset(rows, columns=LABEL_COLUMNS, matrix=labelled(rows))

    def dataset(
        self,
        rows: int = 100,
        *,
        owner_id: str | None = None,
        columns: Sequence[Any] = COLUMNS,
        matrix: np.ndarray | None = None,
    ) -> str:
        """A stored table of trees."""
        dataset_id, file = new_id("ds"), io.BytesIO()
        np.save(file, table(rows) if matrix is None else matrix)
        stored = self.store.put(f"datasets/{dataset_id}", ".npy", [file.getvalue()])
        with self.database.write() as session:
            session.add(
                Dataset(
                    id=dataset_id,
                    owner_id=owner_id or self.owner_id,
                    name="trees",
                    rows=rows,
                    columns=list(columns),
                    artifact=stored.name,
                    sha256=stored.sha256,
                    size_bytes=stored.size_bytes,
                    created_at=utc_now(),
                )
            )
        return dataset_id

    def spec(self, **changes: Any) -> dict[str, Any]:
        """A document that is accepted."""
        document = {"target": "tree", "features": ["height", "girth"], "network": {"hidden": [{"units": 4}]}}
        return document | {"dataset": changes.pop("dataset", None) or self.dataset()} | changes

    def job(
        self,
        *,
        owner_id: str | None = None,
        state: str = "queued",
        spec: dict[str, Any] | None = None,
        **columns: Any,
    ) -> str:
        """A job that was accepted before the test began; ``spec`` has what its document says otherwise."""
        owner_id, job_id = owner_id or self.owner_id, f"job_{next(self._numbers):026d}"
        changes = {"dataset": None, **(spec or {})}
        document = self.spec(**changes | {"dataset": changes["dataset"] or self.dataset(owner_id=owner_id)})
        plain = {"name": "trees", "labels": {}, "priority": 0, "workers_min": 1, "workers_max": 4, "steps_total": 100}
        with self.database.write() as session:
            session.add(
                Job(
                    id=job_id,
                    owner_id=owner_id,
                    dataset_id=document["dataset"],
                    spec=self._resolved(document),
                    request_sha256="0" * 64,
                    state=state,
                    created_at=utc_now(),
                    **plain | columns,
                )
            )
        return job_id

    def worker(self, *, state: str = "idle", job_id: str | None = None, lease_us: int = TTL_US, **columns: Any) -> str:
        """A worker process that is only a row; with a negative lease, one that is dead."""
        worker_id, number = new_id("wrk"), next(self._numbers)
        plain = {"name": f"worker-{number}", "host": "here", "pid": number, "memory_domain": "d", "fingerprint": "f"}
        with self.database.write() as session:
            session.add(
                Worker(
                    id=worker_id,
                    state=state,
                    job_id=job_id,
                    lease_until_us=now_us() + lease_us,
                    started_at=utc_now(),
                    last_seen_at=utc_now(),
                    **plain | columns,
                )
            )
        return worker_id

    def gang(self, job_id: str, workers: int = 2, *, number: int = 1) -> list[str]:
        """Workers that serve the job, its four shards dealt between them; it is running then."""
        ids = [self.worker(state="serving", job_id=job_id) for _ in range(workers)]
        self.change(job_id, state="running", fence=number, started_at=utc_now())
        with self.database.write() as session:
            session.add(_generation(job_id, number))
            session.flush()
            for rank, worker_id in enumerate(ids):
                session.add(_member(job_id, number, worker_id, rank, workers))
        return ids

    def change(self, job_id: str, **columns: Any) -> None:
        """Set columns of a job as a worker would."""
        with self.database.write() as session:
            job = session.get_one(Job, job_id)
            for name, value in columns.items():
                setattr(job, name, value)

    def steps(self, job_id: str, costs: Sequence[float], *, chunk: int = 8192, impacts: Sequence[float] = ()) -> None:
        """The cost history by step, after what is there; with the same impact of each layer at every step."""
        with self.database.write() as session:
            found = session.scalars(select(CostChunk.last_step).where(CostChunk.job_id == job_id)).all()
            first = max(found, default=0)
            for start in range(0, len(costs), chunk):
                part = np.array(costs[start : start + chunk], "<f8")
                rest = [np.full(len(part), value) for value in impacts]
                series = np.column_stack([part, np.full(len(part), 0.5), part * 2, *rest]).astype("<f8")
                at = first + start
                session.add(CostChunk(job_id=job_id, first_step=at, last_step=at + len(part), series=series.tobytes()))

    def epochs(self, job_id: str, first: int, last: int, steps_per_epoch: int = 10) -> None:
        """The epochs ``first`` up to ``last``."""
        with self.database.write() as session:
            for epoch in range(first, last + 1):
                metrics = {
                    "train_cost": 1.0 / epoch,
                    "validation_cost": 1.5 / epoch,
                    "validation_accuracy": 1 - 1.0 / epoch,
                    "learning_rate": 0.001,
                    "gradient_norm": 0.1,
                }
                session.add(
                    Epoch(
                        job_id=job_id,
                        epoch=epoch,
                        step=epoch * steps_per_epoch,
                        seconds=epoch / 2,
                        metrics=metrics,
                    )
                )

    def event(self, job_id: str, message: str) -> None:
        """One more line of the story."""
        with self.database.write() as session:
            session.add(
                Event(job_id=job_id, at=utc_now(), kind="note", actor="user", message=message, details={"n": 1})
            )

    def events(self, job_id: str) -> list[Event]:
        """The whole story so far."""
        with self.database.read() as session:
            return list(session.scalars(select(Event).where(Event.job_id == job_id).order_by(Event.id)))

    def learn(self, job_id: str) -> Preprocessing:
        """What the first gang would have learnt from the training rows of a tenth held back, kept with the job."""
        with self.database.read() as session:
            job = session.get_one(Job, job_id)
            dataset, spec = session.get_one(Dataset, job.dataset_id), parse_spec(job.spec)
        matrix = np.load(self.store.local_path(dataset.artifact))
        names = [column["name"] for column in dataset.columns]
        train, _ = split(dataset.rows, strata(matrix[:, [names.index(name) for name in spec.targets]]), 0.1, 0)
        learnt = Preprocessing.learn(
            matrix,
            dataset.columns,
            spec.features or (),
            spec.targets,
            spec.task,
            train,
            standardize=True,
            binary=False,
        )
        self.change(job_id, preprocessing=learnt.to_json())
        return learnt

    def checkpoint(
        self,
        job_id: str,
        step: int,
        *,
        pinned: bool = False,
        level: float = 1.0,
        vector: np.ndarray | None = None,
        best: dict[str, Any] | None = BEST,
    ) -> np.ndarray:
        """A stored state of 2 inputs, 4 hidden units and 3 outputs; returns its vector: parameters, m, v, best.

        ``best`` is None before the end of the first epoch.
        """
        state = RunState(
            step=step, widths=(2, 4, 3), dtype="float32", slots=("m", "v"), has_best=True, progress={"best": best}
        )
        if vector is None:
            vector = np.random.default_rng(step).normal(0, level, state.vector_size).astype(np.float32)
        stem = f"checkpoints/{job_id}/{step:012d}-1"
        stored = self.store.put(stem, ".safetensors", [checkpoint_header(state), vector.tobytes()])
        with self.database.write() as session:
            session.add(
                Checkpoint(
                    job_id=job_id,
                    step=step,
                    epoch=step // 10,
                    fence=1,
                    artifact=stored.name,
                    sha256=stored.sha256,
                    size_bytes=stored.size_bytes,
                    pinned=pinned,
                    created_at=utc_now(),
                )
            )
        return vector

    @staticmethod
    def _resolved(document: dict[str, Any]) -> dict[str, Any]:
        parsed = parse_spec(document)
        cost = "binary_cross_entropy" if parsed.several_labels else "cross_entropy"
        spec = parsed.model_dump(mode="json")
        return spec | {"training": spec["training"] | {"cost": cost}}


def _generation(job_id: str, number: int) -> Generation:
    return Generation(
        job_id=job_id,
        number=number,
        state="running",
        memory_domain="d",
        segment="s",
        fingerprint={},
        founded_at=utc_now(),
    )


def _member(job_id: str, number: int, worker_id: str, rank: int, size: int) -> Member:
    return Member(
        id=new_id("mem"),
        job_id=job_id,
        generation=number,
        worker_id=worker_id,
        state="active",
        rank=rank,
        first_shard=4 * rank // size,
        last_shard=4 * (rank + 1) // size,
        lease_until_us=now_us() + TTL_US,
        joined_at=utc_now(),
    )
