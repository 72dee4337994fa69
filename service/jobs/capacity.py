"""What the workers are doing now, and how to say it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import now_us
from models.records import Job, Worker


@dataclass(frozen=True, slots=True)
class ServedJob:
    """A job that workers hold now."""

    id: str
    owner_id: str
    eta_seconds: float | None


@dataclass(frozen=True, slots=True)
class Capacity:
    """The workers that live, and the jobs they serve."""

    workers: int
    idle: int
    draining: int
    fingerprints: frozenset[str]
    served: tuple[ServedJob, ...]

    def what_they_do(self, owner_id: str) -> str:
        """Such as "both workers are serving job_…, about 40 s left". Jobs of other owners are not named."""
        if self.draining == self.workers:
            return f"{_counted(self.workers)} draining and {_takes(self.workers)} no more work"
        if not self.served:
            return "the workers are about to take them" if self.idle else f"{_counted(self.workers)} busy"
        return f"{_counted(self.workers)} serving {self._jobs(owner_id)}{self._time_left()}"

    def _jobs(self, owner_id: str) -> str:
        if len(self.served) > 1:
            return f"{len(self.served)} jobs"
        job = self.served[0]
        return job.id if job.owner_id == owner_id else "a job of another owner"

    def _time_left(self) -> str:
        known = [job.eta_seconds for job in self.served if job.eta_seconds is not None]
        if not known:
            return ""
        soonest = "" if len(self.served) == 1 else "the soonest "
        return f", {soonest}about {_duration(min(known))} left"


def capacity_now(session: Session) -> Capacity:
    """Count the workers whose leases hold, by the database's clock."""
    statement = (
        select(Worker.state, Worker.fingerprint, Job.id, Job.owner_id, Job.eta_seconds)
        .outerjoin(Job, Job.id == Worker.job_id)
        .where(Worker.state != "gone", Worker.lease_until_us > now_us())
        .order_by(Worker.id)
    )
    rows = session.execute(statement).all()
    served = {id: ServedJob(id, owner_id, eta) for _, _, id, owner_id, eta in rows if id}
    return Capacity(
        workers=len(rows),
        idle=sum(state != "draining" and not id for state, _, id, _, _ in rows),
        draining=sum(state == "draining" for state, *_ in rows),
        fingerprints=frozenset(fingerprint for _, fingerprint, *_ in rows),
        served=tuple(served.values()),
    )


def _counted(workers: int) -> str:
    words = {1: "the only worker is", 2: "both workers are"}
    return words.get(workers, f"all {workers} workers are")


def _takes(workers: int) -> str:
    return "takes" if workers == 1 else "take"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
