"""Requests are repeated only where that is safe, and errors say what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from chainrule.errors import NotFound, Refused, ServiceFailed, ServiceUnreachable
from chainrule.transport import Transport


class Network:
    """Fails with each of ``failures`` in turn, then answers."""

    def __init__(self, *failures: Exception | httpx.Response) -> None:
        self.failures = list(failures)
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []

    def transport(self) -> Transport:
        return Transport("http://there/", "secret", through=httpx.MockTransport(self._answer), sleep=self.pauses.append)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return failure
        return httpx.Response(200, json={"ok": True})


def test_every_request_carries_the_key_and_goes_under_the_api() -> None:
    network = Network()
    assert network.transport().json("GET", "jobs") == {"ok": True}
    assert network.requests[0].headers["Authorization"] == "Bearer secret"
    assert str(network.requests[0].url) == "http://there/api/v1/jobs"


def test_a_get_is_repeated_when_the_connection_breaks() -> None:
    network = Network(httpx.ReadError("broken"), httpx.RemoteProtocolError("gone"))
    assert network.transport().json("GET", "jobs") == {"ok": True}
    assert len(network.requests) == 3


def test_pauses_grow_from_attempt_to_attempt() -> None:
    network = Network(*[httpx.ReadError("broken")] * 4)
    network.transport().json("GET", "jobs")
    assert network.pauses == sorted(network.pauses)
    assert 0.08 < network.pauses[0] < 0.12


def test_a_post_is_not_repeated_once_it_was_sent() -> None:
    network = Network(httpx.ReadError("broken"))
    with pytest.raises(ServiceUnreachable):
        network.transport().json("POST", "datasets")
    assert len(network.requests) == 1


def test_a_post_that_never_left_is_repeated() -> None:
    network = Network(httpx.ConnectError("refused"))
    assert network.transport().json("POST", "datasets") == {"ok": True}


def test_a_repeatable_post_is_repeated() -> None:
    network = Network(httpx.ReadTimeout("slow"))
    assert network.transport().json("POST", "jobs", repeatable=True) == {"ok": True}


def test_it_gives_up_with_the_address_and_the_remedy() -> None:
    network = Network(*[httpx.ConnectError("refused")] * 9)
    with pytest.raises(ServiceUnreachable, match=r"http://there .*refused.*chainrule up"):
        network.transport().json("GET", "jobs")
    assert len(network.requests) == 5


def test_a_busy_service_is_asked_again_after_the_time_it_names() -> None:
    network = Network(httpx.Response(503, headers={"Retry-After": "2"}), httpx.Response(429))
    assert network.transport().json("GET", "jobs") == {"ok": True}
    assert network.pauses[0] == 2.0


def test_a_failed_service_is_not_asked_again() -> None:
    network = Network(httpx.Response(500, text="<html>"))
    with pytest.raises(ServiceFailed, match="500"):
        network.transport().json("GET", "jobs")
    assert len(network.requests) == 1


def test_all_faults_are_shown_with_their_pointers() -> None:
    faults = [
        {"pointer": "/training/batch_size", "message": "must be at least 1", "code": "too_small"},
        {"pointer": "/target", "message": "there is no column 'x'", "code": "unknown_column"},
    ]
    problem = {"title": "Cannot be used", "status": 422, "code": "validation_failed", "faults": faults}
    network = Network(httpx.Response(422, json=problem))
    with pytest.raises(Refused) as caught:
        network.transport().json("POST", "jobs")
    assert str(caught.value).splitlines() == [
        "Cannot be used",
        "  /training/batch_size: must be at least 1",
        "  /target: there is no column 'x'",
    ]
    assert caught.value.code == "validation_failed"
    assert caught.value.faults[1].code == "unknown_column"


def test_an_error_in_the_head_of_a_stream_is_an_error() -> None:
    network = Network(httpx.Response(404, json={"title": "Not found", "detail": "there is no job 'x'"}))
    with pytest.raises(NotFound, match="there is no job 'x'"), network.transport().stream("GET", "jobs/x/stream"):
        pass


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 418, 500])
def test_every_error_status_becomes_an_error_whatever_the_body(status: int) -> None:
    network = Network(*[httpx.Response(status, content=b"\xff\x00")] * 9)
    with pytest.raises(Exception, match=str(status)):
        network.transport().json("POST", "x")


def test_an_empty_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(204)  # noqa: E731
    assert Transport("http://there", "k", through=httpx.MockTransport(answer)).json("DELETE", "keys/1") is None
