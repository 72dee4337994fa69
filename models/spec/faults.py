"""From a document to a spec, or to the list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from models.errors import Fault, ValidationFailed
from models.spec.job import JobSpec

_REMEDIES = {
    "extra_forbidden": "there is no such field; look for a misspelling",
    "missing": "this field is required",
}


def parse_spec(document: Any) -> JobSpec:
    """Check a JSON document against the spec's own rules; the dataset is not looked at.

    Raises:
        ValidationFailed: with a fault for everything wrong, each at its JSON pointer.
    """
    try:
        return JobSpec.model_validate(document)
    except ValidationError as error:
        raise ValidationFailed(faults_of(error, document)) from None


def faults_of(error: ValidationError, document: Any) -> list[Fault]:
    """Pydantic's findings as faults with JSON pointers (RFC 6901) into the document."""
    faults: dict[str, Fault] = {}
    for detail in error.errors(include_url=False, include_context=False):
        fault = Fault(_pointer(detail, document), _message(detail), detail["type"])
        faults.setdefault(fault.pointer, fault)  # one a place: a union reports each of its members
    return [fault for fault in faults.values() if not _is_other_member(fault, faults)]


def _is_other_member(fault: Fault, faults: Collection[str]) -> bool:
    """Whether this only says that the value is not the word it could have been either, beside what is wrong in it."""
    return fault.code == "literal_error" and any(pointer.startswith(f"{fault.pointer}/") for pointer in faults)


def _message(detail: ErrorDetails) -> str:
    return _REMEDIES.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")


def _pointer(detail: ErrorDetails, document: Any) -> str:
    """Walk the document along the location, leaving out the names pydantic adds for the members of a union."""
    pointer, here, location = "", document, detail["loc"]
    for position, part in enumerate(location):
        if isinstance(here, dict):
            if part not in here and (position < len(location) - 1 or detail["type"] != "missing"):
                continue
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        elif here is not None or position == len(location) - 1:
            continue
        pointer += "/" + str(part).replace("~", "~0").replace("/", "~1")
    return pointer
