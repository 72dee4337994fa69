"""What every part of the spec has in common: frozen, no unknown fields, no silent conversions, finite numbers."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class SpecPart(BaseModel):
    """A part of the spec. An unknown field is refused: it is nearly always a misspelt known one."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


def named(default: str) -> BeforeValidator:
    """For parts that a name tells apart: who gives none means the default one, and changes its numbers."""

    def name(value: Any) -> Any:
        return {"name": default, **value} if isinstance(value, Mapping) else value

    return BeforeValidator(name)
