"""docs/mathematics.md says what the code has: every file and every name of a family."""

import re
from pathlib import Path

import pytest

from worker.backprop.activations import ACTIVATIONS
from worker.backprop.costs import COSTS
from worker.backprop.optimizers import OPTIMIZERS

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


@pytest.mark.parametrize("name", [*ACTIVATIONS, *COSTS, *OPTIMIZERS])
def test_every_rule_is_on_it(name):
    assert name in PAGE
