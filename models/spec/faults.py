"""From a document to a spec, or to the list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from models.errors import Fault, ValidationFailed
from models.spec.job import JobSpec
from models.spec.remedies import is_mismatch, message_for

Place = tuple[str, ...]


def parse_spec(document: Any) -> JobSpec:
    """Check a JSON document against the spec's own rules; the dataset is not looked at.

    Raises:
        ValidationFailed: with a fault for everything wrong, each at its JSON pointer.
    """
    try:
        return JobSpec.model_validate(document)
    except ValidationError as error:
        raise ValidationFailed(faults_of(error, document, JobSpec)) from None


def faults_of(error: ValidationError, document: Any, model: type[BaseModel]) -> list[Fault]:
    """Pydantic's findings as faults with JSON pointers (RFC 6901) into the document, which was to be a ``model``."""
    found: dict[Place, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        found.setdefault(_place(detail, document), []).append(detail)
    return [
        Fault(_pointer(place), *message_for(details, model, place, document))
        for place, details in found.items()
        if not _is_other_member(place, details, found)
    ]


def _is_other_member(place: Place, details: Sequence[ErrorDetails], found: Mapping[Place, object]) -> bool:
    """Whether this only says what the value could have been either, beside what is wrong inside of it."""
    inside = any(len(other) > len(place) and other[: len(place)] == place for other in found)
    return inside and all(map(is_mismatch, details))


def _pointer(place: Place) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in place)


def _place(detail: ErrorDetails, document: Any) -> Place:
    """Walk the document along the location, leaving out the names pydantic adds for the members of a union."""
    place: list[str] = []
    here, location = document, detail["loc"]
    for position, part in enumerate(location):
        if isinstance(here, dict):
            if part not in here and (position < len(location) - 1 or detail["type"] != "missing"):
                continue
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        elif here is not None or position == len(location) - 1:
            continue
        place.append(str(part))
    return tuple(place)
