"""One shape, every contestant in turn, round after round: what disturbs the machine for long disturbs them all.

What disturbs it for seconds does not. The host of a virtual machine moves its cores between dies, in the middle of a
round too; a contestant who met them apart when others met them together would be held against another machine. So after
each the cores' distance is measured, and who met them farther apart than they can be is measured again, a few times.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from benchmarks.job_path import measure
from benchmarks.peak import peak_gflops
from benchmarks.shapes import SHAPES, Shape
from chainrule import Client

ROOT = Path(__file__).resolve().parent.parent
PEERS = {
    "JAX scan": "jax_scan",
    "DDP gloo": "torch_ddp",
    "PyTorch": "torch_eager",
    "scikit-learn": "scikit_learn",
}
"""What the table calls a peer, and its module in benchmarks.peers."""
OURS_ALONE, OURS, OURS_SGD = "1 worker", "2 workers", "2 workers, SGD"
OURS_SHUFFLED = "2 workers, shuffled"
BARE, BARE_ALONE = "bare gang", "bare, 1 process"
PEAK = "peak"
DISTANCE = "ns a message"
_SECONDS = 2.0
_TRIES = 4
_MOVED = 1.8
"""Times the least distance met so far: cores of one die have 70 to 105 ns, of two 275 to 315."""
_SETTLE_S = 6.0
"""A worker that has served asks for more work for five seconds: whoever is measured next is not to pay for that."""

Run = Callable[[], float]
Figures = dict[str, list[float]]
"""Samples per second of each contestant, round by round; GFLOP/s under ``PEAK``, nanoseconds under ``DISTANCE``."""


def contest(client: Client, shape: Shape, peers_python: Path | None, rounds: int) -> Figures:
    """The figures of every contestant.

    Raises:
        SystemExit: the weights of one worker and of two differ, or a contestant failed.
    """
    dataset_id = client.datasets.upload(shape.table(), f"{shape.name}.csv")["id"]
    number = str(SHAPES.index(shape))
    digests: set[str] = set()

    def train(workers: int, optimizer: str, *, shuffle: bool = False) -> float:
        figures = measure(client, shape, dataset_id, workers, optimizer, shuffle=shuffle)
        if optimizer == "adam" and not shuffle:
            digests.add(figures.weights_sha256)
        time.sleep(_SETTLE_S)
        return figures.samples_per_second

    peers: dict[str, Run] = {
        name: _program(str(peers_python), f"benchmarks.peers.{module}", number, str(_SECONDS))
        for name, module in (PEERS.items() if peers_python else ())
    }
    contestants: dict[str, Run] = {
        OURS_ALONE: lambda: train(1, "adam"),
        OURS: lambda: train(2, "adam"),
        **peers,
        BARE: _program(sys.executable, "benchmarks.bare_gang", number, "2", "adam"),
        BARE_ALONE: _program(sys.executable, "benchmarks.bare_gang", number, "1", "adam"),
        OURS_SHUFFLED: lambda: train(2, "adam", shuffle=True),
        OURS_SGD: lambda: train(2, "sgd"),
        PEAK: peak_gflops,
    }
    found: dict[str, list[float]] = defaultdict(list)
    distance = _program(sys.executable, "benchmarks.distance")
    least = min(distance() for _ in range(_TRIES))
    for _ in range(rounds):
        for name, run in contestants.items():
            figure, ns = _with_cores_together(run, distance, least)
            least = min(least, ns)
            found[name].append(figure)
            found[DISTANCE].append(ns)
    if len(digests) != 1:
        raise SystemExit(f"{shape.name}: the weights depend on the number of workers: {digests}")
    return found


def _with_cores_together(run: Run, distance: Run, least: float) -> tuple[float, float]:
    """A contestant's figure, and the distance of the cores after it: the first that is near, or the last one tried."""
    tries = 1
    figure, ns = run(), distance()
    while ns > _MOVED * least and tries < _TRIES:
        tries += 1
        figure, ns = run(), distance()
    return figure, ns


def _program(python: str, module: str, *options: str) -> Run:
    command = [python, "-m", module, *options]

    def run() -> float:
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if ended.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed:\n{ended.stderr}")
        return float(ended.stdout)

    return run
