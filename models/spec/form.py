"""What may stand at a place of a document, by the JSON schema of its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """A place: what it may hold, and how that looks."""

    members: tuple[Schema, ...]
    """The schemas that may hold here; of parts that a name tells apart, the one that the document names."""
    others: tuple[Schema, ...]
    """The parts of other names."""
    examples: tuple[Any, ...]

    @property
    def fields(self) -> list[str]:
        """The names of the fields that an object here may have."""
        return list(dict.fromkeys(name for member in self.members for name in member.get("properties", ())))

    @property
    def names(self) -> list[str]:
        """What the part that is meant is called."""
        return [name for member in self.members for name in _names(member)]

    def other_names_with(self, field: str) -> list[str]:
        """The names of the other parts that have the field."""
        return [name for member in self.others if field in member["properties"] for name in _names(member)]


def form_at(model: type[BaseModel], place: Sequence[str], document: Any) -> Form:
    """The form of what is at a place of a document of the model; an empty one where nothing may be."""
    root = _schema(model)
    members, others = _meant(root, [root], document)
    examples: list[Any] = []
    for part in place:
        document = _inside(document, part)
        found = [inner for member in members for inner in _parts(member, part)]
        own = [example for schema in found for example in schema.get("examples", ())]
        examples = own or [inside for inside in (_inside(example, part) for example in examples) if inside is not None]
        members, others = _meant(root, found, document)
    return Form(tuple(members), tuple(others), tuple(examples))


@cache
def places_of_fields(model: type[BaseModel]) -> Mapping[str, frozenset[str]]:
    """Under the name of each field, the JSON pointers of the objects that have it."""
    found: dict[str, set[str]] = {}
    root = _schema(model)
    waiting: list[tuple[str, Schema]] = [("", member) for member in _expand(root, root)]
    while waiting:
        pointer, schema = waiting.pop()
        for name, inner in schema.get("properties", {}).items():
            found.setdefault(name, set()).add(pointer)
            waiting += [(f"{pointer}/{name}", member) for member in _expand(root, inner)]
    return {name: frozenset(pointers) for name, pointers in found.items()}


@cache
def _schema(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


def _meant(root: Schema, schemas: Sequence[Schema], document: Any) -> tuple[list[Schema], list[Schema]]:
    """The members of unions that the document's own constants pick, and the others."""
    members = [member for schema in schemas for member in _expand(root, schema)]
    if not isinstance(document, Mapping):
        return members, []
    meant = [member for member in members if _is_named_so(member, document)]
    return meant, [member for member in members if member not in meant]


def _expand(root: Schema, schema: Schema) -> Iterator[Schema]:
    if "$ref" in schema:
        yield from _expand(root, root["$defs"][schema["$ref"].rpartition("/")[2]])
    elif "anyOf" in schema or "oneOf" in schema:
        for member in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            yield from _expand(root, member)
    else:
        yield schema


def _is_named_so(member: Schema, document: Mapping[str, Any]) -> bool:
    return all(
        document.get(name, inner.get("default")) == inner["const"]
        for name, inner in member.get("properties", {}).items()
        if "const" in inner
    )


def _names(member: Schema) -> list[str]:
    return [str(inner["const"]) for inner in member.get("properties", {}).values() if "const" in inner]


def _parts(schema: Schema, part: str) -> Iterator[Schema]:
    if part in schema.get("properties", {}):
        yield schema["properties"][part]
    elif isinstance(schema.get("additionalProperties"), Mapping):
        yield schema["additionalProperties"]
    if part.isdigit() and isinstance(schema.get("items"), Mapping):
        yield schema["items"]


def _inside(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, list) and value and part.isdigit():
        return value[min(int(part), len(value) - 1)]
    return None
