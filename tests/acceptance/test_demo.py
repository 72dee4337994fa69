"""``chainrule demo``: what a newcomer sees first."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.mark.timeout(120)
def test_it_trains_predicts_shows_and_leaves_nothing_running(up: Any, tmp_path: Path) -> None:
    told = subprocess.run(
        up.command("demo", "--data-dir", str(up.data_dir)), env=up.env, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr + told.stdout
    accuracy = float(re.search(r"Validation accuracy ([\d.]+)%", told.stdout).group(1))
    assert accuracy >= 97
    right = int(re.search(r"read (\d+) right", told.stdout).group(1))
    assert right >= 95
    assert "samples/s" in told.stdout
    assert (up.data_dir / "digits.safetensors").stat().st_size > 30_000
    assert "<svg" in (up.data_dir / "digits-cost.svg").read_text()
    assert up.processes() == {}
