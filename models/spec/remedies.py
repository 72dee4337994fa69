"""Pydantic's kinds of errors in our words: what is wrong with a value, and what to give instead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from models.spec.form import Form, form_at, places_of_fields

_OBJECTS = ("model_type", "model_attributes_type", "dict_type")
_SORTS = {
    **dict.fromkeys(_OBJECTS, "an object"),
    "tuple_type": "a list",
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "an integer",
    "float_type": "a number",
}
"""What should be there, by the error that says that something of another sort is."""
_MOST_NAMED = 20


def is_mismatch(detail: ErrorDetails) -> bool:
    """Whether the value is of another sort than what belongs there."""
    return detail["type"] in _SORTS or detail["type"] == "literal_error"


def message_for(
    details: Sequence[ErrorDetails], model: type[BaseModel], place: Sequence[str], document: Any
) -> tuple[str, str]:
    """What to tell of one place, and its code.

    Args:
        details: all that was found there: of a union, an error for each of its members.
        model: of the document.
        place: the names on the way to it.
        document: the whole.
    """
    detail = next((detail for detail in details if not is_mismatch(detail)), details[0])
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_field(model, place, document), kind
    form = form_at(model, place, document)
    if is_mismatch(detail):
        takes_several = len(details) > 1 or kind in _OBJECTS or kind == "tuple_type"
        return _of_another_sort(detail, form if takes_several else None), kind
    before = {"missing": ", such as", "too_short": "; give"}.get(kind)
    return _told(detail) + (f"{before} {_examples(form)}" if before and form.examples else ""), kind


def _told(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return "this field is required"
        case "finite_number":
            return "must be finite"
        case "too_short":
            return f"should have at least {context['min_length']} item, not {context['actual_length']}"
        case "too_long":
            return f"should have at most {context['max_length']} items, not {context['actual_length']}"
        case "union_tag_invalid":
            return f"there is no {context['tag']!r}; choose one of {context['expected_tags']}"
        case _:
            return detail["msg"].removeprefix("Value error, ").replace("Input should", "should", 1)


def _of_another_sort(detail: ErrorDetails, form: Form | None) -> str:
    value = _shown(detail["input"])
    if form is not None and form.examples:
        return f"{value} does not fit; give {_examples(form)}"
    if detail["type"] == "literal_error":
        return f"there is no {value}; choose {detail['ctx']['expected']}"
    return f"should be {_SORTS[detail['type']]}, not {value}"


def _examples(form: Form) -> str:
    return " or ".join(map(_shown, form.examples))


def _unknown_field(model: type[BaseModel], place: Sequence[str], document: Any) -> str:
    """The field that is meant: of another part, a misspelt one, or one that belongs elsewhere; else what there is."""
    *outer, field = place
    form = form_at(model, outer, document)
    if others := form.other_names_with(field):
        return f"{' and '.join(form.names)} has no {field!r}: leave it out, or choose the name {' or '.join(others)}"
    places = places_of_fields(model)
    if near := get_close_matches(field, form.fields, 1, 0.75):
        return f"there is no such field; do you mean {near[0]!r}?"
    if far := get_close_matches(field, places, 1, 0.85):
        pointers = sorted(places[far[0]])
        if len(pointers) == 1:
            return f"there is no such field here; do you mean '{pointers[0]}/{far[0]}'?"
    known = form.fields
    return f"there is no such field; there are {', '.join(known[:_MOST_NAMED])}{', …' * (len(known) > _MOST_NAMED)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 80 else f"{text[:80]}…"
