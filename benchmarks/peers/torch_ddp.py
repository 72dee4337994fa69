"""PyTorch's DistributedDataParallel over gloo: two processes of one thread, half of every batch each."""

from __future__ import annotations

import os
import tempfile
import time

import torch
import torch.distributed
import torch.multiprocessing
from torch.nn.parallel import DistributedDataParallel

from benchmarks.peers.timing import asked
from benchmarks.peers.torch_network import epoch_of, network
from benchmarks.shapes import Shape

PROCESSES = 2


def _train(rank: int, shape: Shape, seconds: float, meeting: str) -> None:
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=PROCESSES)
    epoch = epoch_of(shape, DistributedDataParallel(network(shape)), part=rank, parts=PROCESSES)
    epoch()
    epochs, started = 0, time.perf_counter()
    goes_on = torch.ones(1)
    while goes_on.item():
        epoch()
        epochs += 1
        goes_on.fill_(time.perf_counter() - started < seconds)
        torch.distributed.broadcast(goes_on, src=0)
    elapsed = time.perf_counter() - started
    if rank == 0:
        print(epochs * shape.rows / elapsed, flush=True)
    torch.distributed.barrier()  # who leaves first breaks the other's last exchange
    torch.distributed.destroy_process_group()
    os._exit(0)  # now and then a thread of gloo's is still there when Python ends, and aborts the process


def main() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(_train, (*asked(), f"{folder}/meeting"), nprocs=PROCESSES)


if __name__ == "__main__":
    main()
