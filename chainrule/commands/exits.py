"""The exit codes of the command line, and how an error becomes one of them (docs/howto/command-line.md lists them)."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import click

from chainrule.commands.closed_pipe import ended_by_its_reader
from chainrule.errors import (
    ChainruleError,
    Conflict,
    KeyMissing,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Refused,
    ServiceUnreachable,
    StackError,
    StreamBroken,
)


class Exit(IntEnum):
    """What the command ended with. A command that waits for a job ends with the job's state."""

    DONE = 0
    ERROR = 1
    REFUSED = 2
    UNREACHABLE = 3
    NOT_ALLOWED = 4
    NOT_FOUND = 5
    CONFLICT = 6
    STACK = 7
    JOB_STOPPED = 10
    JOB_FAILED = 11
    JOB_CANCELLED = 12
    MISMATCH = 13
    INTERRUPTED = 130


_OF_STATE = {
    "succeeded": Exit.DONE,
    "stopped": Exit.JOB_STOPPED,
    "failed": Exit.JOB_FAILED,
    "cancelled": Exit.JOB_CANCELLED,
}

_OF_ERROR: tuple[tuple[type[ChainruleError], Exit], ...] = (
    (Refused, Exit.REFUSED),
    (ServiceUnreachable, Exit.UNREACHABLE),
    (StreamBroken, Exit.UNREACHABLE),
    (KeyMissing, Exit.NOT_ALLOWED),
    (NotAuthenticated, Exit.NOT_ALLOWED),
    (NotAllowed, Exit.NOT_ALLOWED),
    (NotFound, Exit.NOT_FOUND),
    (Conflict, Exit.CONFLICT),
    (StackError, Exit.STACK),
)


def exit_of_state(state: str) -> Exit:
    """The exit code for a job that is in ``state`` when the watching ends."""
    return _OF_STATE.get(state, Exit.DONE)


def exit_of_error(error: Exception) -> Exit:
    """The exit code for ``error``."""
    return next((code for kind, code in _OF_ERROR if isinstance(error, kind)), Exit.ERROR)


class FriendlyGroup(click.Group):
    """A group of commands whose known errors end in a message and an exit code, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Errors of ours, and files that cannot be read or written, are told on standard error."""
        try:
            with ended_by_its_reader():
                return super().invoke(ctx)
        except (ChainruleError, OSError) as error:
            click.echo(f"{click.style('Error:', fg='red')} {error}", err=True)
            ctx.exit(exit_of_error(error))
