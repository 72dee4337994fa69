"""The database: SQLite on one host, PostgreSQL for more. Whoever opens a transaction here commits it here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Engine, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BUSY_TIMEOUT_S = 30.0
_POSTGRESQL_OPTIONS = "-c statement_timeout=20000 -c idle_in_transaction_session_timeout=5000"
"""In milliseconds. The second lets go of the rows of a process that was stopped in the middle of a transaction."""
_WAL_IS_SAFE_FROM = (3, 51, 3)
"""SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when a checkpoint races a writer."""


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime in UTC, kept as whole microseconds since 1970: equal on both databases, exact, comparable."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To the column. Raises TypeError for a datetime without a time zone."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the column."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class now_us(FunctionElement[int]):  # noqa: N801 - it reads as the SQL function it is
    """The database's own clock in microseconds since 1970: the only clock leases are judged by."""

    type = BigInteger()
    inherit_cache = True


@compiles(now_us, "sqlite")
def _now_sqlite(_element: now_us, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000"


@compiles(now_us, "postgresql")
def _now_postgresql(_element: now_us, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"


def utc_now() -> datetime:
    """This process's clock, for what a person reads. Leases use ``now_us``."""
    return datetime.now(UTC)


class Database:
    """An engine and the two kinds of transaction we make with it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        is_sqlite = engine.dialect.name == "sqlite"  # where a transaction sees one moment anyhow
        self._reading = engine if is_sqlite else engine.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads, all of it as of one moment; nothing in it is committed.

        PostgreSQL would show each statement what was committed before that statement: a member that read its
        generation as not started, and in the next statement its place in it, began at step 0 among others at step 2403.
        """
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end of the block and rolls back when the block raises.

        On SQLite it takes the write lock at once: a transaction that reads first and writes later would
        find the database busy as soon as two do so, and no waiting helps (2,908 of 3,000 failed so).
        """
        engine = self.engine.execution_options(chainrule_write=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_database(url: str, *, pooled: bool = True) -> Database:
    """Open the database at a SQLAlchemy URL.

    With ``pooled=False`` a connection lives only as long as its transaction: for a process that forks.
    """
    pool: dict[str, Any] = {} if pooled else {"poolclass": NullPool}
    if url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_TIMEOUT_S}, **pool)
        _prepare_sqlite(engine)
    else:
        if pooled:
            pool = {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 40}
        engine = create_engine(
            url, hide_parameters=True, connect_args={"connect_timeout": 3, "options": _POSTGRESQL_OPTIONS}, **pool
        )
    return Database(engine)


def _prepare_sqlite(engine: Engine) -> None:
    mode = "WAL" if sqlite3.sqlite_version_info >= _WAL_IS_SAFE_FROM else "DELETE"

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA journal_mode = {mode}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("chainrule_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
