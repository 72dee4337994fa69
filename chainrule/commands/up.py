"""``chainrule up``."""

from __future__ import annotations

import os

import click

from chainrule.address import find_data_dir
from chainrule.commands.session import Session, pass_session
from chainrule.stack.directory import DataDir
from chainrule.stack.up import Plan, run


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0 picks a free one.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    show_default="the number of processors",
)
@click.option("--data-dir", type=click.Path(file_okay=False), help="Where everything is kept.  [default: ~/.chainrule]")
@pass_session
def up(session: Session, host: str, port: int, workers: int, data_dir: str | None) -> None:
    """Run the whole service on this machine: API, dashboard, broker, workers. Ctrl-C ends it."""
    directory = DataDir(find_data_dir(data_dir) if data_dir else session.data_dir)
    run(Plan(directory=directory, host=host, port=port, workers=workers), click.echo)
