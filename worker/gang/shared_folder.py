"""The folder of shared memory that workers of one host meet in, and the locks that tell who is alive there."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
from pathlib import Path

from sqlalchemy import make_url

from models.errors import StorageError

_DOMAIN_FILE = "domain"
_LIFE_SIGN = ".alive"


class SharedFolder:
    """A private folder under, usually, /dev/shm: one for each user and each database, so that services do not meet.

    Its ``domain`` is a random token in a file. Two workers that read the same token see the same memory;
    host names say nothing about that (containers of one host, or two hosts cloned from one image).
    """

    def __init__(self, parent: Path, database_url: str) -> None:
        where = make_url(database_url).render_as_string(hide_password=True)
        digest = hashlib.sha256(where.encode()).hexdigest()[:16]
        self.path = parent / f"chainrule-{os.getuid()}-{digest}"
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self.path.lstat()
        if status.st_uid != os.getuid() or not self.path.is_dir() or self.path.is_symlink():
            raise StorageError(f"{self.path} belongs to someone else: remove it or set CHAINRULE_SHARED_MEMORY_DIR")
        self.domain = self._domain()
        self._held: dict[str, int] = {}

    def hold_life_sign(self, worker_id: str) -> None:
        """Lock a file for as long as this process lives. The kernel lets go of it however the process ends."""
        draft = self.path / f"{worker_id}.draft"  # under its name it would be a dead worker's until it is locked
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        draft.rename(self._life_sign(worker_id))
        self._held[worker_id] = descriptor

    def drop_life_sign(self, worker_id: str) -> None:
        """End what ``hold_life_sign`` began."""
        self._life_sign(worker_id).unlink(missing_ok=True)
        os.close(self._held.pop(worker_id))

    def is_dead(self, worker_id: str) -> bool:
        """Whether the process behind a worker of this domain has ended. A stopped or hung one is alive."""
        try:
            descriptor = os.open(self._life_sign(worker_id), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(
                descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB
            )  # shared: two who ask are not each other's sign of life
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(descriptor)

    def life_signs(self) -> dict[str, bool]:
        """The workers that have shown a sign of life here, and whether each is dead."""
        return {path.stem: self.is_dead(path.stem) for path in self.path.glob(f"*{_LIFE_SIGN}")}

    def forget(self, worker_id: str) -> None:
        """Remove the life sign of a dead worker."""
        self._life_sign(worker_id).unlink(missing_ok=True)

    def remove_if_unused(self) -> None:
        """Leave nothing behind when the last worker here has ended and no job's memory is waiting for another."""
        if {path.name for path in self.path.iterdir()} <= {_DOMAIN_FILE}:
            (self.path / _DOMAIN_FILE).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # somebody moved in
                self.path.rmdir()

    def _life_sign(self, worker_id: str) -> Path:
        return self.path / f"{worker_id}{_LIFE_SIGN}"

    def _domain(self) -> str:
        path = self.path / _DOMAIN_FILE
        draft = self.path / f".{_DOMAIN_FILE}-{secrets.token_hex(8)}"
        draft.write_text(secrets.token_hex(16))
        try:
            path.hardlink_to(draft)  # fails if another worker was first, and is never seen half written
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text()
