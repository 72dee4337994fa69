"""The processes of a rehearsal: started one by one, watched, and all ended at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

PATIENCE_S = 60.0


class Cast:
    """Every process that the rehearsal has started."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir()

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], cwd: Path, user: str | None = None
    ) -> None:
        """Start a process that keeps running, its output in a log of its own."""
        with (self._logs / name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                list(command),
                env=dict(environment),
                cwd=cwd,
                user=user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until(self, what: str, holds: Callable[[], bool], name: str | None = None) -> None:
        """Ask `holds` until it says yes. Raises: SystemExit when `name` has died or the deadline has passed."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            if name is not None and self._running[name].poll() is not None:
                raise SystemExit(f"{name} ended with {self._running[name].returncode}:\n{self.log(name)}")
            if time.monotonic() > deadline:
                raise SystemExit(f"{what}: not within {PATIENCE_S:.0f} s\n{self.all_logs()}")
            time.sleep(0.1)

    def log(self, name: str) -> str:
        """What a process has printed."""
        return (self._logs / name).read_text(errors="replace")

    def all_logs(self) -> str:
        """What all have printed, newest lines of each."""
        return "\n".join(f"--- {path.name}\n{self.log(path.name)[-4000:]}" for path in sorted(self._logs.iterdir()))

    def end(self, name: str, patience_s: float = 30.0) -> int:
        """Ask a process to end as `docker stop` does, and kill its group if it does not. Returns its exit code."""
        process = self._running.pop(name)
        process.terminate()
        try:
            return process.wait(patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in reversed(list(self._running)):
            self.end(name)
