"""Transactions, on both databases."""

import pytest
from sqlalchemy import select

from migrations.runner import upgrade
from models.database import open_database, utc_now
from models.records import Owner
from tests.support.postgres import running_postgres


@pytest.fixture(scope="module")
def make_postgresql():
    with running_postgres() as make:
        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    on_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/db" if on_sqlite else request.getfixturevalue("make_postgresql")()
    upgrade(url)
    database = open_database(url)
    yield database
    database.dispose()


def add(database, name):
    with database.write() as session:
        session.add(Owner(id=name, name=name, created_at=utc_now()))


def test_all_that_one_reader_sees_is_of_one_moment(database):
    add(database, "first")
    names = select(Owner.name).order_by(Owner.name)
    with database.read() as session:
        before = session.scalars(names).all()
        if database.engine.dialect.name == "postgresql":  # there a reader keeps no writer out
            add(database, "second")
        assert session.scalars(names).all() == before
    add(database, "third")
    with database.read() as session:
        assert "third" in session.scalars(names).all()
