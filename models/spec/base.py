"""What every part of the spec has in common: frozen, no unknown fields, no silent conversions, finite numbers."""

from pydantic import BaseModel, ConfigDict


class SpecPart(BaseModel):
    """A part of the spec. An unknown field is refused: it is nearly always a misspelt known one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
