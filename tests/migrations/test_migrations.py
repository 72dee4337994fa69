"""Migrations and records say the same, and every migration can be undone."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from migrations.runner import current_revision, downgrade, newest_revision, upgrade
from models.database import open_database
from models.records import Base


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/chainrule.db"


def tables(url):
    database = open_database(url)
    found = set(inspect(database.engine).get_table_names()) - {"alembic_version"}
    database.dispose()
    return found


def test_an_upgraded_database_is_what_the_records_say(url):
    upgrade(url)
    database = open_database(url)
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    database.dispose()

    assert differences == []
    assert current_revision(url) == newest_revision()


def test_going_back_to_the_start_leaves_no_table(url):
    upgrade(url)
    assert tables(url) == set(Base.metadata.tables)

    downgrade(url, "base")

    assert tables(url) == set()


def test_upgrading_twice_changes_nothing(url):
    upgrade(url)
    upgrade(url)
    assert current_revision(url) == newest_revision()
