"""The fault campaign: seeded rounds of faults against real processes.

Each round has a seed of its own, which is part of its name. `CHAINRULE_CHAOS_SEED=<seed>` runs it again with the same
choices; `CHAINRULE_CHAOS_ROUNDS=<n>` runs every fault n times.
"""

import os
import random
import secrets
import subprocess
import zlib

import pytest

pytest.register_assert_rewrite("tests.chaos.round", "tests.support.fleet")

from tests.chaos.round import Round, Undisturbed, run_undisturbed  # noqa: E402 - rewritten first
from tests.support.fleet import Fleet  # noqa: E402 - rewritten first


def _first_seed() -> int:
    """As told, else by chance; the processes of one parallel run agree on it."""
    told, run = os.environ.get("CHAINRULE_CHAOS_SEED"), os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if told:
        return int(told)
    return zlib.crc32(run.encode()) if run else secrets.randbelow(10**9)


SEED = _first_seed()
ROUNDS = int(os.environ.get("CHAINRULE_CHAOS_ROUNDS") or 1)


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(SEED, SEED + ROUNDS), ids=lambda seed: f"seed={seed}")


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"chaos: {ROUNDS} round(s) of each fault; again: CHAINRULE_CHAOS_SEED={SEED}")


@pytest.fixture(autouse=True)
def _repeated(seed):
    """A fault without choices is repeated with the others."""


@pytest.fixture
def chance(seed, request):
    """Where a round's choices come from: its seed and the fault's name."""
    return random.Random(f"{seed} {request.node.originalname}")


@pytest.fixture
def settings():
    """A short lease, so that a round need not wait long for its end. A fault may have others."""
    return {
        "CHAINRULE_LEASE_TTL_S": "3",
        "CHAINRULE_HEARTBEAT_S": "0.5",
        "CHAINRULE_RECONCILE_S": "0.5",
        "CHAINRULE_BOUNDARY_S": "0.3",
    }


@pytest.fixture
def fleet(tmp_path, settings):
    fleet = Fleet(tmp_path, **settings)
    fleet.start_broker()
    yield fleet
    fleet.stop()


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory) -> Undisturbed:
    """What the campaign's job gives when nothing happens to it."""
    fleet = Fleet(tmp_path_factory.mktemp("undisturbed"))
    try:
        return run_undisturbed(fleet)
    finally:
        fleet.stop()


@pytest.fixture
def arena(fleet, undisturbed):
    """One round: a fleet without workers yet, and the books of what it has accepted."""
    return Round(fleet, undisturbed)


@pytest.fixture
def patience_s():
    """How long a fault lasts that is only a matter of waiting: all of a minute in a longer campaign."""
    return 60.0 if ROUNDS > 1 else 10.0


@pytest.fixture
def small_disk(tmp_path):
    """The artifact store on a disk of four megabytes."""
    folder = tmp_path / "artifacts"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "chainrule-chaos", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
