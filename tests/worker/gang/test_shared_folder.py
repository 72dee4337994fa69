"""Who is alive in shared memory: the kernel knows, however a process ends."""

import fcntl
import os
import signal
import subprocess
import sys

import pytest

from worker.gang.shared_folder import SharedFolder

HOLD = """
import sys, time
from pathlib import Path
from worker.gang.shared_folder import SharedFolder
SharedFolder(Path(sys.argv[1]), "sqlite://").hold_life_sign("wrk_a")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_two_who_see_the_same_folder_read_the_same_token(tmp_path):
    assert SharedFolder(tmp_path, "sqlite://").domain == SharedFolder(tmp_path, "sqlite://").domain


def test_two_who_do_not_read_different_ones(tmp_path):
    assert SharedFolder(tmp_path / "a", "sqlite://").domain != SharedFolder(tmp_path / "b", "sqlite://").domain


def test_a_living_worker_is_not_dead(holder, tmp_path):
    assert not SharedFolder(tmp_path, "sqlite://").is_dead("wrk_a")


def test_a_stopped_worker_is_not_dead(holder, tmp_path):
    os.kill(holder.pid, signal.SIGSTOP)
    try:
        assert not SharedFolder(tmp_path, "sqlite://").is_dead("wrk_a")
    finally:
        os.kill(holder.pid, signal.SIGCONT)


def test_a_killed_worker_is_dead_at_once(holder, tmp_path):
    holder.kill()
    holder.wait()
    assert SharedFolder(tmp_path, "sqlite://").is_dead("wrk_a")


def test_a_worker_nobody_knows_is_dead(tmp_path):
    assert SharedFolder(tmp_path, "sqlite://").is_dead("wrk_b")


def test_the_folder_is_for_its_user_only(tmp_path):
    assert SharedFolder(tmp_path, "sqlite://").path.stat().st_mode & 0o077 == 0


def test_services_with_other_databases_do_not_meet(tmp_path):
    assert SharedFolder(tmp_path, "sqlite:///a.db").path != SharedFolder(tmp_path, "sqlite:///b.db").path


def test_an_unused_folder_is_removed_and_a_used_one_is_not(holder, tmp_path):
    folder = SharedFolder(tmp_path, "sqlite://")
    folder.remove_if_unused()
    assert folder.path.exists()

    holder.kill()
    holder.wait()
    folder.forget("wrk_a")
    folder.remove_if_unused()
    assert not folder.path.exists()


def test_two_who_ask_at_once_are_not_taken_for_a_sign_of_life(holder, tmp_path):
    holder.kill()
    holder.wait()
    folder = SharedFolder(tmp_path, "sqlite://")
    with (folder.path / "wrk_a.alive").open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert folder.is_dead("wrk_a")


def test_the_signs_of_life_tell_the_living_from_the_dead(holder, tmp_path):
    folder = SharedFolder(tmp_path, "sqlite://")
    assert folder.life_signs() == {"wrk_a": False}
    holder.kill()
    holder.wait()
    assert folder.life_signs() == {"wrk_a": True}
