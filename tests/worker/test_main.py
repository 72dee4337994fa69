"""What starts a worker."""

import json
import subprocess
import sys

import pytest

_LOADED = """
import sys
from worker import __main__
from worker.app import app
print(app.Worker.__name__, *sys.modules)
"""


_SLOW = """
from worker import app
app.loops_in_use = lambda: "NumPy calls: alas"
app._configure_logs()
app._say_what_is_slow()
"""


@pytest.fixture
def environment(tmp_path):
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path}/chainrule.db",
        "REDIS_URL": "redis://localhost",
        "ARTIFACT_URL": f"file://{tmp_path}/artifacts",
    }


def test_a_worker_is_started_without_celerys_command_line_and_its_shell(environment):
    said = subprocess.run([sys.executable, "-c", _LOADED], env=environment, capture_output=True, text=True, check=True)
    name, *modules = said.stdout.split()
    assert name == "Worker"
    assert not {"celery.bin.celery", "click_repl", "prompt_toolkit"} & set(modules)


def test_a_worker_without_compiled_loops_says_so_and_what_to_do(environment):
    said = subprocess.run([sys.executable, "-c", _SLOW], env=environment, capture_output=True, text=True, check=True)
    line = json.loads(said.stdout + said.stderr)
    assert (line["loops"], line["remedy"]) == ("NumPy calls: alas", "install a C compiler, then Chainrule again")


def test_it_says_how_it_is_started():
    said = subprocess.run([sys.executable, "-m", "worker", "--help"], capture_output=True, text=True, check=True)
    assert "--concurrency" in said.stdout
