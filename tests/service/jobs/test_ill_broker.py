"""A submission is accepted by its row: the broker is never waited for."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from service.hints import HintPublisher


@pytest.fixture(params=["dead", "frozen"])
def broker_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Nobody listens; or somebody accepts and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if request.param == "frozen":
            server.listen()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_a_job_is_accepted_at_once_while_the_broker_is_dead_or_frozen(client, world, hints, monkeypatch, broker_url):
    ill = HintPublisher(broker_url)
    monkeypatch.setattr(hints, "publish", ill.publish)
    for _ in range(3):
        started = time.monotonic()
        answer = client.post("/api/v1/jobs", json=world.spec())
        assert answer.status_code == 202
        assert time.monotonic() - started < 1.0
    assert len(client.get("/api/v1/jobs?state=queued").get_json()["items"]) == 3
    ill.close()
