"""The OpenAPI 3.1 document, made from the routes there are and the operations they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from inspect import getdoc
from typing import Any

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from service.openapi.operations import OPERATIONS, Operation, Schema
from service.openapi.payloads import Problem

_API = "/api/v1"
_REF = "#/components/schemas/{model}"
_METHODS = ("GET", "POST", "PATCH", "DELETE")


def openapi_document(app: Flask, version: str) -> Schema:
    """Every described route below ``/api/v1``."""
    references, schemas = _schemas()
    paths: dict[str, Schema] = {}
    for rule, operation in described_rules(app):
        path = re.sub(r"<([^>]+)>", r"{\1}", rule.rule).removeprefix(_API)
        for method in _METHODS:
            if method in (rule.methods or ()):
                paths.setdefault(path, {})[method.lower()] = _operation(app, rule, operation, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Chainrule",
            "version": version,
            "description": "Distributed training: the bits of the trained weights depend on the job alone.",
        },
        "servers": [{"url": _API}],
        "security": [{"key": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def described_rules(app: Flask) -> Iterator[tuple[Rule, Operation]]:
    """The routes that have an operation, as they were registered."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPERATIONS:
            yield rule, OPERATIONS[rule.endpoint]


def _schemas() -> tuple[dict[type[BaseModel], Schema], dict[str, Schema]]:
    """How each model is referred to, and what it is."""
    models: dict[type[BaseModel], None] = {Problem: None}
    for operation in OPERATIONS.values():
        for part in (operation.takes, *operation.gives.values()):
            if isinstance(part, type):
                models[part] = None
    found, definitions = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    return {model: found[model, "validation"] for model in models}, definitions["$defs"]


def _operation(app: Flask, rule: Rule, operation: Operation, references: dict[type[BaseModel], Schema]) -> Schema:
    tag, _, _name = rule.endpoint.partition(".")
    described: Schema = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": " ".join((getdoc(app.view_functions[rule.endpoint]) or "").split("\n\n")[0].split()),
        "tags": [tag],
        "parameters": _parameters(rule, operation),
        "responses": {
            **{str(status): _answer(status, part, references) for status, part in operation.gives.items()},
            "default": {
                "description": "What went wrong",
                "content": {"application/problem+json": {"schema": references[Problem]}},
            },
        },
    }
    if isinstance(operation.takes, type):
        schema, media_type = references[operation.takes], "application/json"
    elif operation.takes is not None:
        schema, media_type = operation.takes, "multipart/form-data"
    else:
        return described
    return described | {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


def _parameters(rule: Rule, operation: Operation) -> list[Schema]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in sorted(rule.arguments)
    ]
    other = [
        _parameter(name, place, schema)
        for place, group in (("query", operation.query), ("header", operation.headers))
        for name, schema in group.items()
    ]
    return path + other


def _parameter(name: str, place: str, schema: Schema) -> Schema:
    described = {"name": name, "in": place, "schema": {key: schema[key] for key in schema if key != "description"}}
    return described | ({"description": schema["description"]} if "description" in schema else {})


def _answer(status: int, part: Any, references: dict[type[BaseModel], Schema]) -> Schema:
    described: Schema = {"description": HTTPStatus(status).phrase}
    if isinstance(part, str):
        described["content"] = {part: {"schema": {"type": "string"}}}
    elif part is not None:
        described["content"] = {"application/json": {"schema": references[part]}}
    return described
