"""Children are started, restarted and ended."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chainrule.errors import PartFailed
from chainrule.stack.child import Child, Part
from chainrule.stack.signals import Signals, StopRequested
from chainrule.stack.supervisor import Supervisor


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def signals() -> Iterator[Signals]:
    with Signals() as signals:
        yield signals


@pytest.fixture
def supervisor(signals: Signals, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(signals, said.append)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., Part]:
    def part(program: str, name: str = "thing") -> Part:
        return Part(name, [sys.executable, "-c", program], os.environ, tmp_path, tmp_path / f"{name}.log")

    return part


def _stop_soon(after_s: float = 0.0, number: int = signal.SIGTERM) -> None:
    threading.Timer(after_s, os.kill, (os.getpid(), number)).start()


def _pause_forever(signals: Signals) -> None:
    while True:
        signals.pause(10)


def test_a_part_that_fails_shows_the_end_of_its_log(supervisor: Supervisor, python: Callable[..., Part]) -> None:
    with pytest.raises(PartFailed, match=r"thing ended with exit code 3(.|\n)*no such table"):
        supervisor.run(python("print('no such table'); raise SystemExit(3)"))


def test_a_part_that_takes_too_long_is_ended(
    supervisor: Supervisor, python: Callable[..., Part], tmp_path: Path, alive: Callable[[int], bool]
) -> None:
    part = python(f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    with pytest.raises(PartFailed, match="was not ready after"):
        supervisor.run(part, timeout_s=1.0)
    assert not alive(int((tmp_path / "pid").read_text()))


def test_waiting_for_a_child_that_died_ends_at_once(supervisor: Supervisor, python: Callable[..., Part]) -> None:
    child = supervisor.start(python("raise SystemExit(1)"))
    with pytest.raises(PartFailed, match="exit code 1"):
        supervisor.until(lambda: False, child)


def test_a_child_that_dies_is_started_again_and_that_is_said(
    supervisor: Supervisor, python: Callable[..., Part], said: list[str], tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    supervisor.start(
        python(
            f"import os, time; open({str(marks)!r}, 'a').write('x')\n"
            f"if os.path.getsize({str(marks)!r}) > 1:\n    os.kill({os.getpid()}, 15); time.sleep(600)"
        )
    )
    with pytest.raises(StopRequested):
        supervisor.watch()
    assert marks.read_text() == "xx"
    assert said == [f"thing ended with exit code 0; starting it again in 0.5 s (log: {tmp_path / 'thing.log'})"]


def test_pauses_double_from_one_early_death_to_the_next(python: Callable[..., Part]) -> None:
    child = Child(python(""))
    child.start()
    child.kill()
    now = time.monotonic()
    assert [child.schedule_restart(now) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_ending_signal_ends_a_wait(signals: Signals, number: int) -> None:
    _stop_soon(0.05, number)
    with pytest.raises(StopRequested):
        _pause_forever(signals)


def test_a_child_that_ignores_sigterm_is_killed_when_somebody_asks_twice(
    supervisor: Supervisor, python: Callable[..., Part], tmp_path: Path, eventually: Callable[..., None]
) -> None:
    ready = tmp_path / "ready"
    stubborn = f"import signal, time; signal.signal(15, signal.SIG_IGN); open({str(ready)!r}, 'w'); time.sleep(600)"
    child = supervisor.start(python(stubborn))
    eventually(ready.exists)
    _stop_soon(0.2)
    supervisor.stop()
    assert child.exit_code() == -signal.SIGKILL


def test_what_a_child_started_ends_with_it(
    supervisor: Supervisor,
    python: Callable[..., Part],
    tmp_path: Path,
    eventually: Callable[..., None],
    alive: Callable[[int], bool],
) -> None:
    pid = tmp_path / "pid"
    supervisor.start(
        python(
            "import subprocess, time\n"
            f"open({str(pid)!r}, 'w').write(str(subprocess.Popen(['sleep', '600']).pid)); time.sleep(600)"
        )
    )
    eventually(lambda: pid.exists() and pid.read_text())
    supervisor.stop()
    eventually(lambda: not alive(int(pid.read_text())))
