"""The service under gunicorn, as it is deployed: a real process, asked over the network, told to end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

STARTS_WITHIN_S = 30.0
ENDS_WITHIN_S = 5.0


@pytest.fixture
def log_file(tmp_path) -> Path:
    return tmp_path / "server.log"


@pytest.fixture
def server(settings, app, log_file) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process, listening on a socket that is handed to it, and its address."""
    with socket.socket() as listening, log_file.open("wb") as log:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "ARTIFACT_URL": settings.artifact_url,
        }
        command = [sys.executable, "-m", "gunicorn", "--config", "python:service.gunicorn_config"]
        command += ["--bind", f"fd://{listening.fileno()}", "service.app:from_environment()"]
        process = subprocess.Popen(
            command, env=environment, pass_fds=[listening.fileno()], stderr=log, start_new_session=True
        )
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            httpx.get(f"{url}/readyz", timeout=STARTS_WITHIN_S).raise_for_status()  # the socket waits for it
            yield process, url
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_ends_it_soon_though_streams_are_open(server, world, secret, number):
    process, url = server
    job_id = world.job()
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.stream("GET", f"{url}/api/v1/jobs/{job_id}/stream", headers=headers, timeout=STARTS_WITHIN_S) as stream:
        lines = stream.iter_lines()
        assert any(line == "event: job" for line in lines)
        told_at = time.monotonic()
        process.send_signal(number)
        for _line in lines:  # the stream ends as a stream does: without this a client sees a broken connection
            pass
    assert process.wait(ENDS_WITHIN_S) == 0
    assert time.monotonic() - told_at < ENDS_WITHIN_S


def test_every_line_of_its_log_is_json_its_own_ones_too(server, log_file):
    process, _ = server
    process.terminate()
    process.wait(ENDS_WITHIN_S)
    lines = [json.loads(line) for line in log_file.read_text().splitlines()]
    assert any(line["event"].startswith("Listening at") for line in lines)
    assert len({(line["timestamp"], line["event"]) for line in lines}) == len(lines)  # none stands there twice


def test_an_open_stream_leaves_others_room(server, world, secret):
    _, url = server
    job_id = world.job()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {secret}"}, timeout=STARTS_WITHIN_S) as client:
        streams = [
            client.send(client.build_request("GET", f"/api/v1/jobs/{job_id}/stream"), stream=True) for _ in range(20)
        ]
        assert {stream.status_code for stream in streams} == {200}
        assert client.get("/api/v1/jobs").status_code == 200
        for stream in streams:
            stream.close()


def test_an_upload_beyond_the_limit_in_chunks_is_refused(server, secret, world):
    """Without its length in front, as no other test can send it."""
    _, url = server

    def pieces() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(9):
            yield b"a" * 2**20
        yield b'"}'

    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    try:
        answer = httpx.post(f"{url}/api/v1/keys", content=pieces(), headers=headers, timeout=STARTS_WITHIN_S)
    except httpx.TransportError:
        pass  # it closed the connection on us, which is as good
    else:
        assert answer.status_code == 413
    assert httpx.get(f"{url}/healthz").status_code == 200
