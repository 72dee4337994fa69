"""A job outlives ``kill -9`` of everything, and its weights are those of a job that was never disturbed."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

import pytest

from chainrule import Client
from chainrule.data import digits_csv

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

_TRAINING = {"batch_size": 64, "max_epochs": 400, "seed": 7}


def _spec(dataset: str) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "target": "label",
        "network": {"hidden": [{"units": 256}, {"units": 128, "activation": "tanh"}]},
        "training": _TRAINING,
        "shards": 4,
        "checkpoints": {"every_seconds": 0.5},
    }


def _state(client: Client, job_id: str) -> str:
    state = client.jobs.get(job_id)["state"]
    assert state in {"queued", "running", "succeeded"}, client.jobs.get(job_id)
    return state


def _past(client: Client, job_id: str, fraction: float) -> bool:
    return (client.jobs.get(job_id)["progress"]["fraction"] or 0) > fraction


@pytest.mark.timeout(300)
def test_ended_and_then_killed_with_everything_it_ends_with_the_same_weights(
    up: Any, until: Callable[[Callable[[], object], float], None]
) -> None:
    up.start()
    with up.client() as client:
        dataset = client.datasets.upload(io.BytesIO(digits_csv()), "digits.csv")["id"]
        undisturbed = client.jobs.submit(_spec(dataset))["id"]
        until(lambda: _state(client, undisturbed) == "succeeded", 90)
        job = client.jobs.submit(_spec(dataset))["id"]
        until(lambda: _past(client, job, 0.2), 60)
    assert up.end() == 0
    assert up.processes() == {}
    assert list(up.shared.iterdir()) == []

    up.start()
    assert "1 job that had not ended when it was last up" in up.said()
    with up.client() as client:
        until(lambda: _past(client, job, 0.5), 60)
    up.kill()
    until(lambda: not up.processes(), 10)

    up.start()
    with up.client() as client:
        until(lambda: _state(client, job) == "succeeded", 90)
        ended, reference = client.jobs.get(job), client.jobs.get(undisturbed)
        assert ended["weights_sha256"] == reference["weights_sha256"]
        assert ended["weights_sha256"] is not None
        assert _costs(client, job) == _costs(client, undisturbed)
    assert up.end() == 0


def _costs(client: Client, job: str) -> list[tuple[float, float]]:
    """Every step once, with its cost."""
    history = client.results.history(job, "step")
    step, cost = history["columns"].index("step"), history["columns"].index("train_cost")
    costs = [(row[step], row[cost]) for row in history["rows"]]
    assert len({number for number, _ in costs}) == len(costs)
    return costs
