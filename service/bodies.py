"""Reading the JSON body of a request: its size first, then its type, then its content."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from flask import request

from models.errors import Fault, TooLarge, ValidationFailed
from service.texts import refuse_unstorable

MOST_JSON_BYTES = 8 * 1024**2
_SUSPICIOUS = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
"""Escapes of what no text should hold; without one of them the document need not be walked."""
_NOT_FINITE = "this is not JSON: a number must be finite; NaN and Infinity are none"


def json_body() -> Any:
    """The document that was sent.

    Raises:
        TooLarge: it has more than 8 MiB.
        ValidationFailed: it is not JSON (RFC 8259): NaN, told at its place, and repeated names are not; or it has
            texts that are none.
    """
    if not request.is_json:
        raise ValidationFailed([Fault("", "send JSON, with the header Content-Type: application/json", "not_json")])
    content = _content()
    constants: list[float] = []
    try:
        document = json.loads(content, object_pairs_hook=_object, parse_constant=_keep_in(constants))
    except (ValueError, RecursionError) as error:
        raise ValidationFailed([Fault("", f"this is not JSON: {error}", "not_json")]) from None
    if constants:
        raise ValidationFailed([Fault(at, _NOT_FINITE, "not_json") for at in sorted(_places_of_constants(document))])
    if _SUSPICIOUS.search(content):
        refuse_unstorable(document)
    return document


def _content() -> bytes:
    """One sent in chunks does not say its length, and is cut off at the limit: so one byte more is let in."""
    request.max_content_length = MOST_JSON_BYTES + 1
    if (request.content_length or 0) > MOST_JSON_BYTES or len(content := request.get_data()) > MOST_JSON_BYTES:
        raise TooLarge(f"a JSON body has at most {MOST_JSON_BYTES:,} bytes")
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {repeated!r} stands twice in one object")
    return found


def _keep_in(constants: list[float]) -> Callable[[str], float]:
    """What reads NaN and Infinity, which Python's parser takes for numbers, and remembers that they were there."""

    def keep(name: str) -> float:
        constants.append(float(name))
        return constants[-1]

    return keep


def _places_of_constants(document: Any) -> Iterator[str]:
    waiting = [("", document)]  # not by recursion: a document may be nested as deeply as the parser allows
    while waiting:
        pointer, part = waiting.pop()
        if isinstance(part, float) and not math.isfinite(part):
            yield pointer
        elif isinstance(part, list):
            waiting += [(f"{pointer}/{place}", item) for place, item in enumerate(part)]
        elif isinstance(part, dict):
            waiting += [
                (f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", item) for name, item in part.items()
            ]
