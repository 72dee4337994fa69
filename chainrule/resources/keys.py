"""API keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from chainrule.paging import all_items
from chainrule.payloads import Key
from chainrule.transport import Transport


class Keys:
    """``/api/v1/keys``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Iterator[Key]:
        """The keys of this key's owner; none shows its secret."""
        return all_items(self._transport, "keys")

    def create(self, name: str) -> Key:
        """A new key. Its secret is in this answer and never again."""
        return cast(Key, self._transport.json("POST", "keys", json={"name": name}))

    def revoke(self, key_id: str) -> None:
        """Make it invalid at once."""
        self._transport.send("DELETE", f"keys/{key_id}")
