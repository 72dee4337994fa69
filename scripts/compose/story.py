"""One job over HTTP, from the upload to a prediction, as any client would do it."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from chainrule import Client
from chainrule.data import digits_csv

EPOCHS = 10


def train_one_job(url: str, key_file: Path, workers: int, say: Callable[[str], None]) -> None:
    """Train a small network on the digits with that many workers.

    Raises: SystemExit when the job does not succeed or what comes back does not fit together.
    """
    with Client(url, key_file.read_text().strip()) as client:
        wait_for_workers(client, workers)
        dataset = client.datasets.upload(io.BytesIO(digits_csv()), "digits.csv")
        job = client.jobs.submit(small_job(dataset["id"]))
        say(f"submitted {job['id']}")
        for event in client.stream(job["id"]):
            if event.name == "end":
                break
        job = client.jobs.get(job["id"])
        if job["state"] != "succeeded":
            raise SystemExit(f"the job ended as {job['state']}: {job['reason']} {job['message']}")
        accuracy = (job["latest"] or {}).get("validation_accuracy")
        say(f"{job['id']} succeeded after {job['progress']['step']} steps, validation accuracy {accuracy:.3f}")
        check_gang(client, job["id"], workers)
        check_weights(client, job["id"], job["weights_sha256"], key_file.parent)
        history = client.results.history(job["id"])
        if len(history["rows"]) != EPOCHS:
            raise SystemExit(f"the history has {len(history['rows'])} rows")
        say(f"{workers} workers formed one gang; the weights have the digest that the job states")


def small_job(dataset_id: str) -> dict[str, Any]:
    """A job of seconds, in four shards so that several workers can serve it."""
    return {
        "dataset": dataset_id,
        "task": "classification",
        "target": "label",
        "network": {"hidden": [{"units": 32, "activation": "relu"}]},
        "training": {"max_epochs": EPOCHS, "batch_size": 64},
        "shards": 4,
    }


def wait_for_workers(client: Client, wanted: int) -> None:
    """Wait until so many worker processes have registered. Raises: SystemExit when they have not within a minute."""
    deadline = time.monotonic() + 60.0
    while len(list(client.workers.list())) < wanted:
        if time.monotonic() > deadline:
            raise SystemExit(f"not {wanted} workers within a minute: {list(client.workers.list())}")
        time.sleep(0.1)


def check_gang(client: Client, job_id: str, wanted: int) -> None:
    """See in the events that one gang had all workers. Raises: SystemExit when none had."""
    events = cast("Iterator[dict[str, Any]]", client.results.events(job_id))
    gangs = [event["details"]["workers"] for event in events if "workers" in event["details"]]
    if max(map(len, gangs)) < wanted:
        raise SystemExit(f"no gang of {wanted} workers was formed, only {gangs}")


def check_weights(client: Client, job_id: str, digest: str | None, directory: Path) -> None:
    """Download the last weights and hold them against the digest that the job states."""
    file = client.results.weights(job_id, directory / "weights.safetensors", which="last")
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != digest:
        raise SystemExit(f"the weights have digest {found}, the job says {digest}")
