"""Alembic migrations of the database, and the command that runs them: ``python -m migrations upgrade``."""
