"""``python -m service.quotas``: how many jobs an owner may have waiting, and running, at a time."""

from __future__ import annotations

import os
import sys

import click
from sqlalchemy import select

from models.database import open_database
from models.records import Owner
from models.settings import Settings
from service.administration import ADMIN

_LIMIT = click.IntRange(min=0)


@click.command()
@click.option("--owner", "name", default=ADMIN, show_default=True, help="Whose jobs.")
@click.option("--queued", type=_LIMIT, help="How many may wait; 0 for as many as they like.")
@click.option("--running", type=_LIMIT, help="How many may run; 0 for as many as they like.")
def main(name: str, queued: int | None, running: int | None) -> None:
    """Set what is given, and print the owner's limits. Jobs that wait or run already are not touched."""
    database = open_database(Settings.from_mapping(os.environ).database_url)
    try:
        with database.write() as session:
            owner = session.scalars(select(Owner).where(Owner.name == name)).one_or_none()
            if owner is None:
                raise click.ClickException(f"there is no owner {name!r}")
            if queued is not None:
                owner.max_queued_jobs = queued or None
            if running is not None:
                owner.max_running_jobs = running or None
            limits = owner.max_queued_jobs, owner.max_running_jobs
    finally:
        database.dispose()
    for limit, doing in zip(limits, ("wait", "run"), strict=True):
        click.echo(f"{name}: {'any number of' if limit is None else limit} jobs may {doing}")


if __name__ == "__main__":
    sys.exit(main())
