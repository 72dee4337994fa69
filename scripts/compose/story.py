"""One job over HTTP, from the upload to a prediction, as any client would do it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chainrule import Client
from chainrule.data import digits_csv

EPOCHS = 10


def train_one_job(url: str, key_file: Path, say: Callable[[str], None]) -> None:
    """Train a small network on the digits.

    Raises: SystemExit when the job does not succeed or what comes back does not fit together.
    """
    with Client(url, key_file.read_text().strip()) as client:
        dataset = client.datasets.upload(io.BytesIO(digits_csv()), "digits.csv")
        job = client.jobs.submit(small_job(dataset["id"]))
        say(f"submitted {job['id']}")
        for event in client.stream(job["id"]):
            if event.name == "end":
                break
        job = client.jobs.get(job["id"])
        if job["state"] != "succeeded":
            raise SystemExit(f"the job ended as {job['state']}: {job['reason']} {job['message']}")
        say(f"{job['id']} succeeded: {job['latest']}")
        check_weights(client, job["id"], job["weights_sha256"], key_file.parent)
        history = client.results.history(job["id"])
        if len(history["rows"]) != EPOCHS:
            raise SystemExit(f"the history has {len(history['rows'])} rows")
        say("weights have the digest that the job states; the history has every epoch")


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


def check_weights(client: Client, job_id: str, digest: str | None, directory: Path) -> None:
    """Download the last weights and hold them against the digest that the job states."""
    file = client.results.weights(job_id, directory / "weights.safetensors", which="last")
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != digest:
        raise SystemExit(f"the weights have digest {found}, the job says {digest}")
