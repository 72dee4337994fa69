"""What a worker holds in memory: no more than the law says while it trains, and nothing of a job that has ended."""

import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.fleet import Fleet, wait_until
from tests.support.resident_memory import most_resident, resident_memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from Linux's /proc")

WIDTHS = (20, 2000, 2000, 5)
PARAMETERS = sum((n_in + 1) * n_out for n_in, n_out in pairwise(WIDTHS))


@pytest.fixture
def fleet(tmp_path):
    fleet = Fleet(tmp_path, CHAINRULE_BOUNDARY_S="0.1", CHAINRULE_FORMING_S="20")
    fleet.start_broker()
    yield fleet
    fleet.stop()


def submit(fleet, dataset):
    """Every epoch has its best weights, and every tenth of a second its copy of the state."""
    training = {"batch_size": 32, "max_epochs": 5, "optimizer": {"name": "adam", "learning_rate": 1e-5}}
    network = {"hidden": [{"units": units} for units in WIDTHS[1:-1]]}
    return fleet.submit({"dataset": dataset, "target": "label", "network": network, "training": training, "shards": 2})


def mapped(pid):
    """The files of jobs that a process has mapped."""
    return [line.split()[-1] for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if "/job_" in line]


@pytest.mark.parametrize("members", [1, 2])
def test_a_worker_holds_no_more_than_the_law_says_and_lets_go_of_it_all(fleet, members):
    fleet.start_workers(members)
    pids = [worker.pid for worker in fleet.workers()]
    folders = [fleet.root / "data", fleet.root / "artifacts"]
    for dataset in (fleet.add_digits_like(80), fleet.add_digits_like(100)):
        job_id, held = submit(fleet, dataset), []
        while fleet.job(job_id).state in ("queued", "running"):
            held += [resident_memory(pid, fleet.shared_memory, folders) for pid in pids]
        assert fleet.job(job_id).state == "succeeded", fleet.job(job_id).message
        most = max(held, key=lambda each: each.beside_data)
        assert most.segment > 4 * PARAMETERS, "nobody was seen training"
        assert most.beside_data < most_resident(PARAMETERS, shards=2, slots=2, members=members)
    wait_until(lambda: not any(mapped(pid) for pid in pids), what="the end of the last mapping")
