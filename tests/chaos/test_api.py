"""The API killed again and again while jobs are submitted to it: what it has acknowledged is there, once."""

import contextlib
import socket
import sys
import threading
import time

import httpx
import pytest
from sqlalchemy import select, update

from models.records import Dataset, Job
from service.administration import get_admin
from service.authentication import issue_key
from tests.chaos.round import NETWORK
from tests.support.fleet import wait_until

pytestmark = pytest.mark.chaos

SENDERS, EACH = 4, 6


@pytest.fixture
def api(fleet):
    return Api(fleet)


class Api:
    """A gunicorn of the service on a port of its own, and a client that never gives up."""

    def __init__(self, fleet):
        self.fleet = fleet
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with fleet.database.write() as session:
            self.owner = get_admin(session).id
            self.headers = {"Authorization": f"Bearer {issue_key(session, self.owner, 'api', 'chaos')[1]}"}

    def start(self):
        bind = ["--config", "python:service.gunicorn_config", "--bind", self.url.removeprefix("http://")]
        self.process = self.fleet.start(
            [sys.executable, "-m", "gunicorn", *bind, "service.app:from_environment()"], "api"
        )

    def submit(self, document, key):
        """The id, however often it must be asked for."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                headers = {**self.headers, "Idempotency-Key": key}
                answer = httpx.post(f"{self.url}/api/v1/jobs", json=document, headers=headers, timeout=5)
                assert answer.status_code in (200, 202), answer.text
                return answer.json()["id"]
            time.sleep(0.02)
        raise AssertionError(f"{key} was never acknowledged")


def test_every_acknowledged_submission_is_there_once(arena, api, chance):
    fleet = arena.fleet
    dataset = fleet.add_digits_like(400)
    with fleet.database.write() as session:
        session.execute(update(Dataset).where(Dataset.id == dataset).values(owner_id=api.owner))
    document = {"dataset": dataset, "target": "label", "network": NETWORK, "training": {"max_epochs": 1}}
    acknowledged = {}

    def send(sender):
        for number in range(EACH):
            key = f"{sender}-{number}"
            acknowledged[key] = api.submit(document, key)

    api.start()
    senders = [threading.Thread(target=send, args=(sender,)) for sender in range(SENDERS)]
    for thread in senders:
        thread.start()
    for share in (1, 2, 3):
        wait_until(lambda least=share * SENDERS: len(acknowledged) >= least, what="some acknowledgements")
        time.sleep(chance.uniform(0.0, 0.1))
        fleet.kill(api.process)
        api.start()
    for thread in senders:
        thread.join()
    again = {key: api.submit(document, key) for key in acknowledged}
    fleet.kill(api.process)
    assert again == acknowledged
    assert len(acknowledged) == SENDERS * EACH
    with fleet.database.read() as session:
        assert set(session.scalars(select(Job.id))) == set(acknowledged.values())
    arena.accepted |= dict.fromkeys(acknowledged.values(), ("succeeded", "max_epochs"))
    arena.unlike |= set(acknowledged.values())
    fleet.start_workers(2)
    arena.settle()


def test_an_upload_to_a_full_disk_is_refused_and_leaves_nothing(small_disk, fleet, api):
    api.start()
    table = "a,b,c,d\n" + "0.123456789,1,2,3\n" * 400_000  # four columns of float32: more than the disk holds

    def upload(content):
        files = {"file": ("table.csv", content)}
        with contextlib.suppress(httpx.TransportError):
            return httpx.post(f"{api.url}/api/v1/datasets", files=files, headers=api.headers, timeout=60)

    answer = wait_until(lambda: upload(table), 60.0, "an answer")
    assert answer.status_code == 507, answer.text
    assert "space" in answer.json()["detail"]
    assert [path for path in small_disk.rglob("*") if path.is_file()] == []
    assert upload("a,b\n" + "1,x\n2,y\n" * 20).status_code == 201
