"""A tiny HTTP server that answers what a test tells it to, and a way to run the command line against it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chainrule.commands.app import main


@dataclass
class Asked:
    """A request as it arrived; ``path`` includes the query."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class TinyService:
    """Answers by ``METHOD /path`` (without ``/api/v1`` and the query), several one after the other."""

    url: str = ""
    answers: dict[str, list[tuple[int, bytes, dict[str, str]]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, route: str, body: Any, status: int = 200, **headers: str) -> None:
        kind = "application/json" if status < 400 else "application/problem+json"
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        full = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.answers.setdefault(route, []).append((status, data, full))

    def reply_to(self, request: Asked) -> tuple[int, bytes, dict[str, str]]:
        self.asked.append(request)
        route = f"{request.method} {request.path.split('?')[0].removeprefix('/api/v1')}"
        queue = self.answers.get(route)
        if not queue:
            return 404, json.dumps({"title": f"nothing at {route}"}).encode(), {}
        return queue.pop(0) if len(queue) > 1 else queue[0]


def _handler(service: TinyService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self._body()
            status, data, headers = service.reply_to(Asked(self.command, self.path, dict(self.headers), body))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


@pytest.fixture
def service() -> Iterator[TinyService]:
    tiny = TinyService()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(tiny))
    server.daemon_threads = True
    tiny.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield tiny
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def run(service: TinyService, tmp_path: Path) -> Callable[..., Result]:
    def call(*words: str, **options: Any) -> Result:
        given = ["--url", service.url, "--key", "k", "--data-dir", str(tmp_path / "none"), *words]
        return CliRunner().invoke(main, given, **options)

    return call


@pytest.fixture
def job() -> dict[str, Any]:
    """A job as the service shows it in the middle of its run."""
    return {
        "id": "job_1",
        "name": "digits",
        "state": "running",
        "reason": None,
        "message": None,
        "labels": {},
        "priority": 0,
        "workers": {"min": 1, "max": 4},
        "spec": {},
        "progress": {
            "epoch": 3,
            "step": 78,
            "steps_total": 520,
            "fraction": 0.15,
            "eta_seconds": 65.0,
            "samples_per_second": 123456.0,
        },
        "latest": {"train_cost": 0.25, "validation_accuracy": 0.93},
        "best": {"validation_accuracy": 0.93},
        "gang": {"generation": 1, "members": [{"worker": "w_1", "host": "here", "pid": 7, "shards": [0, 2]}]},
        "queue": None,
        "forked_from": None,
        "restarts": 0,
        "mixed_since_step": None,
        "weights_sha256": None,
        "created_at": "2026-01-02T03:04:05+00:00",
        "started_at": "2026-01-02T03:04:06+00:00",
        "finished_at": None,
    }
