"""The address the stack is reached at.

``up`` itself binds it and hands the open socket down: a taken port is found before anything starts, ``--port 0`` cannot
be lost to another program, and while the API restarts connections wait instead of failing.
"""

from __future__ import annotations

import errno
import socket
from typing import Final

from chainrule.errors import PortTaken, StackError

_BACKLOG: Final = 256


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket on ``host`` and ``port`` (0: any free one).

    Raises:
        PortTaken: if another program has it.
        StackError: if the address cannot be used at all.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise StackError(f"cannot listen on {host}: {error.strerror or error}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _explained(error, host, port) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """The address to reach the socket at from this machine."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if listener.family == socket.AF_INET else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _explained(error: OSError, host: str, port: int) -> StackError:
    if error.errno == errno.EADDRINUSE:
        return PortTaken(
            f"port {port} is in use by another program: choose another one with --port, or --port 0 for any free one"
        )
    if error.errno == errno.EACCES:
        return StackError(f"this user may not listen on port {port}: choose one above 1023 with --port")
    return StackError(f"cannot listen on {host} port {port}: {error.strerror or error}")
