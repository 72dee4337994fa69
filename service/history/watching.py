"""What is new about a job since somebody last looked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models.database import Database
from models.states import TERMINAL, JobState
from service.history.epochs import read_epochs
from service.history.events import event_payload, read_events
from service.history.steps import columns_of, read_thinned, steps_done
from service.jobs.lookup import get_job
from service.jobs.payload import job_payload

POINTS = 1_000
"""Steps of one message, at the most: a longer stretch is thinned out."""
_EVENTS = 200
_MARK = re.compile(r"(\d{1,18})\.(\d{1,18})\.(\d{1,18})")

News = tuple[str, Any]
"""The name of a message and its content."""


@dataclass(slots=True)
class Seen:
    """How far a watcher has come: epochs, steps and events it knows. Its text is the id of a message."""

    epoch: int = 0
    step: int = 0
    event: int = 0

    def __str__(self) -> str:
        return f"{self.epoch}.{self.step}.{self.event}"

    @classmethod
    def parse(cls, text: str | None) -> Seen:
        """What ``str`` made; anything else is the beginning."""
        match = _MARK.fullmatch(text or "")
        return cls(*map(int, match.groups())) if match else cls()


class Watch:
    """One watcher of one job.

    Args:
        seen: where to go on; moved forward as news is given out.
    """

    def __init__(self, database: Database, owner_id: str, job_id: str, seen: Seen) -> None:
        self._database, self._owner_id, self._job_id = database, owner_id, job_id
        self.seen = seen
        self.ended = False
        """Whether the job is over and everything about it was given out."""
        self._shown: dict[str, Any] | None = None

    def news(self) -> Iterator[News]:
        """``job`` if it is different, then new ``epochs``, ``steps`` and each ``event``, and ``end`` as the last.

        The job is read first: once it has ended, nothing is added to what is read after it.

        Raises:
            NotFound: the owner has no such job.
        """
        with self._database.read() as session:
            job = job_payload(session, get_job(session, self._owner_id, self._job_id))
        with self._database.read() as session:
            epochs = read_epochs(session, self._job_id, after_epoch=self.seen.epoch)
            steps = steps_done(session, self._job_id)
            events = [event_payload(event) for event in read_events(session, self._job_id, self.seen.event, _EVENTS)]
        if job != self._shown:
            self._shown = job
            yield "job", job
        if epochs["rows"]:
            self.seen.epoch = epochs["rows"][-1][0]
            yield "epochs", epochs
        if steps > self.seen.step:
            rows = read_thinned(self._database, self._job_id, self.seen.step, steps, POINTS)
            self.seen.step = steps
            yield "steps", {"columns": columns_of(job["spec"]), "rows": rows}
        for event in events:
            self.seen.event = event["id"]
            yield "event", event
        if JobState(job["state"]) in TERMINAL and len(events) < _EVENTS:
            self.ended = True
            yield "end", {"state": job["state"], "reason": job["reason"], "message": job["message"]}
