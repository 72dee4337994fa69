"""Checkpoint files: the whole state of a run, in the safetensors format.

The state is one vector of ``(1 + slots + best) * parameters`` numbers: the parameters, then each optimizer
slot, then the best parameters so far. The file is an eight-byte length, a JSON header that names the parts
of the vector as tensors, and the vector's own bytes: any safetensors reader can open it, and writing it is
copying memory. Source: the format's description in the safetensors README.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import ArtifactCorrupt

DtypeName = Literal["float32", "float64"]
_TENSOR_TYPE = {"float32": "F32", "float64": "F64"}


@dataclass(frozen=True, slots=True)
class RunState:
    """All that a checkpoint holds beside the numbers: with them, the state of a run and nothing else."""

    step: int
    """Steps done."""
    widths: tuple[int, ...]
    dtype: DtypeName
    slots: tuple[str, ...]
    has_best: bool
    seconds: float = 0.0
    """Training time so far; the one thing here that two runs of a job need not agree on."""
    progress: dict[str, Any] = field(default_factory=dict)
    """Best-so-far metric and stopping counters, as ``worker.training.stopping`` keeps them."""

    @classmethod
    def from_json(cls, text: str | bytes) -> RunState:
        """What ``to_json`` made. Raises TypeError or ValueError for anything else."""
        fields = json.loads(text)
        return cls(**{**fields, "widths": tuple(fields["widths"]), "slots": tuple(fields["slots"])})

    def to_json(self) -> str:
        """One line of JSON; the same for equal states."""
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def knows_best(self) -> bool:
        """Whether an epoch has told which weights are the best: until then their place holds those of the start."""
        return self.has_best and self.progress.get("best") is not None

    @property
    def parameters(self) -> int:
        """Weights and biases of the network."""
        return sum((n_in + 1) * n_out for n_in, n_out in pairwise(self.widths))

    @property
    def vector_size(self) -> int:
        """Numbers in the vector."""
        return self.parameters * (1 + len(self.slots) + self.has_best)


def checkpoint_header(state: RunState) -> bytes:
    """The bytes of the file that come before the vector's."""
    item = np.dtype(state.dtype).itemsize
    header: dict[str, Any] = {"__metadata__": {"chainrule": state.to_json()}}
    offset = 0
    for name, shape in _tensors(state):
        end = offset + item * int(np.prod(shape, dtype=np.int64))
        header[name] = {"dtype": _TENSOR_TYPE[state.dtype], "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def read_checkpoint(path: Path) -> tuple[RunState, NDArray[Any]]:
    """The state and its vector, mapped read-only.

    Raises:
        ArtifactCorrupt: the file is not a checkpoint, or it is cut short.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, path.stat().st_size)))
        state = RunState.from_json(header["__metadata__"]["chainrule"])
        vector = np.memmap(path, dtype=state.dtype, mode="r", offset=8 + length, shape=(state.vector_size,))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactCorrupt(path.name, "a checkpoint", f"unreadable ({error})") from error
    return state, vector


def split_vector(state: RunState, vector: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The vector's parts as flat views: ``parameters``, ``slots.<name>`` and, where there is one, ``best``."""
    names = ["parameters", *(f"slots.{name}" for name in state.slots), *(["best"] if state.has_best else [])]
    return dict(zip(names, vector.reshape(len(names), state.parameters), strict=True))


def _tensors(state: RunState) -> list[tuple[str, Sequence[int]]]:
    tensors: list[tuple[str, Sequence[int]]] = []
    for index, (n_in, n_out) in enumerate(pairwise(state.widths)):
        tensors += [(f"layers.{index}.weight", [n_in, n_out]), (f"layers.{index}.bias", [n_out])]
    tensors += [(f"slots.{name}", [state.parameters]) for name in state.slots]
    return tensors + ([("best", [state.parameters])] if state.has_best else [])
