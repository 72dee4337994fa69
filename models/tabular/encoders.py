"""How each feature becomes inputs of the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NumberEncoder:
    """(x - mean) / scale, or x itself where scale is None; the mean stands in for what is missing."""

    name: str
    kind: Literal["numeric", "integer", "boolean"]
    mean: float
    """Of the training rows, as is ``scale``, their standard deviation."""
    scale: float | None

    @property
    def input_names(self) -> list[str]:
        """One input."""
        return [self.name]

    @property
    def levels(self) -> None:
        """A number has none."""
        return

    def to_json(self) -> dict[str, Any]:
        """As the preprocessing keeps it."""
        return {"name": self.name, "kind": self.kind, "mean": self.mean, "scale": self.scale}


@dataclass(frozen=True, slots=True)
class LevelEncoder:
    """One input a level: 1 for the row's own, 0 for the others; all 0 where it is missing or unknown."""

    name: str
    levels: tuple[str, ...]

    @property
    def kind(self) -> Literal["categorical"]:
        """As its column's."""
        return "categorical"

    @property
    def input_names(self) -> list[str]:
        """One a level."""
        return [f"{self.name}={level}" for level in self.levels]

    def to_json(self) -> dict[str, Any]:
        """As the preprocessing keeps it."""
        return {"name": self.name, "kind": self.kind, "levels": list(self.levels)}


Encoder = NumberEncoder | LevelEncoder


def encoder_from_json(document: Mapping[str, Any]) -> Encoder:
    """What ``to_json`` of an encoder made."""
    if document["kind"] == "categorical":
        return LevelEncoder(document["name"], tuple(document["levels"]))
    return NumberEncoder(document["name"], document["kind"], document["mean"], document["scale"])
