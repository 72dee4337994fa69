"""``python -m service.login_link``: a path that logs a browser in, once, within ten minutes."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import click

from models.database import open_database
from models.settings import Settings
from service.administration import get_admin
from service.authentication import issue_key

LIFETIME = timedelta(minutes=10)


@click.command()
def main() -> None:
    """Print the path of a login link for the administrator."""
    database = open_database(Settings.from_mapping(os.environ).database_url)
    try:
        with database.write() as session:
            _, secret = issue_key(session, get_admin(session).id, "login", "login link", LIFETIME)
    finally:
        database.dispose()
    click.echo(f"/login?token={secret}")


if __name__ == "__main__":
    sys.exit(main())
