"""Standard output into a pipe whose reader has read enough, such as ``head -1``: no error, and nothing more to do."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from rich.console import Console


class PipedConsole(Console):
    """A console that ends the command as done when its reader has gone."""

    def on_broken_pipe(self) -> None:
        """Rich would end it as failed."""
        end_as_done()


@contextmanager
def ended_by_its_reader() -> Iterator[None]:
    """Within it, a closed pipe ends the command as done; what is still held back is written at its end."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        if not _reader_is_gone():
            raise  # it was another pipe, and is an error
        end_as_done()


def end_as_done() -> NoReturn:
    """End, and let what is still held back go nowhere: Python writes it out when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    raise SystemExit(0)


def _reader_is_gone() -> bool:
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return bool(poll.poll(0))  # of no event asked for, only an error or the other end's closing is told
