"""Put a job spec together from a file and from single settings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chainrule.errors import ChainruleError


class BadSetting(ChainruleError):
    """A setting on the command line cannot be understood."""


def hidden_layers(text: str, activation: str | None = None, dropout: float | None = None) -> list[dict[str, Any]]:
    """``"128,64:tanh"`` as layers: units, each with an activation of its own or the given one; "" is none.

    Raises:
        BadSetting: if a number of units is not one.
    """
    layers = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        units, _, own = word.partition(":")
        if not units.isdigit():
            raise BadSetting(f"--hidden: {word!r} should look like 128 or 128:tanh")
        layer: dict[str, Any] = {"units": int(units), "activation": own or activation, "dropout": dropout}
        layers.append({name: value for name, value in layer.items() if value is not None})
    return layers


def with_setting(spec: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of ``spec`` with ``value`` at the dotted ``path``, such as ``training.optimizer.name``.

    Raises:
        BadSetting: if the path leads through something that is not an object.
    """
    first, _, rest = path.partition(".")
    if not rest:
        return {**spec, first: value}
    inner = spec.get(first)
    if inner is None:
        inner = {}
    if not isinstance(inner, Mapping):
        raise BadSetting(f"{path}: {first} is {json.dumps(inner)}, it has no parts")
    return {**spec, first: with_setting(inner, rest, value)}


def parse_assignments(assignments: Iterable[str]) -> list[tuple[str, Any]]:
    """``path=value`` words; a value that is not JSON is taken as text.

    Raises:
        BadSetting: if there is no ``=``.
    """
    found = []
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals or not path:
            raise BadSetting(f"{assignment!r} should look like training.batch_size=64")
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            value = text
        found.append((path, value))
    return found
