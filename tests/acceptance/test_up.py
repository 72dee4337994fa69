"""``chainrule up`` starts everything, keeps it running, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpx
import pytest

from chainrule.stack.readiness import is_ready

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def test_the_link_logs_in_once(running: Any) -> None:
    link = re.search(r"http://\S+/login\S+", running.said()).group()
    with httpx.Client(follow_redirects=True) as browser:
        assert browser.get(link).status_code == 200
        assert "chainrule_session" in browser.cookies
        assert browser.get(link.split("/login")[0]).status_code == 200
    assert httpx.get(link).status_code in {401, 403, 404, 410}


def test_the_key_is_for_its_user_alone(running: Any) -> None:
    assert stat.S_IMODE((running.data_dir / "admin.key").stat().st_mode) == 0o600


def test_no_secret_is_in_a_log(running: Any) -> None:
    key = (running.data_dir / "admin.key").read_text().strip()
    logs = "".join(path.read_text(errors="replace") for path in (running.data_dir / "logs").iterdir())
    assert key not in logs


def test_the_command_line_finds_it(running: Any) -> None:
    listed = subprocess.run(running.command("workers", "--json"), env=running.env, capture_output=True, text=True)
    assert listed.returncode == 0, listed.stderr


def test_a_second_one_on_the_same_directory_is_told_who_holds_it(running: Any) -> None:
    second = subprocess.run(running.command("up", "--port", "0"), env=running.env, capture_output=True, text=True)
    assert second.returncode == 7
    assert f"process {running.process.pid}, http://" in second.stderr


def test_a_taken_port_names_the_remedy_and_starts_nothing(up: Any) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        refused = subprocess.run(up.command("up", "--port", port), env=up.env, capture_output=True, text=True)
    assert refused.returncode == 7
    assert "--port 0" in refused.stderr
    assert up.processes() == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_everything_within_seconds(up: Any, number: int) -> None:
    up.start()
    began = time.monotonic()
    up.process.send_signal(number)
    assert up.process.wait(timeout=25) == 0
    assert time.monotonic() - began < 12
    assert up.processes() == {}
    assert not (up.data_dir / "endpoint").exists()
    assert list(up.shared.iterdir()) == []
    assert list((up.data_dir / "valkey").glob("*.sock")) == []


def test_kill_9_ends_everything_and_the_next_start_is_not_hindered(
    up: Any, until: Callable[[Callable[[], object], float], None]
) -> None:
    up.start()
    assert len(up.processes()) >= 5
    up.kill()
    until(lambda: not up.processes(), 10)
    up.start()
    with up.client() as client:
        assert list(client.jobs.list()) == []
    assert up.end() == 0


@pytest.mark.parametrize("part", ["valkey-server", "gunicorn", "-m worker"])
def test_a_part_that_is_killed_is_started_again(
    up: Any, until: Callable[[Callable[[], object], float], None], part: str
) -> None:
    up.start()
    victim = up.child(part)
    os.kill(victim, signal.SIGKILL)
    until(lambda: "starting it again" in up.said(), 10)

    def is_back() -> bool:
        return any(part in line and pid != victim for pid, line in up.processes().items())

    until(is_back, 20)
    with up.client() as client:
        until(lambda: is_ready(client.url), 20)
