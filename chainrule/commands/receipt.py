"""``chainrule receipt``."""

from __future__ import annotations

import click

from chainrule.commands.output import print_json
from chainrule.commands.session import Session, job_argument, pass_session


@click.command()
@job_argument
@pass_session
def receipt(session: Session, job: str) -> None:
    """Print as JSON all that JOB's weights follow from, and what came out; of the newest job by default."""
    print_json(session.client.results.receipt(session.job_id(job)))
