"""Texts that are none: with a NUL, which PostgreSQL cannot hold, or half a character, which UTF-8 cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, abort, request

from models.errors import Fault, ValidationFailed

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_MESSAGE = "a text has neither NUL characters nor halves of surrogate pairs"


def refuse_unstorable(document: Any) -> None:
    """Raises ValidationFailed with the place of every such text in a JSON document, names of fields included."""
    faults = [Fault(pointer, _MESSAGE, "unusable_text") for pointer in sorted(_places(document))]
    if faults:
        raise ValidationFailed(faults)


def register_text_check(app: Flask) -> None:
    """Refuse them in addresses too, before they reach a query."""

    @app.before_request
    def _check() -> None:
        if _UNSTORABLE.search(request.path):
            abort(404)  # nothing is called so
        if any(_UNSTORABLE.search(name + value) for name, value in request.args.items(multi=True)):
            raise ValidationFailed([Fault("/query", _MESSAGE, "unusable_text")])


def _places(document: Any) -> Iterator[str]:
    waiting = [("", document)]  # not by recursion: a document may be nested as deeply as the parser allows
    while waiting:
        pointer, part = waiting.pop()
        if isinstance(part, str) and _UNSTORABLE.search(part):
            yield pointer
        elif isinstance(part, list):
            waiting += [(f"{pointer}/{place}", item) for place, item in enumerate(part)]
        elif isinstance(part, dict):
            if any(map(_UNSTORABLE.search, part)):
                yield pointer
            waiting += [(f"{pointer}/{_escape(name)}", item) for name, item in part.items()]


def _escape(name: str) -> str:
    return _UNSTORABLE.sub("?", name).replace("~", "~0").replace("/", "~1")
