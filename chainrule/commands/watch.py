"""``chainrule watch``."""

from __future__ import annotations

import json

import click
from rich.console import Console

from chainrule.client import Client
from chainrule.commands.exits import Exit, exit_of_state
from chainrule.commands.live import watch as show_live
from chainrule.commands.session import Session, job_argument, json_option, pass_session


@click.command()
@job_argument
@json_option
@pass_session
def watch(session: Session, job: str, as_json: bool) -> None:
    """Follow JOB (by default the newest) until it ends; the exit code tells how it ended.

    Ctrl-C ends the watching, not the job. With --json each live event is a line of JSON.
    """
    job_id = session.job_id(job)
    if as_json:
        for event in session.client.stream(job_id):
            click.echo(json.dumps({"event": event.name, "data": event.data}, ensure_ascii=False))
        raise SystemExit(exit_of_state(session.client.jobs.get(job_id)["state"]))
    watch_to_the_end(session.client, job_id, session.console)


def watch_to_the_end(client: Client, job_id: str, console: Console) -> None:
    """Show the job until it ends, then end the command with the exit code of its state."""
    try:
        job = show_live(client, job_id, console)
    except KeyboardInterrupt:
        console.print(f"\nThe job goes on: chainrule watch {job_id}")
        raise SystemExit(Exit.INTERRUPTED) from None
    why = f" ({job['reason']})" if job["reason"] else ""
    console.print(f"{job['id']} {job['state']}{why} {job['message'] or ''}".rstrip(), soft_wrap=True)
    if job["weights_sha256"]:
        console.print(f"weights {job['weights_sha256']}", soft_wrap=True)
    raise SystemExit(exit_of_state(job["state"]))
