"""Hints: sent by a thread of their own, so that no broker, however ill, is ever felt by a request."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from chainrule.stack.valkey import valkey_binary
from models.errors import BrokerUnavailable
from models.hints import QUEUE, SERVE_TASK
from models.ids import new_id
from service.hints import CelerySender, HintPublisher


def wait_until(condition: Callable[[], object], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def publisher_of() -> Iterator[Callable[..., HintPublisher]]:
    made = []

    def make(*arguments: object) -> HintPublisher:
        made.append(HintPublisher(*arguments))
        return made[-1]

    yield make
    for publisher in made:
        publisher.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Path]:
    """A real Valkey on a socket whose path is short enough."""
    path = Path(f"/tmp/cr-{new_id('h')[-12:]}.sock")
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen([str(valkey_binary()), *options], stdout=subprocess.DEVNULL)
    wait_until(path.exists)
    yield path
    server.terminate()
    server.wait()
    path.unlink(missing_ok=True)


@pytest.fixture
def frozen_url() -> Iterator[str]:
    """A broker that accepts and then says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def dead_url() -> str:
    """An address at which nobody listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_a_hint_is_the_one_task_without_arguments_in_the_one_queue(broker, publisher_of):
    publisher_of(f"redis+socket://{broker}").publish(3)
    with redis.Redis(unix_socket_path=str(broker)) as valkey:
        wait_until(lambda: valkey.llen(QUEUE) == 3)
        sent = json.loads(valkey.lindex(QUEUE, 0))
    assert sent["headers"]["task"] == SERVE_TASK
    assert sent["headers"]["expires"] is not None
    assert sent["content-type"] == "application/json"


def test_hints_come_again_once_the_broker_is_back(broker, publisher_of):
    publisher = publisher_of(f"redis+socket://{broker}")
    away = broker.with_suffix(".away")
    broker.rename(away)
    publisher.publish(1)
    wait_until(publisher._waiting.empty)
    away.rename(broker)
    publisher.publish(1)
    with redis.Redis(unix_socket_path=str(broker)) as valkey:
        wait_until(lambda: valkey.llen(QUEUE) >= 1)


def test_a_dead_broker_is_named_to_the_thread_alone(dead_url):
    with pytest.raises(BrokerUnavailable):
        CelerySender(dead_url)(1)


def test_a_frozen_broker_is_given_up_after_a_few_seconds(frozen_url):
    started = time.monotonic()
    with pytest.raises(BrokerUnavailable):
        CelerySender(frozen_url)(1)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("broker_url", ["dead_url", "frozen_url"])
def test_publishing_takes_no_time_whatever_the_broker_does(request, publisher_of, broker_url):
    publisher = publisher_of(request.getfixturevalue(broker_url))
    started = time.monotonic()
    for _ in range(200):
        publisher.publish(2)
    assert time.monotonic() - started < 0.5


def test_nothing_wanted_is_nothing_sent(publisher_of):
    sent: list[int] = []
    publisher = publisher_of("redis://unused", sent.append)
    publisher.publish(0)
    publisher.publish(-1)
    publisher.publish(1)
    wait_until(lambda: sent)
    assert sent == [1]


def test_a_failure_does_not_end_the_thread(publisher_of):
    sent: list[int] = []

    def send(count: int) -> None:
        sent.append(count)
        if count == 1:
            raise BrokerUnavailable("away")

    publisher = publisher_of("redis://unused", send)
    publisher.publish(1)
    wait_until(lambda: sent == [1])
    publisher.publish(2)
    wait_until(lambda: sent == [1, 2])


def test_what_waits_while_the_broker_is_silent_is_sent_at_once(publisher_of):
    sent, answer = list[int](), threading.Event()

    def send(count: int) -> None:
        sent.append(count)
        answer.wait(10)

    publisher = publisher_of("redis://unused", send)
    publisher.publish(1)
    wait_until(lambda: sent)
    publisher.publish(2)
    publisher.publish(3)
    answer.set()
    wait_until(lambda: sent == [1, 5])


def test_no_thread_runs_before_the_first_hint(publisher_of):
    before = threading.active_count()
    publisher_of("redis://unused", lambda _: None)
    assert threading.active_count() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_a_forked_server_gets_a_thread_of_its_own(publisher_of):
    read_end, write_end = os.pipe()
    publisher = publisher_of("redis://unused", lambda count: os.write(write_end, bytes([count])) and None)
    publisher.publish(1)
    assert os.read(read_end, 1) == b"\x01"
    child = os.fork()
    if not child:
        publisher.publish(7)
        publisher.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert os.read(read_end, 1) == b"\x07"
    os.close(read_end)
    os.close(write_end)
