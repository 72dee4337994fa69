"""Raw rows as JSON in, answers as JSON out: what ``predict`` needs besides the network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Fault, ValidationFailed
from models.tabular.encoders import Encoder, LevelEncoder


def encode_rows(encoders: Sequence[Encoder], rows: Sequence[Any]) -> NDArray[np.float64]:
    """Inputs (rows, n_inputs) from rows as a client sends them: objects by column name, or arrays in feature order.

    Null is missing; a text where a number belongs is read as one; an unknown level is no level.

    Raises:
        ValidationFailed: with every fault, at pointers such as ``/rows/3/size``.
    """
    faults: list[Fault] = []
    raw = np.full((len(rows), len(encoders)), np.nan)
    for number, row in enumerate(rows):
        cells = _cells(row, encoders, f"/rows/{number}", faults)
        for place, (encoder, cell, pointer) in enumerate(cells):
            raw[number, place] = _number(encoder, cell, pointer, faults)
    if faults:
        raise ValidationFailed(faults)
    out = np.empty((len(rows), sum(len(encoder.input_names) for encoder in encoders)))
    start = 0
    for place, encoder in enumerate(encoders):
        stop = start + len(encoder.input_names)
        encoder.encode(raw[:, place], out[:, start:stop])
        start = stop
    return out


def decode_outputs(
    targets: Sequence[str], classes: Sequence[Any] | None, outputs: NDArray[Any], *, binary: bool
) -> list[dict[str, Any]]:
    """An answer a row: the label and every class's probability, or the value, or a value for each target."""
    if classes is None:
        if len(targets) == 1:
            return [{"value": float(row[0])} for row in outputs]
        return [{"values": dict(zip(targets, map(float, row), strict=True))} for row in outputs]
    shares = np.column_stack([1.0 - outputs[:, 0], outputs[:, 0]]) if binary else outputs
    return [
        {
            "label": classes[int(row.argmax())],
            "probabilities": {str(label): float(share) for label, share in zip(classes, row, strict=True)},
        }
        for row in shares
    ]


def _cells(row: Any, encoders: Sequence[Encoder], pointer: str, faults: list[Fault]) -> list[tuple[Encoder, Any, str]]:
    names = [encoder.name for encoder in encoders]
    if isinstance(row, Mapping):
        faults += [
            Fault(f"{pointer}/{_escape(str(name))}", f"there is no feature {name!r}", "unknown_feature")
            for name in row
            if name not in names
        ]
        faults += [
            Fault(f"{pointer}/{_escape(name)}", "this feature is required; null says it is missing", "missing")
            for name in names
            if name not in row
        ]
        return [(encoder, row.get(encoder.name), f"{pointer}/{_escape(encoder.name)}") for encoder in encoders]
    if isinstance(row, Sequence) and not isinstance(row, str) and len(row) == len(encoders):
        return [
            (encoder, cell, f"{pointer}/{place}")
            for place, (encoder, cell) in enumerate(zip(encoders, row, strict=True))
        ]
    faults.append(Fault(pointer, f"a row is an object, or an array of the {len(names)} features in order", "not_a_row"))
    return []


def _number(encoder: Encoder, cell: Any, pointer: str, faults: list[Fault]) -> float:
    """A cell as the raw matrix would hold it."""
    if cell is None:
        return math.nan
    if isinstance(encoder, LevelEncoder):
        text = str(cell)
        return encoder.levels.index(text) if text in encoder.levels else math.nan
    try:
        value = float(cell) if isinstance(cell, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        value = math.nan
    if not math.isfinite(value):
        faults.append(Fault(pointer, f"{cell!r} is not a finite number", "not_a_number"))
    return value


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
