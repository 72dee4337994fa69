"""One HTTP connection to the service: the key on every request, errors as exceptions, retries where they are safe."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

import httpx

from chainrule.address import is_loopback
from chainrule.errors import RateLimited, ServiceFailed, ServiceUnreachable
from chainrule.finite import refuse_not_finite
from chainrule.problem import error_of
from chainrule.version import __version__

API: Final = "/api/v1"
_ATTEMPTS: Final = 5
_LONGEST_PAUSE_S: Final = 10.0
_PASSING: Final = frozenset({429, 502, 503, 504})
"""Statuses that say "not now" rather than "no"."""


class Transport:
    """Send requests to the service at ``url``; paths are relative to ``/api/v1`` unless they begin with a slash.

    ``through`` replaces the network, ``sleep`` the waiting between attempts.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 60.0,
        through: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/")
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}", "User-Agent": f"chainrule/{__version__}"},
            timeout=httpx.Timeout(timeout_s, connect=5.0),
            transport=through,
            # A proxy from the environment must not stand between us and our own machine.
            trust_env=not is_loopback(self.url),
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def json(self, method: str, path: str, *, repeatable: bool | None = None, **request: Any) -> Any:
        """The decoded body of the answer, None if it has none. Takes what ``send`` takes."""
        response = self.send(method, path, repeatable=repeatable, **request)
        return response.json() if response.content else None

    def send(self, method: str, path: str, *, repeatable: bool | None = None, **request: Any) -> httpx.Response:
        """One answered request; a ``repeatable`` one (default: GET, DELETE) is sent again if the connection breaks.

        A connection that was refused is always tried again: nothing was sent.

        Raises:
            ServiceUnreachable: if nothing answers.
            ResponseError: if the answer is an error, or a number in ``json`` is not finite.
        """
        refuse_not_finite(request.get("json"))
        again = method in {"GET", "DELETE"} if repeatable is None else repeatable
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._send_once(method, path, request)
            except httpx.TransportError as error:
                sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if attempt == _ATTEMPTS or (sent and not again):
                    raise ServiceUnreachable(self.url, str(error) or type(error).__name__) from error
                self._sleep(_pause_s(attempt))
            except (RateLimited, ServiceFailed) as error:
                if attempt == _ATTEMPTS or error.status not in _PASSING or not again:
                    raise
                self._sleep(_pause_s(attempt, error.retry_after_s))
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def stream(self, method: str, path: str, **request: Any) -> Iterator[httpx.Response]:
        """An answer whose body is read as it comes. Not retried: only the caller knows how to go on.

        Raises:
            ServiceUnreachable: if nothing answers, or the connection breaks while the body is read.
            ResponseError: if the answer is an error.
        """
        try:
            with self._http.stream(method, _full(path), **request) as response:
                if response.is_error:
                    response.read()
                    raise error_of(response)
                yield response
        except httpx.TransportError as error:
            raise ServiceUnreachable(self.url, str(error) or type(error).__name__) from error

    def _send_once(self, method: str, path: str, request: dict[str, Any]) -> httpx.Response:
        response = self._http.request(method, _full(path), **request)
        if response.is_error:
            raise error_of(response)
        return response


def _full(path: str) -> str:
    return path if path.startswith("/") else f"{API}/{path}"


def _pause_s(attempt: int, asked_s: float | None = None) -> float:
    """0.1, 0.2, 0.4 … seconds with a third of noise, or what the service asked for."""
    if asked_s is not None:
        return min(asked_s, _LONGEST_PAUSE_S)
    return 0.1 * 2.0 ** (attempt - 1) * random.uniform(0.85, 1.15)  # noqa: S311 - only spreads clients in time
