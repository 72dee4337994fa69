"""What every command shares: where the service is, and how to print."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import click
from rich.console import Console

from chainrule.client import Client
from chainrule.commands.closed_pipe import PipedConsole
from chainrule.errors import ChainruleError
from chainrule.payloads import Job

NEWEST = "newest"
"""Stands for the id of the job submitted last."""
WHICH = "best (the last where no epoch has ended), last or the number of a kept step."
"""Says which weights there are, wherever some are asked for."""


@dataclass
class Session:
    """The global options; the client is opened when a command first needs it, and closed at the end."""

    url: str | None
    key: str | None
    data_dir: Path
    console: Console = field(default_factory=lambda: PipedConsole(highlight=False))
    closing: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def client(self) -> Client:
        """The connection to the service."""
        return self.closing.enter_context(Client(self.url, self.key, data_dir=self.data_dir))

    def job_id(self, given: str) -> str:
        """``given``, or the id of the newest job.

        Raises:
            ChainruleError: if there is no job at all.
        """
        return given if given != NEWEST else self.newest_job()["id"]

    def newest_job(self) -> Job:
        """The job submitted last.

        Raises:
            ChainruleError: if there is none.
        """
        for job in self.client.jobs.list(limit=1):
            return job
        raise ChainruleError("there is no job yet: submit one with `chainrule submit`")


pass_session = click.make_pass_decorator(Session)
job_argument = click.argument("job", default=NEWEST)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for other programs.")
