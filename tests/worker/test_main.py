"""What starts a worker."""

import subprocess
import sys

_LOADED = """
import sys
from worker import __main__
from worker.app import app
print(app.Worker.__name__, *sys.modules)
"""


def test_a_worker_is_started_without_celerys_command_line_and_its_shell(tmp_path):
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/chainrule.db",
        "REDIS_URL": "redis://localhost",
        "ARTIFACT_URL": f"file://{tmp_path}/artifacts",
    }
    said = subprocess.run([sys.executable, "-c", _LOADED], env=environment, capture_output=True, text=True, check=True)
    name, *modules = said.stdout.split()
    assert name == "Worker"
    assert not {"celery.bin.celery", "click_repl", "prompt_toolkit"} & set(modules)


def test_it_says_how_it_is_started():
    said = subprocess.run([sys.executable, "-m", "worker", "--help"], capture_output=True, text=True, check=True)
    assert "--concurrency" in said.stdout
