"""What the service costs a job beside a bare gang: `python -m benchmarks.overhead [rounds]`.

Half a minute of 784-128-10 with two members, in turn as a bare gang and as a job that nobody watches: with history,
leases, copies of the state for survivors, checkpoints, repair, and the API and the broker beside it on the same cores.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.__main__ import machine
from benchmarks.bare_gang import samples_per_second
from benchmarks.job_path import measure
from benchmarks.shapes import SHAPES
from chainrule import Client
from chainrule.demo.stack import running_stack
from chainrule.stack.directory import DataDir

_SECONDS = 30.0


def main() -> None:
    """Measure and print the ratio of every round."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    console = Console()
    console.print(machine())
    short = SHAPES[1]
    rate = samples_per_second(short, 2, "adam")
    shape = dataclasses.replace(short, epochs=int(_SECONDS * rate / short.rows))
    with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as folder:
        directory = DataDir(Path(folder))
        with running_stack(directory, workers=2) as url, Client(url, directory.key_file.read_text().strip()) as client:
            dataset = client.datasets.upload(shape.table(), "table.csv")["id"]
            ratios = []
            for number in range(rounds):
                bare = samples_per_second(shape, 2, "adam")
                job = measure(client, shape, dataset, 2, "adam").samples_per_second
                ratios.append(job / bare)
                console.print(f"round {number + 1}: bare gang {bare:,.0f}, job {job:,.0f} samples/s: {job / bare:.3f}")
    console.print(f"median of {rounds}: the service costs {1 - statistics.median(ratios):.1%}")


if __name__ == "__main__":
    main()
