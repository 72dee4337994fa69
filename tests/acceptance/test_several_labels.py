"""Several labels a row, from a CSV file to weights, report, predictions, trace, fork and proof."""

from __future__ import annotations

import io
import json
import random
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

LABELS = ["comedy", "long", "sound"]


def films(rows: int = 600) -> bytes:
    """Three columns of numbers; labels in each of the words that there are for yes and no."""
    draw = random.Random(3)
    lines = ["jokes,minutes,year,comedy,long,sound"]
    for _ in range(rows):
        jokes, minutes, year = draw.randint(0, 50), draw.randint(60, 200), draw.randint(1915, 1960)
        labels = str(jokes > 25).lower(), int(minutes > 120), "talkie" if year > 1930 else "silent"
        lines.append(",".join(map(str, (jokes, minutes, year, *labels))))
    return "\n".join(lines).encode()


def spec(dataset: str, workers: int, epochs: int = 60) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "target": LABELS,
        "network": {"hidden": [{"units": 16, "dropout": 0.1}]},
        "training": {
            "max_epochs": epochs, "batch_size": 32, "optimizer": {"name": "adam", "learning_rate": 0.01}
        },
        "workers": {"max": workers},
        "stopping": {"patience": {"metric": "validation_exact_match", "epochs": 1000}},
    }  # fmt: skip


@pytest.mark.timeout(180)
def test_a_job_of_several_labels_goes_all_the_way(running: Any, until: Any, tmp_path: Any) -> None:
    with running.client() as client:
        dataset = client.datasets.upload(io.BytesIO(films()), "films.csv")["id"]

        def ended(job_id: str) -> dict[str, Any]:
            until(lambda: client.jobs.get(job_id)["state"] == "succeeded", 60)
            return client.jobs.get(job_id)

        alone, together = (ended(client.jobs.submit(spec(dataset, workers))["id"]) for workers in (1, 2))
        assert alone["weights_sha256"] == together["weights_sha256"]
        assert alone["report"] == together["report"]
        job_id = together["id"]

        history = client.results.history(job_id)
        assert {"validation_exact_match", "train_f1", "validation_certainty"} < set(history["columns"])
        assert together["best"]["metric"] == "validation_exact_match"
        assert together["best"]["validation_exact_match"] > 0.8
        assert [(each["target"], each["label"]) for each in together["report"]["labels"]] == [
            ("comedy", "true"),
            ("long", "1"),
            ("sound", "talkie"),
        ]

        [answer] = client.results.predict(job_id, [{"jokes": 50, "minutes": 61, "year": 1959}])
        assert answer["labels"] == {"comedy": True, "long": 0, "sound": "talkie"}
        assert answer["probabilities"]["long"] < 0.1

        trace = client.results.backprop(job_id, row=2)
        assert list(trace["targets"][0]) == LABELS
        assert list(trace["predictions"][0]["labels"]) == LABELS

        file = client.results.weights(job_id, tmp_path / "films.safetensors").read_bytes()
        header = json.loads(file[8 : 8 + int.from_bytes(file[:8], "little")])
        described = json.loads(header["__metadata__"]["chainrule"])
        assert described["preprocessing"]["labels"]["sound"] == ["silent", "talkie"]
        assert header["layers.1.weight"]["shape"] == [16, 3]

        forked = ended(client.jobs.fork(job_id, changes={"training": {"max_epochs": 70}})["id"])
        assert forked["progress"]["epoch"] == 70
        warm = {**spec(dataset, 1, 5), "warm_start": {"job": job_id, "best": True}}
        assert ended(client.jobs.submit(warm)["id"])["latest"]["validation_accuracy"] > 0.9
        verified = client.verifications.create(job_id)
        until(lambda: client.verifications.get(job_id, verified["id"])["state"] == "passed", 60)
