"""What the stack is made of besides the broker: how each process is run."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chainrule.stack.child import Part
from chainrule.stack.directory import DataDir

_PYTHON = (sys.executable, "-m")


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything the processes of one stack share; ``fds`` are open in all of them."""

    directory: DataDir
    env: Mapping[str, str]
    fds: tuple[int, ...]

    def migrations(self) -> Part:
        """Bring the database to the newest version, then end."""
        return self._part("migrations", "migrations", "upgrade")

    def first_key(self) -> Part:
        """Make the first owner and key unless they are there, then end."""
        return self._part("bootstrap", "service.bootstrap", "--key-file", str(self.directory.key_file))

    def web(self, listener_fd: int) -> Part:
        """The API and the dashboard, on a socket that listens already."""
        return self._part(
            "api",
            "gunicorn",
            "--config",
            "python:service.gunicorn_config",
            "--bind",
            f"fd://{listener_fd}",
            "service.app:from_environment()",
            fds=(listener_fd,),
        )

    def workers(self, count: int) -> Part:
        """One Celery worker with ``count`` processes."""
        return self._part(
            "workers",
            "worker",
            "--concurrency",
            str(count),
            env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
        )

    def _part(self, name: str, *module: str, fds: tuple[int, ...] = (), env: Mapping[str, str] | None = None) -> Part:
        return Part(
            name,
            [*_PYTHON, *module],
            {**self.env, **(env or {})},
            self.directory.root,
            self.directory.logs / f"{name}.log",
            (*self.fds, *fds),
        )


def environment(
    directory: DataDir, redis_url: str, shared_memory: Path, base: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment of every process: the caller's, with the places of this stack."""
    return {
        **base,
        "DATABASE_URL": directory.database_url,
        "REDIS_URL": redis_url,
        "ARTIFACT_URL": directory.artifact_url,
        "CHAINRULE_DATA_DIR": str(directory.root),
        "CHAINRULE_SHARED_MEMORY_DIR": str(shared_memory),
        # `-m` would put the working directory first on the path: a folder of data must not shadow a module.
        "PYTHONSAFEPATH": "1",
        "PYTHONUNBUFFERED": "1",
    }
