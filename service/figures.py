"""The service's figures for Prometheus: counted in SQL when asked, so that they survive every restart."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.database import Database
from models.records import Job, Worker
from models.states import SERVED, JobState


class Figures(Collector):
    """Jobs and workers by state, the length of the queue, the steps done, the speed of all running jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family after the other."""
        with self._database.read() as session:
            jobs = _counted(session, select(Job.state, func.count()).group_by(Job.state))
            workers = _counted(session, select(Worker.state, func.count()).group_by(Worker.state))
            steps = session.scalar(select(func.sum(Job.step))) or 0
            restarts = session.scalar(select(func.sum(Job.restarts))) or 0
            speed = session.scalar(select(func.sum(Job.samples_per_second)).where(Job.state.in_(SERVED))) or 0.0
        family = GaugeMetricFamily("chainrule_jobs", "Jobs by state", labels=["state"])
        for state in JobState:
            family.add_metric([state.value], jobs.get(state.value, 0))
        yield family
        family = GaugeMetricFamily("chainrule_workers", "Worker processes by state", labels=["state"])
        for name in ("idle", "serving", "draining"):
            family.add_metric([name], workers.get(name, 0))
        yield family
        waiting = jobs.get(JobState.QUEUED.value, 0)
        yield GaugeMetricFamily("chainrule_queue_length", "Jobs that wait for workers", value=waiting)
        yield GaugeMetricFamily("chainrule_steps", "Steps that all jobs have come to", value=steps)
        yield GaugeMetricFamily("chainrule_restarts", "Generations that ended against their will", value=restarts)
        yield GaugeMetricFamily("chainrule_samples_per_second", "Rows trained a second, all jobs", value=speed)


def _counted(session: Session, statement: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(statement)}
