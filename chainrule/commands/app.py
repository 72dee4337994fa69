"""The ``chainrule`` command: the global options, and the list of commands."""

from __future__ import annotations

import click

from chainrule.address import find_data_dir
from chainrule.commands.backprop import backprop
from chainrule.commands.change import change
from chainrule.commands.datasets import datasets
from chainrule.commands.demo import demo
from chainrule.commands.exits import FriendlyGroup
from chainrule.commands.fork import fork
from chainrule.commands.history import history
from chainrule.commands.jobs import jobs
from chainrule.commands.keys import keys
from chainrule.commands.predict import predict
from chainrule.commands.receipt import receipt
from chainrule.commands.session import Session
from chainrule.commands.steer import cancel, pause, resume
from chainrule.commands.submit import submit
from chainrule.commands.up import up
from chainrule.commands.verify import verify
from chainrule.commands.watch import watch
from chainrule.commands.weights import weights
from chainrule.commands.workers import workers
from chainrule.version import __version__


@click.group(cls=FriendlyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--url", help="The service.  [default: CHAINRULE_URL, else the stack of the data directory]")
@click.option("--key", help="An API key.  [default: CHAINRULE_API_KEY, else the data directory's]")
@click.option("--data-dir", help="Of the embedded stack.  [default: CHAINRULE_DATA_DIR, else ~/.chainrule]")
@click.version_option(__version__, prog_name="chainrule")
@click.pass_context
def main(ctx: click.Context, url: str | None, key: str | None, data_dir: str | None) -> None:
    """Train feed-forward networks on a gang of workers."""
    session = Session(url, key, find_data_dir(data_dir))
    ctx.obj = session
    ctx.call_on_close(session.closing.close)


for command in (
    up,
    demo,
    submit,
    jobs,
    watch,
    history,
    weights,
    predict,
    backprop,
    receipt,
    verify,
    fork,
    change,
    cancel,
    pause,
    resume,
    datasets,
    workers,
    keys,
):
    main.add_command(command)
