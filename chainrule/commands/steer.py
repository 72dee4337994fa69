"""``chainrule cancel``, ``pause`` and ``resume``."""

from __future__ import annotations

import click

from chainrule.commands.output import print_json
from chainrule.commands.session import Session, json_option, pass_session
from chainrule.payloads import Job


@click.command()
@click.argument("job")
@json_option
@pass_session
def cancel(session: Session, job: str, as_json: bool) -> None:
    """End JOB at its next step; what it has learnt so far is kept."""
    _show(session, session.client.jobs.cancel(session.job_id(job)), as_json)


@click.command()
@click.argument("job")
@json_option
@pass_session
def pause(session: Session, job: str, as_json: bool) -> None:
    """Let JOB rest at its next step and free its workers."""
    _show(session, session.client.jobs.pause(session.job_id(job)), as_json)


@click.command()
@click.argument("job")
@json_option
@pass_session
def resume(session: Session, job: str, as_json: bool) -> None:
    """Let a paused JOB go on where it stopped."""
    _show(session, session.client.jobs.resume(session.job_id(job)), as_json)


def _show(session: Session, job: Job, as_json: bool) -> None:
    if as_json:
        print_json(job)
    else:
        session.console.print(f"{job['id']} {job['state']}")
