"""The heart: a thread that renews this worker's leases, and tells the trainer when they can no longer be trusted.

It also watches that the trainer gets on. One that hangs while its heart beats would hold its gang up for ever; so the
heart ends the process. To the others that is a death like any other, and Celery puts a new process in its place.
"""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.database import Database
from models.errors import Fenced, GangBroken, LeaseLost
from worker.control.identity import Seat, WorkerIdentity
from worker.control.leases import is_to_drain, record_hang, renew
from worker.progress_watch import ProgressWatch, processor_time_of

_log = structlog.get_logger()
_LOOK_S = 0.2
_TRUST = 2 / 3
"""The share of a lease's time after which its holder stops by itself: before anyone else may take over."""
_AGAIN = 1 / 4
"""Of a beat, until one that failed is tried again: a connection that broke once is soon another."""


@dataclass(slots=True)
class _Held:
    seat: Seat
    leads: bool
    lost: bool = False


def end_process() -> None:
    """End this process whatever its other threads are doing."""
    os.kill(os.getpid(), signal.SIGKILL)


class Heart:
    """Renews every ``beat_s`` seconds the lease of the worker and, while it has one, of its seat.

    Args:
        told: tells whether this worker is to end.
        ttl_s: how long a lease lasts.
        progress_timeout_s: how long the thread that makes this object may train without a step.
        end: what to do when that time is over.
    """

    def __init__(
        self,
        database: Database,
        me: WorkerIdentity,
        told: Callable[[], bool],
        *,
        ttl_s: float,
        beat_s: float,
        progress_timeout_s: float,
        end: Callable[[], None] = end_process,
    ) -> None:
        self._database, self._me, self._told, self._end = database, me, told, end
        computed = processor_time_of(threading.get_ident())
        self._watch = ProgressWatch(progress_timeout_s, clock=time.monotonic, computed=computed)
        self.draining = False
        """Whether this worker is to take no more work: its parent is ending, or somebody asked in SQL."""
        self._ttl_s, self._beat_s = ttl_s, beat_s
        self._held: _Held | None = None
        self._state = "idle"
        self._trusted_until = time.monotonic() + ttl_s * _TRUST
        self._wake, self._stopped = threading.Event(), False
        self._thread = threading.Thread(target=self._beat_forever, name="heart", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._stopped = True
        self._wake.set()
        self._thread.join()

    def hold(self, seat: Seat, *, leads: bool) -> None:
        """From now on renew this seat too; it was granted a full lease just now."""
        self._watch.note()
        self._held = _Held(seat, leads)
        self._trusted_until = time.monotonic() + self._ttl_s * _TRUST

    def release(self) -> None:
        """Renew the worker's own lease only."""
        self._held = None

    def say(self, state: str) -> None:
        """Tell others at the next beat what this worker does: idle, serving or draining."""
        self._state = state
        self._wake.set()

    @contextmanager
    def training(self, step: Callable[[], int]) -> Iterator[None]:
        """In this block the thread trains: ``step`` must go up, or ``check`` be called."""
        self._watch.train(step)
        try:
            yield
        finally:
            self._watch.train(None)

    def note_progress(self) -> None:
        """To be called by whoever waits without ``check``: it is waiting and has not hung."""
        self._watch.note()

    def check(self) -> None:
        """To be called by the trainer, often.

        Raises:
            GangBroken: a newer generation owns the job, or it is no longer served.
            LeaseLost: no renewal has come through for two thirds of the lease's time.
        """
        self._watch.note()
        if time.monotonic() > self._trusted_until:
            raise LeaseLost("could not renew the lease in time; another worker may hold the job now")
        held = self._held
        if held is not None and held.lost:
            raise GangBroken("the job is no longer this generation's")

    def _beat_forever(self) -> None:
        try:
            self._beat_until_stopped()
        except Exception:  # noqa: BLE001 - whatever it is
            # Without a heart this process would train on while others take its job: better that it ends.
            _log.exception("the heart has failed; this process ends", worker=self._me.id)
            self._end()

    def _beat_until_stopped(self) -> None:
        beaten = -math.inf
        while not self._stopped:
            if self._told() and not self.draining:
                self.draining, beaten = True, -math.inf
            if time.monotonic() - beaten >= self._beat_s:
                beaten = time.monotonic()
                if not self._beat():
                    beaten -= self._beat_s * (1 - _AGAIN)
            held = self._held
            if self._watch.stands_still() and held is not None:
                self._end_hung(held.seat)
            if self._wake.wait(_LOOK_S):
                beaten = -math.inf
                self._wake.clear()

    def _beat(self) -> bool:
        """Whether the database was there to answer."""
        held, started = self._held, time.monotonic()
        try:
            with self._database.write() as session:
                seat, leads = (held.seat, held.leads) if held else (None, False)
                state = "draining" if self.draining else self._state
                renew(session, self._me, seat, state, self._ttl_s, leads=leads)
                self.draining = self.draining or is_to_drain(session, self._me)
        except Fenced:
            if held is not None:
                held.lost = True
        except SQLAlchemyError as error:
            _log.warning("lease not renewed", error=str(error), worker=self._me.id)
            return False
        else:
            self._trusted_until = max(self._trusted_until, started + self._ttl_s * _TRUST)
        return True

    def _end_hung(self, seat: Seat) -> None:
        """Say what has happened, if that is possible, and end."""
        _log.error("hung: no step for too long", job=seat.job_id, worker=self._me.id)
        try:
            with self._database.write() as session:
                record_hang(session, seat, self._me)
        except SQLAlchemyError as error:
            _log.warning("the hang is not recorded", error=str(error), worker=self._me.id)
        self._end()
