"""The commands beside the service: the first key, and a link that logs a browser in."""

from __future__ import annotations

import stat

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from models.records import ApiKey, Owner
from service import bootstrap, login_link


@pytest.fixture
def run(settings, app, monkeypatch):
    """Runs a command in the environment of the service."""
    for name in ("database_url", "redis_url", "artifact_url"):
        monkeypatch.setenv(name.upper(), getattr(settings, name))

    def command(main, *arguments: str):
        return CliRunner().invoke(main, list(arguments), catch_exceptions=False)

    return command


def keys(world) -> int:
    with world.database.read() as session:
        return session.scalar(select(func.count(ApiKey.id)))


def test_the_first_key_works_and_only_its_user_can_read_it(run, tmp_path, anonymous):
    path = tmp_path / "new" / "admin.key"
    done = run(bootstrap.main, "--key-file", str(path))
    secret = path.read_text().strip()
    assert done.exit_code == 0
    assert done.output == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert anonymous.get("/api/v1/keys", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_run_again_it_changes_nothing(run, tmp_path, world):
    path = tmp_path / "admin.key"
    run(bootstrap.main, "--key-file", str(path))
    before = path.read_text(), keys(world)
    run(bootstrap.main, "--key-file", str(path))
    assert (path.read_text(), keys(world)) == before
    with world.database.read() as session:
        assert session.scalar(select(func.count(Owner.id))) == 1


def test_a_key_file_beside_a_new_database_is_taken_over(run, tmp_path, anonymous):
    path = tmp_path / "admin.key"
    path.write_text("k" * 43)
    run(bootstrap.main, "--key-file", str(path))
    assert path.read_text() == "k" * 43
    assert anonymous.get("/api/v1/keys", headers={"Authorization": f"Bearer {'k' * 43}"}).status_code == 200


def test_a_revoked_key_is_replaced_and_never_valid_again(run, tmp_path, anonymous):
    path = tmp_path / "admin.key"
    run(bootstrap.main, "--key-file", str(path))
    revoked = {"Authorization": f"Bearer {path.read_text().strip()}"}
    [key] = anonymous.get("/api/v1/keys", headers=revoked).get_json()["items"]
    assert anonymous.delete(f"/api/v1/keys/{key['id']}", headers=revoked).status_code == 204

    run(bootstrap.main, "--key-file", str(path))
    renewed = {"Authorization": f"Bearer {path.read_text().strip()}"}
    assert anonymous.get("/api/v1/keys", headers=revoked).status_code == 401
    assert anonymous.get("/api/v1/keys", headers=renewed).status_code == 200
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".admin.key*")) == []


def test_a_file_that_holds_no_key_names_the_remedy(run, tmp_path, world):
    path = tmp_path / "admin.key"
    path.write_text("oops\n")
    done = run(bootstrap.main, "--key-file", str(path))
    assert done.exit_code != 0
    assert "remove it" in done.output
    assert keys(world) == 0


def test_a_login_link_is_a_path_that_logs_in(run, anonymous):
    done = run(login_link.main)
    path = done.output.strip()
    assert path.startswith("/login?token=")
    assert anonymous.get(path).status_code == 200
    assert anonymous.get("/api/v1/jobs").status_code == 200
