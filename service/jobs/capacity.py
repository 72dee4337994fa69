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
class LivingWorker:
    """A worker whose lease holds."""

    fingerprint: str
    draining: bool
    serves: ServedJob | None


@dataclass(frozen=True, slots=True)
class Capacity:
    """Workers that live and may serve a job, and what they do."""

    living: tuple[LivingWorker, ...]
    unlike: bool = False
    """Whether others live that may not."""

    def for_job(self, job: Job) -> Capacity:
        """Those of its arithmetic; all of them, for one that has none yet or takes any."""
        if job.fingerprint is None or job.spec.get("mixed_hardware"):
            return self
        alike = tuple(worker for worker in self.living if worker.fingerprint == job.fingerprint)
        return Capacity(alike, unlike=len(alike) < len(self.living))

    @property
    def workers(self) -> int:
        """How many there are."""
        return len(self.living)

    @property
    def idle(self) -> int:
        """How many could take a job now."""
        return sum(not worker.draining and worker.serves is None for worker in self.living)

    @property
    def served(self) -> tuple[ServedJob, ...]:
        """The jobs they hold, each once."""
        return tuple({worker.serves.id: worker.serves for worker in self.living if worker.serves}.values())

    def what_they_do(self, owner_id: str) -> str:
        """Such as "both workers are serving job_…, about 40 s left". Jobs of other owners are not named."""
        if all(worker.draining for worker in self.living):
            return f"{self._counted()} draining and {'takes' if self.workers == 1 else 'take'} no more work"
        if not self.served:
            return "the workers are about to take them" if self.idle else f"{self._counted()} busy"
        return f"{self._counted()} serving {self._jobs(owner_id)}{self._time_left()}"

    def _counted(self) -> str:
        which = " with the arithmetic of this job" if self.unlike else ""
        words = {1: f"the only worker{which} is", 2: f"both workers{which} are"}
        return words.get(self.workers, f"all {self.workers} workers{which} are")

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
    return Capacity(
        tuple(
            LivingWorker(fingerprint, state == "draining", ServedJob(id, owner_id, eta) if id else None)
            for state, fingerprint, id, owner_id, eta in session.execute(statement)
        )
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
