"""Exports: the trained weights as files other programs read.

Their bytes depend on the job's spec and data alone: no ids, no times, no host is in them.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

WeightsFormat = Literal["safetensors", "npz"]
MEDIA_TYPES: dict[str, str] = {"safetensors": "application/octet-stream", "npz": "application/zip"}


def layer_tensors(widths: Sequence[int], parameters: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """``layers.<i>.weight`` of shape (n_in, n_out) and ``layers.<i>.bias`` of shape (n_out,), C-contiguous."""
    tensors: dict[str, NDArray[Any]] = {}
    offset = 0
    for index, (n_in, n_out) in enumerate(pairwise(widths)):
        middle, end = offset + n_in * n_out, offset + (n_in + 1) * n_out
        # A copy: safetensors silently writes garbage for an array that is not contiguous.
        tensors[f"layers.{index}.weight"] = np.array(parameters[offset:middle]).reshape(n_in, n_out)
        tensors[f"layers.{index}.bias"] = np.array(parameters[middle:end])
        offset = end
    return tensors


def model_description(spec: Mapping[str, Any], preprocessing: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader needs besides the tensors to turn raw rows into predictions."""
    return {
        "format": "chainrule/1",
        "task": spec["task"],
        "target": spec["target"],
        "network": spec["network"],
        "cost": spec["training"]["cost"],
        "preprocessing": preprocessing,
    }


def weights_bytes(
    format: WeightsFormat, widths: Sequence[int], parameters: NDArray[Any], description: Mapping[str, Any]
) -> bytes:
    """The whole file. All of the description is one entry: several would be written in a random order."""
    tensors = layer_tensors(widths, parameters)
    text = json.dumps(description, sort_keys=True, separators=(",", ":"))
    if format == "safetensors":
        return bytes(save(tensors, metadata={"chainrule": text}))
    file = io.BytesIO()
    np.savez(file, **tensors, chainrule=np.frombuffer(text.encode(), dtype=np.uint8))  # type: ignore[arg-type]
    return file.getvalue()


def weights_sha256(
    spec: Mapping[str, Any], preprocessing: Mapping[str, Any], widths: Sequence[int], parameters: NDArray[Any]
) -> str:
    """The digest that stands for a job's weights: of the safetensors file."""
    description = model_description(spec, preprocessing)
    return hashlib.sha256(weights_bytes("safetensors", widths, parameters, description)).hexdigest()
