"""GET /jobs/{id}/stream: a job's news as it comes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from service.history.stream import stream_news
from service.history.watching import POINTS, Seen, Watch


def parse(text: str) -> list[dict[str, Any]]:
    """The messages of a whole stream."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in fields:
            found.append({"event": fields["event"], "id": fields["id"], "data": json.loads(fields["data"])})
    return found


def names(messages: list[dict[str, Any]]) -> list[str]:
    return [message["event"] for message in messages]


def read(client, job_id: str, last_id: str = "") -> list[dict[str, Any]]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    return parse(client.get(f"/api/v1/jobs/{job_id}/stream", headers=headers).text)


class Listener:
    """Reads a stream in a thread, as a browser would."""

    def __init__(self, world, job_id: str, **options: Any) -> None:
        self.stop, self.text = threading.Event(), ""
        watch = Watch(world.database, world.owner_id, job_id, Seen())
        self._pieces = stream_news(watch, self.stop, poll_s=0.01, **options)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        for piece in self._pieces:
            self.text += piece

    def wait_for(self, condition, within_s: float = 10.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"not in time: {self.text[-2000:]}"
            time.sleep(0.005)

    def join(self) -> None:
        self._thread.join(10)
        assert not self._thread.is_alive()


@pytest.fixture
def listen(world) -> Iterator[Any]:
    made = []

    def make(*arguments: Any, **options: Any) -> Listener:
        made.append(Listener(world, *arguments, **options))
        return made[-1]

    yield make
    for listener in made:
        listener.stop.set()
        listener.join()


def test_an_ended_job_is_told_in_full_and_then_the_stream_ends(client, world):
    job_id = world.job(state="succeeded", reason="max_epochs")
    world.epochs(job_id, 1, 3)
    world.steps(job_id, [0.5] * 30)
    world.event(job_id, "all epochs are done")
    answer = client.get(f"/api/v1/jobs/{job_id}/stream")
    messages = parse(answer.text)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert names(messages) == ["job", "epochs", "steps", "event", "end"]
    job, epochs, steps, event, end = (message["data"] for message in messages)
    assert {**job, "report": None} == client.get(f"/api/v1/jobs/{job_id}").get_json()
    assert epochs == client.get(f"/api/v1/jobs/{job_id}/history").get_json()
    assert steps == client.get(f"/api/v1/jobs/{job_id}/history?series=step").get_json()
    assert event["message"] == "all epochs are done"
    assert (end["state"], end["reason"]) == ("succeeded", "max_epochs")


def test_it_goes_on_from_the_last_message_that_was_seen(client, world):
    job_id = world.job(state="succeeded")
    world.epochs(job_id, 1, 2)
    world.steps(job_id, [0.5] * 20)
    world.event(job_id, "first")
    last_id = read(client, job_id)[-1]["id"]
    world.epochs(job_id, 3, 3)
    world.steps(job_id, [0.25] * 10)
    world.event(job_id, "second")
    messages = {message["event"]: message["data"] for message in read(client, job_id, last_id)}
    assert [row[0] for row in messages["epochs"]["rows"]] == [3]
    assert [row[0] for row in messages["steps"]["rows"]] == list(range(20, 30))
    assert messages["event"]["message"] == "second"


def test_a_last_id_of_nonsense_is_the_beginning(client, world):
    job_id = world.job(state="succeeded")
    world.event(job_id, "first")
    assert names(read(client, job_id, "yesterday")) == ["job", "event", "end"]


def test_a_long_stretch_of_steps_is_thinned_out(client, world):
    job_id = world.job(state="succeeded")
    world.steps(job_id, [0.5] * 20_000)
    (steps,) = (message["data"] for message in read(client, job_id) if message["event"] == "steps")
    assert len(steps["rows"]) <= POINTS
    assert steps["rows"][-1][0] == 19_999


def test_many_events_are_all_told(client, world):
    job_id = world.job(state="succeeded")
    for number in range(450):
        world.event(job_id, str(number))
    messages = [message["data"]["message"] for message in read(client, job_id) if message["event"] == "event"]
    assert messages == [str(number) for number in range(450)]


def test_only_what_is_new_is_sent(world, listen):
    job_id = world.job()
    listener = listen(job_id)
    listener.wait_for(lambda: names(parse(listener.text)) == ["job"])
    world.epochs(job_id, 1, 1)
    listener.wait_for(lambda: names(parse(listener.text)) == ["job", "epochs"])
    world.change(job_id, epoch=1)
    listener.wait_for(lambda: names(parse(listener.text)) == ["job", "epochs", "job"])
    world.epochs(job_id, 2, 2)
    listener.wait_for(lambda: names(parse(listener.text))[-1] == "epochs")
    assert [row[0] for row in parse(listener.text)[-1]["data"]["rows"]] == [2]
    world.change(job_id, state="failed", reason="diverged")
    listener.join()
    assert names(parse(listener.text))[-2:] == ["job", "end"]


def test_silence_is_broken_by_a_comment_now_and_then(world, listen):
    seconds = iter(range(0, 10**9, 6))
    listener = listen(world.job(), clock=lambda: float(next(seconds)))
    listener.wait_for(lambda: listener.text.count(": still here\n\n") >= 3)
    assert names(parse(listener.text)) == ["job"]


def test_it_ends_when_the_server_is_told_to_end(world, listen):
    listener = listen(world.job())
    listener.wait_for(lambda: "event: job" in listener.text)
    listener.stop.set()
    listener.join()
    assert "event: end" not in listener.text
