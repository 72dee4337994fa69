"""Every error this package raises on purpose.

ChainruleError
├── ServiceUnreachable    nothing answers at the address
├── KeyMissing            no API key was found anywhere
├── StreamBroken          a live stream ended before its job did and could not be taken up again
├── ResponseError         the service answered with an error
│   ├── Refused           any other 4xx (400, 413, 422): what was sent cannot be used
│   ├── NotAuthenticated  401
│   ├── NotAllowed        403
│   ├── NotFound          404
│   ├── Conflict          409
│   ├── RateLimited       429
│   └── ServiceFailed     500 and above
└── StackError            the embedded stack cannot start, or go on
    ├── DataDirBusy       another process serves this data directory
    ├── DataDirUnusable   it cannot be written, or there is no room
    ├── PortTaken         another program listens there
    ├── PartMissing       a program or package the stack is made of is not installed
    └── PartFailed        a process of the stack ended, or did not get ready
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ChainruleError(Exception):
    """Something this package can name went wrong; its text is fit to be shown."""


class ServiceUnreachable(ChainruleError):
    """Nothing answers at the address."""

    def __init__(self, url: str, cause: str) -> None:
        self.url, self.cause = url, cause
        super().__init__(f"nothing answers at {url} ({cause}): is `chainrule up` running, or is CHAINRULE_URL wrong?")


class KeyMissing(ChainruleError):
    """No API key was found anywhere."""

    def __init__(self, looked_in: Sequence[str]) -> None:
        super().__init__(f"no API key: looked in {', '.join(looked_in)}. Pass --key or set CHAINRULE_API_KEY")


class StreamBroken(ChainruleError):
    """A live stream ended before its job did and could not be taken up again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent: where (a JSON pointer), what, and a stable code."""

    pointer: str
    message: str
    code: str


class ResponseError(ChainruleError):
    """The service answered with an error; ``code`` is stable, ``faults`` lists everything that is wrong."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        faults: Sequence[Fault] = (),
        *,
        retry_after_s: float | None = None,
    ) -> None:
        self.status, self.code, self.faults = status, code, tuple(faults)
        self.message, self.retry_after_s = message, retry_after_s
        lines = [message, *(f"  {fault.pointer or '/'}: {fault.message}" for fault in self.faults)]
        super().__init__("\n".join(lines))


class Refused(ResponseError):
    """What was sent cannot be used."""


class NotAuthenticated(ResponseError):
    """The key is not valid."""


class NotAllowed(ResponseError):
    """The key is valid but may not do this."""


class NotFound(ResponseError):
    """There is nothing of that kind under that name."""


class Conflict(ResponseError):
    """The request contradicts the present state."""


class RateLimited(ResponseError):
    """Too many requests in a short time."""


class ServiceFailed(ResponseError):
    """The service could not do its work."""


class StackError(ChainruleError):
    """The embedded stack cannot start, or go on."""


class DataDirBusy(StackError):
    """Another process serves this data directory."""


class DataDirUnusable(StackError):
    """The data directory cannot be written, or there is no room in it."""


class PortTaken(StackError):
    """Another program listens on the address."""


class PartMissing(StackError):
    """A program or package the stack is made of is not installed."""


class PartFailed(StackError):
    """A process of the stack ended, or did not get ready in time."""
