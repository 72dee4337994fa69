"""``chainrule demo``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from chainrule.client import Client
from chainrule.commands.session import Session, pass_session
from chainrule.demo.stack import running_stack
from chainrule.demo.story import tell
from chainrule.stack.directory import DataDir


@click.command()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=".chainrule-demo",
    show_default=True,
    help="Where everything is kept.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@pass_session
def demo(session: Session, data_dir: Path, workers: int) -> None:
    """Start a stack, train on handwritten digits, show the results, end the stack."""
    began_s = time.monotonic()
    console = session.console
    directory = DataDir(data_dir.absolute())
    console.print(f"Starting the service with {workers} workers …")
    with running_stack(directory, workers) as url, Client(url, directory.key_file.read_text().strip()) as client:
        tell(client, directory.root, console, began_s)
    console.print(f"Data      {directory.root} (start it again: chainrule up --data-dir {data_dir})", soft_wrap=True)
    console.print(f"Everything has ended; nothing is left running. {time.monotonic() - began_s:.1f} s in all.")
