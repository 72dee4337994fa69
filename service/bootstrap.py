"""``python -m service.bootstrap --key-file PATH``: the first owner and the first key, in a file only its user reads."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from pathlib import Path

import click

from models.database import open_database
from models.settings import Settings
from service.administration import get_admin
from service.authentication import find_key, register_key, was_issued


@click.command()
@click.option("--key-file", type=click.Path(dir_okay=False, path_type=Path), required=True)
def main(key_file: Path) -> None:
    """Make sure that KEY_FILE holds a valid key of the administrator. Run again, it changes nothing.

    A key that was revoked stays so: the file then gets a new one.
    """
    settings = Settings.from_mapping(os.environ)
    database = open_database(settings.database_url)
    try:
        with database.write() as session:
            owner = get_admin(session)
            secret = _read(key_file) if key_file.exists() else _make(key_file)
            if find_key(session, secret, "api") is not None:
                return
            if was_issued(session, secret):
                secret = _make(key_file)
            register_key(session, owner.id, "api", "bootstrap", secret)
    finally:
        database.dispose()


def _read(key_file: Path) -> str:
    found = key_file.read_text().strip()
    if len(found) < 32:
        raise click.ClickException(f"{key_file} does not hold a key: remove it and run this again")
    return found


def _make(key_file: Path) -> str:
    """Written beside it and renamed: at no moment is there half a key, or one that others can read."""
    secret = secrets.token_urlsafe(32)
    key_file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, written = tempfile.mkstemp(prefix=f".{key_file.name}-", dir=key_file.parent)  # with mode 0600
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
    Path(written).replace(key_file)
    return secret


if __name__ == "__main__":
    sys.exit(main())
