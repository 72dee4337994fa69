"""One process of the stack."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chainrule.stack import launcher
from chainrule.stack.logs import open_log, tail

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0
_HEALTHY_AFTER_S: Final = 60.0
LAUNCHER: Final = (sys.executable, "-I", "-S", launcher.__file__)
"""Put before a process id and a command, it makes the command die with that process."""


@dataclass(frozen=True, slots=True)
class Part:
    """What to run: ``command`` in ``cwd`` with exactly ``env``, keeping the file descriptors ``fds`` open."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    fds: Sequence[int] = ()


class Child:
    """A running ``Part``, in a session of its own so that Ctrl-C reaches only ``chainrule up``.

    Start it from a thread that lives as long as the stack: the parent-death signal follows the thread, not the process.
    """

    def __init__(self, part: Part) -> None:
        self.part = part
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._failures = 0
        self.restart_at: float | None = None
        """When to start it again, by the monotonic clock; None while it runs."""

    @property
    def pid(self) -> int | None:
        """Its process id once started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Run it.

        Raises:
            OSError: if not even the launcher can be run.
        """
        with open_log(self.part.log) as log:
            self._process = subprocess.Popen(
                [*LAUNCHER, str(os.getpid()), *self.part.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.part.env),
                cwd=self.part.cwd,
                pass_fds=tuple(self.part.fds),
                start_new_session=True,
            )
        self._started_at = time.monotonic()
        self.restart_at = None

    def exit_code(self) -> int | None:
        """Its exit code (negative: the signal that ended it), None while it runs."""
        return self._process.poll() if self._process else None

    def schedule_restart(self, now: float) -> float:
        """Plan the next start; the pause, in seconds, doubles from one early death to the next."""
        self.signal_all(signal.SIGKILL)  # whatever of its session outlived it
        self._failures = 1 if now - self._started_at > _HEALTHY_AFTER_S else self._failures + 1
        pause_s = min(_FIRST_PAUSE_S * 2.0 ** (self._failures - 1), _LONGEST_PAUSE_S)
        self.restart_at = now + pause_s
        return pause_s

    def terminate(self) -> None:
        """Ask it to end."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to it and to every process of its session's first group."""
        if self._process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def kill(self) -> None:
        """End it and everything in its group by force, and wait for that."""
        self.signal_all(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def last_words(self) -> str:
        """The end of its log, indented."""
        return tail(self.part.log)
