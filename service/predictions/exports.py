"""Trained weights as a file for somebody's own programs."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from models.weights_file import MEDIA_TYPES, WeightsFormat, model_description, weights_bytes
from service.predictions.trained import Trained

FORMATS: tuple[WeightsFormat, ...] = ("safetensors", "npz")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Export:
    """A file ready to be sent."""

    content: bytes
    filename: str
    media_type: str

    @property
    def sha256(self) -> str:
        """Of the content: for the last weights of a finished job, as safetensors, the job's ``weights_sha256``."""
        return hashlib.sha256(self.content).hexdigest()


def export_weights(trained: Trained, format: WeightsFormat) -> Export:
    """The file; its bytes depend on spec and data alone, its name says which weights of which job it holds."""
    description = model_description(trained.spec, trained.preprocessing)
    content = weights_bytes(format, trained.widths, trained.parameters, description)
    stem = _UNSAFE.sub("-", trained.name).strip("-")[:60] or trained.job_id
    return Export(content, f"{stem}-{trained.which}.{format}", MEDIA_TYPES[format])
