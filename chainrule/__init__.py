"""Chainrule's client: submit networks for training over HTTP, watch the cost fall, take the weights home.

Importing this package needs httpx alone; the ``chainrule`` command adds click and rich.
"""

from chainrule.client import Client
from chainrule.errors import ChainruleError
from chainrule.sse import StreamEvent
from chainrule.version import __version__

__all__ = ["ChainruleError", "Client", "StreamEvent", "__version__"]
