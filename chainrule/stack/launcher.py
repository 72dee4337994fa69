"""Become another program that dies with the process that asked for it.

Run as a plain script, ``launcher.py <pid of the parent> <program> <arguments...>``, so that it starts in milliseconds
and needs nothing installed. Linux's parent-death signal survives the exec that follows; elsewhere there is no such
signal and the program merely starts.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when ``parent`` ends.

    Raises:
        OSError: if the kernel refuses.
        SystemExit: if the parent has ended already: the signal would never come.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        raise SystemExit(1)


def main() -> None:
    """Set the signal, then exec what the arguments say."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    die_with_parent(parent)
    os.execvp(program[0], program)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main()
