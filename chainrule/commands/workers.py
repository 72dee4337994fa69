"""``chainrule workers``."""

from __future__ import annotations

import click

from chainrule.commands.output import print_json, print_table
from chainrule.commands.session import Session, json_option, pass_session


@click.command()
@json_option
@pass_session
def workers(session: Session, as_json: bool) -> None:
    """List the worker processes and what they are doing."""
    found = list(session.client.workers.list())
    if as_json:
        print_json(found)
        return
    print_table(
        session.console,
        ["id", "name", "host", ">pid", "state", "job"],
        [
            [item["id"], item["name"], item["host"], str(item["pid"]), item["state"], item.get("job_id") or ""]
            for item in found
        ],
    )
