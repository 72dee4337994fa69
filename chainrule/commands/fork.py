"""``chainrule fork``."""

from __future__ import annotations

from typing import Any

import click

from chainrule.commands.output import print_json, print_warnings
from chainrule.commands.session import Session, json_option, pass_session
from chainrule.spec_builder import parse_assignments, with_setting


@click.command()
@click.argument("job")
@click.option("--step", type=click.IntRange(min=0), help="Of a kept checkpoint.  [default: the newest]")
@click.option("--name", help="Of the new job.")
@click.option("--set", "assignments", multiple=True, metavar="PATH=VALUE", help="Such as training.max_epochs=100.")
@json_option
@pass_session
def fork(
    session: Session, job: str, step: int | None, name: str | None, assignments: tuple[str, ...], as_json: bool
) -> None:
    """Make a new job that goes on from a kept state of JOB."""
    changes: dict[str, Any] = {}
    for path, value in parse_assignments(assignments):
        changes = with_setting(changes, path, value)
    forked = session.client.jobs.fork(session.job_id(job), step=step, name=name, changes=changes)
    if as_json:
        print_json(forked)
        return
    print_warnings(forked)
    origin = forked["forked_from"]
    session.console.print(f"{forked['id']} goes on from step {origin['step'] if origin else 0}")
