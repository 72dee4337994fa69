"""Jobs that are poison to whoever serves them."""

import pytest

pytestmark = pytest.mark.chaos

SEGFAULT, GLUTTON = 13, 17
"""Hidden units, as ``tests.support.poisonous_workers`` has them: that one cannot be imported without a stack."""


@pytest.mark.parametrize(
    ("units", "end"),
    [(SEGFAULT, ("failed", "no_progress")), (GLUTTON, ("failed", "out_of_memory"))],
    ids=["segfault", "memory"],
)
def test_a_poisonous_job_fails_with_its_reason_and_others_go_on(arena, units, end):
    fleet = arena.fleet
    fleet.start_workers(2, app="tests.support.poisonous_workers")
    poison = arena.submit(end=end, max_restarts=2, network={"hidden": [{"units": units, "activation": "relu"}]})
    arena.unlike.add(poison)
    arena.submit()
    arena.settle()
    assert fleet.job(poison).message
    assert "bytearray(b" not in fleet.logs()  # a traceback says where, and never prints what lies in its variables
    assert len(fleet.generations(poison)) == 3
