"""What the demo does, step by step, as any client of the service would."""

from __future__ import annotations

import csv
import io
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from chainrule.client import Client
from chainrule.commands.history import picture
from chainrule.commands.live import watch
from chainrule.data import digits_csv
from chainrule.demo.digit import pixels, side_by_side
from chainrule.errors import ChainruleError
from chainrule.payloads import Job
from chainrule.plot.curves import curves
from chainrule.plot.terminal import draw

LEAST_ACCURACY: Final = 0.97
_ASKED: Final = 100
_SHOWN: Final = 4


class DemoFailed(ChainruleError):
    """The demo did not end as it must."""


def spec(dataset_id: str) -> dict[str, Any]:
    """The job: a network 64-128-10, its batches cut into four shards."""
    return {
        "name": "digits",
        "dataset": dataset_id,
        "task": "classification",
        "target": "label",
        "network": {"hidden": [{"units": 128, "activation": "relu"}]},
        "training": {"optimizer": {"name": "adam", "learning_rate": 0.001}, "batch_size": 32, "max_epochs": 300},
        "shards": 4,
        "validation": {"fraction": 0.2},
        "labels": {"from": "demo"},
    }


def train(client: Client, console: Console) -> Job:
    """Upload the digits, submit the job, show it until it ends.

    Raises:
        DemoFailed: if it does not succeed, or learns too little.
    """
    file = io.BytesIO(digits_csv())
    dataset = client.datasets.upload(file, "digits.csv")
    console.print(f"Uploaded {dataset['rows']:,} handwritten digits as CSV: {dataset['id']}")
    job = client.jobs.submit(spec(dataset["id"]))
    console.print(f"Submitted {job['id']}: 4 shards of every batch, computed by the gang of workers", soft_wrap=True)
    job = watch(client, job["id"], console)
    if job["state"] != "succeeded":
        raise DemoFailed(f"the job {job['state']}: {job['reason']} {job['message'] or ''}")
    accuracy = (job["best"] or {}).get("validation_accuracy") or 0.0
    if accuracy < LEAST_ACCURACY:
        raise DemoFailed(f"validation accuracy is {accuracy:.4f}, it must be at least {LEAST_ACCURACY}")
    took_s = _seconds(job)
    console.print(f"Validation accuracy {accuracy:.2%} after {took_s:.1f} s of training")
    return job


def show_predictions(client: Client, job: Job, console: Console) -> None:
    """Let the service read some digits, and show what it says beside the truth."""
    table = list(csv.reader(io.StringIO(digits_csv().decode())))
    names, rows = table[0], table[1 :: (len(table) - 1) // _ASKED][:_ASKED]
    features = [dict(zip(names[:-1], pixels(row), strict=True)) for row in rows]
    answers = client.results.predict(job["id"], features)
    said = [str(answer["label"]) for answer in answers]
    truth = [row[-1] for row in rows]
    shown = range(0, _ASKED, _ASKED // _SHOWN)
    captions = [f"says {said[i]}, is {truth[i]}" for i in shown]
    console.print()
    console.print(side_by_side([pixels(rows[i]) for i in shown], captions), highlight=False)
    right = sum(a == b for a, b in zip(said, truth, strict=True))
    console.print(f"Asked about {_ASKED} digits, the service read {right} right.\n")


def keep_results(client: Client, job: Job, folder: Path, console: Console) -> None:
    """Draw the cost in the terminal, and write it, and the weights, to files."""
    history = client.results.history(job["id"])
    drawn = curves(history, ("train_cost", "validation_cost"), "epoch")
    console.print(draw(drawn, width=min(console.width, 90), log=True, x_name="epoch"))
    weights = client.results.weights(job["id"], folder / "digits.safetensors")
    svg = folder / "digits-cost.svg"
    svg.write_text(picture(history, "epoch", "Cost of the digits job"), encoding="utf-8")
    console.print(
        f"\nWeights   {weights}\nPicture   {svg}\nSHA-256   {job['weights_sha256']} (of the last step)", soft_wrap=True
    )


def _seconds(job: Job) -> float:
    started, finished = job["started_at"], job["finished_at"]
    if not started or not finished:
        return 0.0
    return (datetime.fromisoformat(finished) - datetime.fromisoformat(started)).total_seconds()


def tell(client: Client, folder: Path, console: Console, began_s: float) -> None:
    """The whole story; ``began_s`` is when it began by the monotonic clock.

    Raises:
        DemoFailed: if it does not end as it must.
    """
    console.print(f"The stack is up after {time.monotonic() - began_s:.1f} s: {client.url}")
    job = train(client, console)
    show_predictions(client, job, console)
    keep_results(client, job, folder, console)
