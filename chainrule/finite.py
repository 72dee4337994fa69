"""Numbers that JSON has no words for: NaN and the infinities."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from chainrule.errors import Fault, Refused


def refuse_not_finite(document: Any) -> None:
    """Refuse a document before it is sent.

    Raises:
        Refused: with the place of every number that is not finite, as the service would.
    """
    faults = [Fault(pointer, f"must be finite, not {value}", "finite_number") for pointer, value in _found(document)]
    if faults:
        raise Refused(422, "validation_failed", "What was to be sent is not JSON", faults)


def _found(part: Any, pointer: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(part, float):
        if not math.isfinite(part):
            yield pointer, part
    elif isinstance(part, Mapping):
        for name, inner in part.items():
            yield from _found(inner, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(part, list | tuple):
        for place, inner in enumerate(part):
            yield from _found(inner, f"{pointer}/{place}")
