"""``chainrule receipt``."""

from __future__ import annotations

import click

from chainrule.commands.output import print_json
from chainrule.commands.session import Session, pass_session


@click.command()
@click.argument("job")
@pass_session
def receipt(session: Session, job: str) -> None:
    """Print as JSON everything JOB's weights follow from, and the digests of what came out."""
    print_json(session.client.results.receipt(session.job_id(job)))
