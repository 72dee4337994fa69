"""What Alembic runs: our engine, our records, one transaction a migration."""

from __future__ import annotations

from alembic import context

from models.database import open_database
from models.records import Base

database = open_database(context.config.attributes["database_url"])
with database.engine.execution_options(chainrule_write=True).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
database.dispose()
