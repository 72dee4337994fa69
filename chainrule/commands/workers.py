"""``chainrule workers``."""

from __future__ import annotations

import click

from chainrule.commands.output import print_json
from chainrule.commands.session import Session, json_option, pass_session
from chainrule.commands.tables import print_table


@click.group(invoke_without_command=True)
@json_option
@pass_session
@click.pass_context
def workers(ctx: click.Context, session: Session, as_json: bool) -> None:
    """List the worker processes and what they are doing, or drain one."""
    if ctx.invoked_subcommand is None:
        _list(session, as_json)


@workers.command()
@click.argument("worker")
@pass_session
def drain(session: Session, worker: str) -> None:
    """Let WORKER finish its step and take no more work."""
    drained = session.client.workers.drain(worker)
    session.console.print(f"{drained['id']} {drained['state']}")


def _list(session: Session, as_json: bool) -> None:
    found = list(session.client.workers.list())
    if as_json:
        print_json(found)
        return
    print_table(
        session.console,
        ["id", "~name", "host", ">pid", "state", "job"],
        [
            [item["id"], item["name"], item["host"], str(item["pid"]), item["state"], item.get("job_id") or ""]
            for item in found
        ],
    )
