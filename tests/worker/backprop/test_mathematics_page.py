"""docs/mathematics.md says what the code has: every file and every name of a family."""

import itertools
import re
from pathlib import Path

import pytest

from worker.backprop.activations import ACTIVATIONS
from worker.backprop.costs import COSTS
from worker.backprop.initializers import INITIALIZERS
from worker.backprop.optimizers import OPTIMIZERS
from worker.backprop.update_order import UPDATE_ORDERS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "mathematics.md").read_text()
PACKAGE = ROOT / "worker" / "backprop"


def test_every_file_it_names_exists():
    named = re.findall(r"`([a-z_/]+(?:\.py|/))`", PAGE)
    assert named
    for name in named:
        assert (PACKAGE / name).exists() or (ROOT / name).exists(), name


def test_every_file_of_the_mathematics_is_on_it():
    files = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py", "arrays.py"}
    assert {name for name in files if name not in PAGE} == set()


SCHEDULES = ("constant", "step", "exponential", "cosine", "warm_up", "one_cycle", "reduce_on_plateau")
FAMILIES = (
    ACTIVATIONS,
    COSTS,
    OPTIMIZERS,
    SCHEDULES,
    UPDATE_ORDERS,
    dict.fromkeys(name.partition("_")[0] for name in INITIALIZERS),
)


@pytest.mark.parametrize("name", [*itertools.chain(*FAMILIES), "clip_norm"])
def test_every_rule_is_on_it(name):
    assert name in PAGE
