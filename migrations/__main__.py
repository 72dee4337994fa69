"""``python -m migrations upgrade|downgrade <revision>|current``, on the database DATABASE_URL names."""

from __future__ import annotations

import os
import sys

import click

from migrations.runner import current_revision, downgrade, newest_revision, upgrade


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """Bring the database's tables up to date."""
    context.obj = os.environ.get("DATABASE_URL", "")
    if not context.obj:
        raise click.UsageError("DATABASE_URL is not set (for example sqlite:///chainrule.db)")


@main.command("upgrade")
@click.pass_obj
def _upgrade(database_url: str) -> None:
    """Go to the newest revision."""
    upgrade(database_url)


@main.command("downgrade")
@click.argument("revision")
@click.pass_obj
def _downgrade(database_url: str, revision: str) -> None:
    """Go back to REVISION; data in dropped tables and columns is lost."""
    downgrade(database_url, revision)


@main.command("current")
@click.pass_obj
def _current(database_url: str) -> None:
    """Show the database's revision and the newest one."""
    click.echo(f"{current_revision(database_url) or 'none'} of {newest_revision()}")


if __name__ == "__main__":
    sys.exit(main())
