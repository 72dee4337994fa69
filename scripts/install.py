"""Fill a virtual environment from hashed locks, with nothing but the Python that runs this file.

    python3 scripts/install.py .venv requirements/server.lock requirements/build.lock

Works where ensurepip is missing (Debian's python3 without python3-venv): the environment is then made without
pip and filled from outside by the pip of the running Python. Every distribution is held to its locked hash; the
project itself is installed in place and brings no dependency along.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NO_PIP = """\
{python} has neither ensurepip nor pip, so it cannot fill a virtual environment.
On Debian and Ubuntu: apt-get install python3-venv. Or name another Python: make PYTHON=/path/to/python3.12"""


def make_environment(venv: Path) -> list[str]:
    """Make `venv` unless it works already; return the command that is pip for it.

    Raises: SystemExit with the remedy when this Python can't install anything.
    """
    python = venv / "bin" / "python"
    has_pip = [str(python), "-m", "pip"]
    if _succeeds([*has_pip, "--version"]):
        return has_pip
    if importlib.util.find_spec("ensurepip") and _succeeds([sys.executable, "-m", "venv", str(venv)]):
        return has_pip
    if importlib.util.find_spec("pip") is None:
        raise SystemExit(NO_PIP.format(python=sys.executable))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    return [sys.executable, "-m", "pip", "--python", str(python)]


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def install(pip: list[str], locks: list[str]) -> None:
    """Install what the locks name, then the project in place with the locked build backend."""
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    requirements = [part for lock in locks for part in ("-r", lock)]
    subprocess.run([*pip, "install", *quiet, "--require-hashes", *requirements], check=True)
    subprocess.run([*pip, "install", *quiet, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], check=True)


def main() -> None:
    """Read the command line: the environment's directory, then the locks."""
    venv, *locks = sys.argv[1:]
    install(make_environment(Path(venv).absolute()), locks)


if __name__ == "__main__":
    main()
