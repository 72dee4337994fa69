"""PyTorch in one process with two threads, eager."""

from __future__ import annotations

import torch

from benchmarks.peers.timing import asked, samples_per_second
from benchmarks.peers.torch_network import epoch_of, network


def main() -> None:
    """Measure."""
    shape, seconds = asked()
    torch.set_num_threads(2)
    print(samples_per_second(shape.rows, seconds, epoch_of(shape, network(shape), part=0, parts=1)))


if __name__ == "__main__":
    main()
