"""Exports: the trained weights as files other programs read.

Their bytes depend on the job's spec and data alone: no ids, no times, no host is in them.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

WeightsFormat = Literal["safetensors", "npz"]
_TENSOR_TYPE = {"float32": "F32", "float64": "F64"}
MEDIA_TYPES: dict[str, str] = {"safetensors": "application/octet-stream", "npz": "application/zip"}


def layer_tensors(widths: Sequence[int], parameters: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """``layers.<i>.weight`` of shape (n_in, n_out) and ``layers.<i>.bias`` of shape (n_out,), C-contiguous."""
    tensors: dict[str, NDArray[Any]] = {}
    offset = 0
    for index, (n_in, n_out) in enumerate(pairwise(widths)):
        middle, end = offset + n_in * n_out, offset + (n_in + 1) * n_out
        # Contiguous: safetensors silently writes garbage for an array that is not.
        tensors[f"layers.{index}.weight"] = np.ascontiguousarray(parameters[offset:middle]).reshape(n_in, n_out)
        tensors[f"layers.{index}.bias"] = np.ascontiguousarray(parameters[middle:end])
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
    tensors, text = layer_tensors(widths, parameters), _one_line(description)
    if format == "safetensors":
        return bytes(save(tensors, metadata={"chainrule": text}))
    file = io.BytesIO()
    np.savez(file, **tensors, chainrule=np.frombuffer(text.encode(), dtype=np.uint8))  # type: ignore[arg-type]
    return file.getvalue()


def weights_sha256(
    spec: Mapping[str, Any], preprocessing: Mapping[str, Any], widths: Sequence[int], parameters: NDArray[Any]
) -> str:
    """The digest that stands for a job's weights: of the safetensors file, without a copy of the weights."""
    digest = hashlib.sha256()
    for piece in safetensors_pieces(widths, parameters, model_description(spec, preprocessing)):
        digest.update(piece)
    return digest.hexdigest()


def safetensors_pieces(
    widths: Sequence[int], parameters: NDArray[Any], description: Mapping[str, Any]
) -> Iterator[bytes | memoryview]:
    """The file in pieces: its length, its header, and the tensors by name, to the byte what the library makes.

    Source: the format's description in the safetensors README.
    """
    tensors = sorted(layer_tensors(widths, parameters).items())
    header: dict[str, Any] = {"__metadata__": {"chainrule": _one_line(description)}}
    offset = 0
    for name, tensor in tensors:
        end = offset + tensor.nbytes
        header[name] = {"dtype": _TENSOR_TYPE[tensor.dtype.name], "shape": tensor.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little") + text
    for _, tensor in tensors:
        yield memoryview(tensor.reshape(-1).view(np.uint8).data)


def _one_line(description: Mapping[str, Any]) -> str:
    return json.dumps(description, sort_keys=True, separators=(",", ":"))
