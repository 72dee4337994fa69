"""``python -m service.bootstrap --key-file PATH``: the first owner and the first key, in a file only its user reads."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import click

from models.database import open_database
from models.settings import Settings
from service.administration import get_admin
from service.authentication import find_key, register_key


@click.command()
@click.option("--key-file", type=click.Path(dir_okay=False, path_type=Path), required=True)
def main(key_file: Path) -> None:
    """Make sure that KEY_FILE holds a valid key of the administrator. Run again, it changes nothing."""
    settings = Settings.from_mapping(os.environ)
    database = open_database(settings.database_url)
    try:
        with database.write() as session:
            owner = get_admin(session)
            secret = _read_or_make(key_file)
            if find_key(session, secret, "api") is None:  # a new file, or an old one beside a new database
                register_key(session, owner.id, "api", "bootstrap", secret)
    finally:
        database.dispose()


def _read_or_make(key_file: Path) -> str:
    if key_file.exists():
        found = key_file.read_text().strip()
        if len(found) < 32:
            raise click.ClickException(f"{key_file} does not hold a key: remove it and run this again")
        return found
    secret = secrets.token_urlsafe(32)
    key_file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
    return secret


if __name__ == "__main__":
    sys.exit(main())
