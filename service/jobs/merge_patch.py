"""JSON merge patches (RFC 7396), and where two documents differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def merged(target: Any, patch: Any) -> Any:
    """The target with the patch applied: objects are merged, null removes a field, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def differences(before: Any, after: Any, pointer: str = "") -> Iterator[str]:
    """JSON pointers of the fields that differ; lists are compared as a whole."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if before != after:
            yield pointer
        return
    for name in sorted({*before, *after}):
        yield from differences(before.get(name), after.get(name), f"{pointer}/{name}")
