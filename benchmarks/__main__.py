"""`make bench`: how fast the service trains on this machine, beside what a user might pick instead.

Our figures are of the real job path in an embedded stack of its own: submitted over HTTP, served by Celery workers, as
the service reports them. The digests of one worker and of two must be equal; a difference ends the measurement with a
failure. The peers run in the environment that the command line names.

    python -m benchmarks [rounds] [python of the peers] [network, such as 784-128-10, ...]
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from threadpoolctl import threadpool_info

from benchmarks.contest import contest
from benchmarks.shapes import SHAPES, Shape
from benchmarks.tables import rates, ratios
from chainrule import Client
from chainrule.demo.stack import running_stack
from chainrule.stack.directory import DataDir

_WIDTH = 150
"""Columns of the tables where no terminal says how many it has."""


def main() -> None:
    """Measure every shape and print the tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    peers_python = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    shapes = _shapes_named(sys.argv[3:])
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    console.print(machine())
    with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as folder:
        directory = DataDir(Path(folder))
        with running_stack(directory, workers=2) as url, Client(url, directory.key_file.read_text().strip()) as client:
            measured = [(shape, contest(client, shape, peers_python, rounds)) for shape in shapes]
    console.print(rates(measured))
    console.print(ratios(measured))


def _shapes_named(names: Sequence[str]) -> list[Shape]:
    """All of them where none is named."""
    of_name = {shape.name: shape for shape in SHAPES}
    if unknown := set(names) - set(of_name):
        raise SystemExit(f"no such network: {', '.join(sorted(unknown))}; there are {', '.join(of_name)}")
    return [of_name[name] for name in names or of_name]


def machine() -> str:
    """What the figures depend on besides the code: cores, other load, and the kernel that the linear algebra chose."""
    kernels = {library.get("architecture", "unknown") for library in threadpool_info() if library["user_api"] == "blas"}
    load = os.getloadavg()[0]
    busy = " (busy: the figures are too low)" if load > 0.5 else ""
    return f"{os.cpu_count()} cores, load {load:.1f}{busy}, NumPy {np.__version__}, kernel {', '.join(sorted(kernels))}"


if __name__ == "__main__":
    main()
