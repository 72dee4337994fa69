"""`make bench`: how fast the service trains on this machine, with one worker and with two.

Every figure is of the real job path in an embedded stack of its own: submitted over HTTP, served by Celery workers. The
digests of one worker and of two must be equal; a difference ends the measurement with a failure.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_info

from benchmarks.job_path import Figures, measure
from benchmarks.shapes import SHAPES, Shape
from chainrule import Client
from chainrule.demo.stack import running_stack
from chainrule.stack.directory import DataDir

GANGS = (1, 2)


def main() -> None:
    """Measure every shape and print the table."""
    console = Console()
    console.print(machine())
    with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as folder:
        directory = DataDir(Path(folder))
        with running_stack(directory, max(GANGS)) as url, Client(url, directory.key_file.read_text().strip()) as client:
            console.print(table([(shape, measure_gangs(client, shape)) for shape in SHAPES]))


def machine() -> str:
    """What the figures depend on besides the code: cores, other load, and the kernel that the linear algebra chose."""
    kernels = {library.get("architecture", "unknown") for library in threadpool_info() if library["user_api"] == "blas"}
    load = os.getloadavg()[0]
    busy = " (busy: the figures are too low)" if load > 0.5 else ""
    return f"{os.cpu_count()} cores, load {load:.1f}{busy}, NumPy {np.__version__}, kernel {', '.join(sorted(kernels))}"


def measure_gangs(client: Client, shape: Shape) -> list[Figures]:
    """The figures of each size of gang. Raises: SystemExit when their weights differ."""
    dataset = client.datasets.upload(shape.table(), f"{shape.name}.csv")
    found = [measure(client, shape, dataset["id"], workers) for workers in GANGS]
    if len({figures.weights_sha256 for figures in found}) != 1:
        raise SystemExit(f"{shape.name}: the weights depend on the number of workers: {found}")
    return found


def table(measured: list[tuple[Shape, list[Figures]]]) -> Table:
    """What people read."""
    result = Table(title="Adam, float32, 2 shards; the whole job path")
    for title in ("network", "batch", "workers", "steps/s", "samples/s", "claimed after, ms"):
        result.add_column(title, justify="left" if title == "network" else "right")
    for shape, gangs in measured:
        for workers, figures in zip(GANGS, gangs, strict=True):
            result.add_row(
                shape.name,
                str(shape.batch_size),
                str(workers),
                f"{figures.steps_per_second:,.0f}",
                f"{figures.samples_per_second:,.0f}",
                f"{figures.wait_s * 1000:,.0f}",
            )
    return result


if __name__ == "__main__":
    main()
