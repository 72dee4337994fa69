"""``chainrule keys``."""

from __future__ import annotations

import click

from chainrule.commands.output import local_time, print_json
from chainrule.commands.session import Session, json_option, pass_session
from chainrule.commands.tables import print_table


@click.group()
def keys() -> None:
    """Make API keys and revoke them."""


@keys.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the keys; their secrets are not kept anywhere."""
    found = list(session.client.keys.list())
    if as_json:
        print_json(found)
        return
    rows = [[item["id"], item["name"], f"{item['prefix']}…", local_time(item["created_at"])] for item in found]
    print_table(session.console, ["id", "~name", "key", "created"], rows)


@keys.command()
@click.argument("name")
@json_option
@pass_session
def create(session: Session, name: str, as_json: bool) -> None:
    """Make a key called NAME and print it, once."""
    key = session.client.keys.create(name)
    if as_json:
        print_json(key)
    else:
        click.echo(key["key"])  # type: ignore[typeddict-item]  # there only in this answer


@keys.command()
@click.argument("key")
@pass_session
def revoke(session: Session, key: str) -> None:
    """Make the key with the id KEY invalid at once."""
    session.client.keys.revoke(key)
    session.console.print(f"{key} revoked")
