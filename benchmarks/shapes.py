"""What is measured: networks from tiny to large, with the batches they are trained with."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Shape:
    """One network and its training.

    Attributes:
        widths: inputs, hidden units, classes.
        epochs: so many that the run lasts some seconds.
    """

    widths: tuple[int, ...]
    batch_size: int
    rows: int
    epochs: int

    @property
    def name(self) -> str:
        """As in the literature: 784-128-10."""
        return "-".join(map(str, self.widths))

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return -(-self.rows // self.batch_size) * self.epochs

    def spec(self, dataset_id: str, workers: int, optimizer: str, *, shuffle: bool = False) -> dict[str, Any]:
        """The job: two shards, so that one worker or two can serve it with the same bits.

        Every epoch in the order of the table, as the peers go over it; ``shuffle`` gathers a new order each epoch.
        """
        return {
            "name": f"bench {self.name}",
            "dataset": dataset_id,
            "task": "classification",
            "target": "label",
            "network": {"hidden": [{"units": units, "activation": "relu"} for units in self.widths[1:-1]]},
            "training": {
                "optimizer": {"name": optimizer, "learning_rate": 0.0001},
                "batch_size": self.batch_size,
                "max_epochs": self.epochs,
                "shuffle": shuffle,
            },
            "shards": 2,
            "workers": {"min": 1, "max": workers},
            "validation": None,
        }

    def table(self) -> io.BytesIO:
        """A CSV of random small integers and a label in turn: the arithmetic does not depend on what the data say."""
        numbers = np.random.Generator(np.random.Philox(0)).integers(0, 17, (self.rows, self.widths[0] + 1))
        numbers[:, -1] = np.arange(self.rows) % self.widths[-1]
        names = [*(f"x{index}" for index in range(self.widths[0])), "label"]
        lines = "\n".join(",".join(map(str, row)) for row in numbers.tolist())
        return io.BytesIO(f"{','.join(names)}\n{lines}\n".encode())


SHAPES = (
    Shape((64, 32, 10), batch_size=32, rows=6400, epochs=4000),
    Shape((784, 128, 10), batch_size=64, rows=6400, epochs=700),
    Shape((784, 512, 256, 10), batch_size=128, rows=6400, epochs=150),
    Shape((784, 1024, 1024, 10), batch_size=256, rows=6400, epochs=40),
    Shape((28, 256, 256, 2), batch_size=1024, rows=65_536, epochs=90),
)
