"""The repair that a Celery worker's parent does when all its children have ended."""

import pytest
from celery import Celery
from sqlalchemy.exc import OperationalError

from models.settings import Settings
from worker import repair


@pytest.fixture
def timer(tmp_path, database):
    return repair.RepairTimer(
        Celery(),
        Settings.from_mapping(
            {
                "CHAINRULE_DATA_DIR": str(tmp_path / "data"),
                "DATABASE_URL": f"sqlite:///{tmp_path}/chainrule.db",
                "REDIS_URL": "redis://localhost:1/0",
                "ARTIFACT_URL": f"file://{tmp_path}/artifacts",
                "CHAINRULE_SHARED_MEMORY_DIR": str(tmp_path / "memory"),
            }
        ),
    )


def test_a_connection_that_breaks_at_the_end_leaves_no_shared_memory(tmp_path, timer, monkeypatch):
    answers = iter([OperationalError("COMMIT", {}, Exception("cut")), None])

    def break_once(session, folder):
        answer = next(answers)
        if answer is not None:
            raise answer

    monkeypatch.setattr(repair, "reconcile", break_once)
    timer.tidy()
    assert list((tmp_path / "memory").rglob("*")) == []
