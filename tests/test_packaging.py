"""Promises about what is shipped: the wheel, the image and the compose file."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["chainrule", "service", "worker", "models", "migrations"]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


COMPILE = ROOT / "scripts" / "compile_loops.py"
SOURCES = ROOT / "worker" / "backprop" / "compiled"


def build_wheel(directory: Path, **environment: str) -> zipfile.ZipFile:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(directory)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, env={**os.environ, **environment})
    (file,) = directory.glob("*.whl")
    return zipfile.ZipFile(file)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_every_tracked_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    listing = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = {name for name in listing.stdout.splitlines() if (ROOT / name).is_file()}
    assert tracked <= set(wheel.namelist())


def test_the_wheel_holds_nothing_but_the_packages(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_carries_the_licence_and_the_notice(wheel: zipfile.ZipFile) -> None:
    names = {Path(name).name for name in wheel.namelist() if ".dist-info/" in name}
    assert {"LICENSE", "NOTICE"} <= names


@pytest.mark.skipif(runpy.run_path(str(COMPILE))["find_compiler"]() is None, reason="there is no C compiler")
def test_the_wheel_brings_the_compiled_loops_and_names_their_platform(wheel: zipfile.ZipFile) -> None:
    loops = {f"worker/backprop/compiled/loops_{dtype}.so" for dtype in ("float32", "float64")}
    assert loops <= set(wheel.namelist())
    assert re.search(r"-py3-none-(?!any)\w+\.whl$", str(wheel.filename))


def test_a_wheel_made_without_a_compiler_is_for_every_platform(tmp_path: Path) -> None:
    plain = build_wheel(tmp_path, CC="/no/compiler/here")
    assert not [name for name in plain.namelist() if name.endswith(".so")]
    assert str(plain.filename).endswith("-py3-none-any.whl")


def test_loops_that_cannot_be_compiled_are_no_error_and_it_is_said_why() -> None:
    command = [sys.executable, str(COMPILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "CC": "false --loud"})
    assert done.stderr == "Loops and products stay NumPy calls, which is slower: false --loud failed: exit code 1.\n"


def test_a_compiler_without_the_headers_of_a_c_library_is_enough(tmp_path: Path) -> None:
    """Debian's gcc installs without them: only recommends them."""
    compile_loops = runpy.run_path(str(COMPILE))
    compiler = compile_loops["find_compiler"]()
    if compiler is None:
        pytest.skip("there is no C compiler")
    asked = subprocess.run([*compiler, "-print-file-name=include"], capture_output=True, text=True, check=True)
    if not Path(own := asked.stdout.strip()).is_dir():
        pytest.skip(f"{compiler} does not tell where its own headers are")
    for source in SOURCES.glob("*.c"):
        shutil.copy(source, tmp_path)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("CC", shlex.join([*compiler, "-nostdinc", "-isystem", own]))
        assert compile_loops["compile_loops"](tmp_path) is None
    assert len(list(tmp_path.glob("*.so"))) == 2


def test_the_client_alone_asks_for_no_server_package(wheel: zipfile.ZipFile) -> None:
    (metadata,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    needs = [line for line in wheel.read(metadata).decode().splitlines() if line.startswith("Requires-Dist:")]
    assert {re.split(r"[<>=\[ ]", line.split()[1])[0] for line in needs if "extra ==" not in line} == {
        "click",
        "httpx",
        "rich",
    }


def test_the_image_holds_the_packages_of_the_wheel() -> None:
    assert [package for package in PACKAGES if f"COPY {package} {package}\n" not in DOCKERFILE] == []


def test_the_image_installs_from_hashes_and_does_not_run_as_root() -> None:
    for install in re.findall(r"pip install [^\n]*-r [^\n]*", DOCKERFILE):
        assert "--require-hashes" in install
    assert re.search(r"^USER (?!root)", DOCKERFILE, re.MULTILINE)


def test_no_secret_of_the_compose_file_has_a_default() -> None:
    used = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)(:\?)?", COMPOSE)
    assert used
    assert all(mandatory for _, mandatory in used)


def test_every_port_of_the_compose_file_stays_on_this_machine() -> None:
    ports = [port for service in yaml.safe_load(COMPOSE)["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(str(port).startswith("127.0.0.1:") for port in ports)


def test_worker_containers_share_memory() -> None:
    compose = yaml.safe_load(COMPOSE)
    worker = compose["services"]["worker"]
    directory = worker["environment"]["CHAINRULE_SHARED_MEMORY_DIR"]
    assert f"shared-memory:{directory}" in worker["volumes"]
    assert compose["volumes"]["shared-memory"]["driver_opts"]["type"] == "tmpfs"
