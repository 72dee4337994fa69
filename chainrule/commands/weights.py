"""``chainrule weights``."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from chainrule.commands.output import size
from chainrule.commands.session import WHICH, Session, job_argument, pass_session


@click.command()
@job_argument
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Default: JOB.FORMAT")
@click.option("--which", default="best", show_default=True, help=WHICH)
@click.option("--format", "form", type=click.Choice(["safetensors", "npz"]), default="safetensors")
@pass_session
def weights(session: Session, job: str, output: Path | None, which: str, form: str) -> None:
    """Download the trained weights of JOB (by default the newest).

    The best ones, unless --which says otherwise. A job's own weights_sha256 is that of the last ones.
    """
    job_id = session.job_id(job)
    target = output or Path(f"{job_id}.{form}")
    session.client.results.weights(job_id, target, which=which, format=form)
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    session.console.print(f"{target}  {size(target.stat().st_size)}  sha256 {digest}", soft_wrap=True, markup=False)
