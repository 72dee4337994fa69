"""The address of the stack."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from chainrule.errors import PortTaken, StackError
from chainrule.stack.listening import listen, url_of


def test_port_0_picks_a_free_one() -> None:
    with closing(listen("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert url_of(listener) == f"http://127.0.0.1:{port}"
        socket.create_connection(("127.0.0.1", port)).close()


def test_a_taken_port_names_the_remedy() -> None:
    with closing(listen("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"port {port} .*--port 0"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(StackError, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0)


def test_listening_everywhere_is_reached_by_loopback() -> None:
    with closing(listen("0.0.0.0", 0)) as listener:
        assert url_of(listener).startswith("http://127.0.0.1:")
