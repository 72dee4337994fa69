"""A fleet to test with: a real Valkey, a real database, real Celery workers, without the HTTP face."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from celery import Celery
from sqlalchemy import select

from chainrule.stack.valkey import valkey_binary
from migrations.runner import upgrade
from models.artifacts import open_store
from models.database import Database, open_database, utc_now
from models.hints import QUEUE, SERVE_TASK
from models.ids import new_id
from models.records import Checkpoint, Dataset, Event, Generation, Job, Member, Owner, Worker
from models.spec import parse_spec, resolve
from models.states import TERMINAL

LAUNCHER = Path(__file__).parents[2] / "chainrule" / "stack" / "launcher.py"


def wait_until(condition: Callable[[], Any], timeout_s: float = 30.0, what: str = "it") -> Any:
    """Poll until the condition holds; returns what it returned. Raises AssertionError past the deadline."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} did not happen within {timeout_s} s"
        time.sleep(0.01)
    return found


class Fleet:
    """Starts and kills processes, submits jobs, reads what became of them.

    Args:
        root: everything lies below it.
        database_url: another database than SQLite below the root.
        settings: more environment, such as CHAINRULE_LEASE_TTL_S.
    """

    def __init__(self, root: Path, database_url: str = "", **settings: str) -> None:
        self.root = root
        self.socket = Path(f"/tmp/cr-{new_id('v')[-12:]}.sock")  # unix socket paths are short
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url or f"sqlite:///{root}/chainrule.db",
            "REDIS_URL": f"redis+socket://{self.socket}",
            "ARTIFACT_URL": f"file://{root}/artifacts",
            "CHAINRULE_DATA_DIR": str(root / "data"),
            "CHAINRULE_SHARED_MEMORY_DIR": str(root / "shm"),
            "CHAINRULE_LINGER_S": "1",
            "CHAINRULE_SIZE_TRIAL_S": "1e6",  # a gang stays as large as its test wants it
            **settings,
        }
        upgrade(self.environment["DATABASE_URL"])
        self.database: Database = open_database(self.environment["DATABASE_URL"])
        self.store = open_store(self.environment["ARTIFACT_URL"])
        self.celery = Celery(broker=self.environment["REDIS_URL"])
        self.processes: list[subprocess.Popen[bytes]] = []
        self.broker: subprocess.Popen[bytes] | None = None
        self.celery_workers: list[subprocess.Popen[bytes]] = []
        self.shared_memory = root / "shm"
        self._owner = new_id("own")
        with self.database.write() as session:
            session.add(Owner(id=self._owner, name="tester", created_at=utc_now()))

    def start(self, command: list[str], log: str, **environment: str) -> subprocess.Popen[bytes]:
        """A process that dies with this one, with more environment than the others."""
        with (self.root / f"{log}.log").open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, str(LAUNCHER), str(os.getpid()), *command],
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_broker(self) -> None:
        """A Valkey that keeps nothing."""
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self.root)]
        self.broker = self.start([str(valkey_binary()), *options], "broker")
        wait_until(self.socket.exists, what="the broker")

    def start_workers(
        self, concurrency: int = 2, app: str = "worker.app", **environment: str
    ) -> subprocess.Popen[bytes]:
        """A Celery worker of so many processes; returns once all of them have registered."""
        before = {worker.id for worker in self.workers()}
        process = self.begin_workers(concurrency, app, **environment)
        wait_until(lambda: len({worker.id for worker in self.workers()} - before) >= concurrency, what="the workers")
        return process

    def begin_workers(
        self, concurrency: int = 2, app: str = "worker.app", **environment: str
    ) -> subprocess.Popen[bytes]:
        """The same, without waiting for anything."""
        command = ["-m", "worker", "--app", app, "--concurrency", str(concurrency)]
        process = self.start([sys.executable, *command], f"worker-{len(self.processes)}", **environment)
        self.celery_workers.append(process)
        return process

    def end_workers(self) -> None:
        """Ask every Celery worker to end, and wait until it has."""
        for process in self.celery_workers:
            process.send_signal(signal.SIGTERM)
        for process in self.celery_workers:
            process.wait(timeout=60)
        self.celery_workers = []

    def stop(self) -> None:
        """End everything, the hard way."""
        for process in self.processes:
            self.kill(process)
        self.database.dispose()
        self.celery.close()
        self.socket.unlink(missing_ok=True)

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """Kill a process with all of its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def processes_left(self) -> dict[int, str]:
        """Processes of this fleet beside its broker, by what their environment says, and their commands."""
        ours = f"CHAINRULE_DATA_DIR={self.root / 'data'}\0".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended in between, or is somebody else's
                if ours in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        return {pid: command for pid, command in found.items() if self.broker is None or pid != self.broker.pid}

    def logs(self) -> str:
        """All that the processes have said."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.root.glob("*.log")))

    def add_dataset(self, matrix: np.ndarray, columns: list[dict[str, Any]]) -> str:
        """Store a table as an upload would."""
        dataset_id = new_id("ds")
        path = self.root / f"{dataset_id}.npy"
        np.save(path, matrix)
        stored = self.store.put(f"datasets/{dataset_id}", ".npy", [path.read_bytes()])
        path.unlink()
        with self.database.write() as session:
            session.add(
                Dataset(
                    id=dataset_id,
                    owner_id=self._owner,
                    name="table",
                    rows=len(matrix),
                    columns=columns,
                    artifact=stored.name,
                    sha256=stored.sha256,
                    size_bytes=stored.size_bytes,
                    created_at=utc_now(),
                )
            )
        return dataset_id

    def add_digits_like(self, rows: int = 1200, inputs: int = 20, classes: int = 5, seed: int = 7) -> str:
        """A table that can be learnt: classes around random centres."""
        random = np.random.default_rng(seed)
        centres = random.standard_normal((classes, inputs)) * 2
        labels = random.integers(0, classes, rows)
        matrix = np.column_stack([centres[labels] + random.standard_normal((rows, inputs)), labels])
        columns = [
            {"name": f"x{i}", "kind": "numeric", "missing": 0, "levels": None, "distinct": rows} for i in range(inputs)
        ]
        columns.append({"name": "label", "kind": "integer", "missing": 0, "levels": None, "distinct": classes})
        return self.add_dataset(matrix.astype(np.float32), columns)

    def submit(self, document: dict[str, Any]) -> str:
        """Accept a job as the service would, and publish hints for it."""
        job_id = self.accept(document)
        self.hint(self.job(job_id).workers_max)
        return job_id

    def accept(self, document: dict[str, Any]) -> str:
        """Accept a job as the service would when it cannot reach the broker."""
        spec = parse_spec(document)
        with self.database.write() as session:
            dataset = session.get_one(Dataset, spec.dataset)
            spec = resolve(spec, dataset.columns, dataset.rows, max_parameters=10**9)
            job = Job(
                id=new_id("job"),
                owner_id=self._owner,
                dataset_id=dataset.id,
                name="test",
                labels={},
                priority=spec.priority,
                workers_min=spec.workers.min,
                workers_max=spec.workers.max,
                spec=spec.model_dump(mode="json"),
                request_sha256="0" * 64,
                state="queued",
                steps_total=0,
                created_at=utc_now(),
            )
            session.add(job)
        return job.id

    def hint(self, times: int = 1) -> None:
        """Say that there may be work."""
        for _ in range(times):
            self.celery.send_task(SERVE_TASK, queue=QUEUE, ignore_result=True)

    def job(self, job_id: str) -> Job:
        """The job as it is now."""
        with self.database.read() as session:
            return session.get_one(Job, job_id)

    def wait(self, job_id: str, timeout_s: float = 120.0) -> Job:
        """The job once it has ended."""
        wait_until(lambda: self.job(job_id).state in TERMINAL, timeout_s, f"the end of {job_id}")
        return self.job(job_id)

    def wait_for_step(self, job_id: str, step: int, timeout_s: float = 60.0) -> None:
        """Return when the job has reported this many steps."""
        wait_until(lambda: self.job(job_id).step >= step, timeout_s, f"step {step} of {job_id}")

    def workers(self) -> list[Worker]:
        """Those that live."""
        with self.database.read() as session:
            return list(session.scalars(select(Worker).where(Worker.state != "gone")))

    def members(self, job_id: str) -> list[tuple[Member, Worker]]:
        """Of the job's newest generation, those with a rank, the leader first."""
        with self.database.read() as session:
            job = session.get_one(Job, job_id)
            statement = (
                select(Member, Worker)
                .join(Worker, Worker.id == Member.worker_id)
                .where(Member.job_id == job_id, Member.generation == job.fence, Member.state == "active")
            )
            return [(row[0], row[1]) for row in session.execute(statement.order_by(Member.rank))]

    def gang_without(self, job_id: str, worker_id: str) -> list[Worker]:
        """The newest generation's members with a rank, once the worker is not one of them."""
        gang = [worker for _, worker in self.members(job_id)]
        return [] if worker_id in [worker.id for worker in gang] else gang

    def seats(self, job_id: str) -> list[Worker]:
        """Who holds a seat in the job's newest generation, with a rank or without one yet."""
        with self.database.read() as session:
            job = session.get_one(Job, job_id)
            statement = select(Worker).join(Member, Worker.id == Member.worker_id)
            seat = (Member.job_id == job_id, Member.generation == job.fence, Member.state != "left")
            return list(session.scalars(statement.where(*seat).order_by(Member.id)))

    def lose_memory(self) -> None:
        """Remove all shared memory of jobs, as a restart of the machine does."""
        for path in self.shared_memory.rglob("job_*"):
            path.unlink()

    def generations(self, job_id: str) -> list[Generation]:
        """Of a job, the first one first."""
        with self.database.read() as session:
            statement = select(Generation).where(Generation.job_id == job_id).order_by(Generation.number)
            return list(session.scalars(statement))

    def checkpoints(self, job_id: str) -> list[int]:
        """The steps of a job's kept checkpoints."""
        with self.database.read() as session:
            return list(session.scalars(select(Checkpoint.step).where(Checkpoint.job_id == job_id)))

    def events(self, job_id: str) -> list[Event]:
        """Of a job, in order."""
        with self.database.read() as session:
            return list(session.scalars(select(Event).where(Event.job_id == job_id).order_by(Event.id)))
