"""The routes of ``/keys``."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from pydantic import ValidationError
from sqlalchemy import select

from models.database import utc_now
from models.errors import NotFound, ValidationFailed
from models.records import ApiKey
from models.spec.base import SpecPart
from models.spec.faults import faults_of
from models.spec.job import Name
from service.authentication import issue_key
from service.bodies import json_body
from service.context import context, current_owner

blueprint = Blueprint("keys", __name__)


class NewKey(SpecPart):
    """What a key is made from."""

    name: Name
    """For people."""


@blueprint.post("/keys")
def create() -> tuple[dict[str, Any], int]:
    """A new key. This answer alone shows its secret."""
    name = _name(json_body())
    with context().database.write() as session:
        key, secret = issue_key(session, current_owner(), "api", name)
        return {**_payload(key), "key": secret}, 201


@blueprint.get("/keys")
def index() -> dict[str, Any]:
    """The owner's keys that are valid, without their secrets."""
    statement = select(ApiKey).where(
        ApiKey.owner_id == current_owner(), ApiKey.kind == "api", ApiKey.revoked_at.is_(None)
    )
    with context().database.read() as session:
        return {"items": [_payload(key) for key in session.scalars(statement.order_by(ApiKey.id))], "next": None}


@blueprint.delete("/keys/<key_id>")
def revoke(key_id: str) -> tuple[str, int]:
    """Make a key worthless, at once."""
    with context().database.write() as session:
        key = session.get(ApiKey, key_id)
        if key is None or key.owner_id != current_owner() or key.kind != "api":
            raise NotFound("key", key_id)
        key.revoked_at = key.revoked_at or utc_now()
    return "", 204


def _payload(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "created_at": key.created_at.isoformat(),
        "last_used_at": key.last_used_at.isoformat() if key.last_used_at else None,
    }


def _name(document: Any) -> str:
    try:
        return NewKey.model_validate(document).name
    except ValidationError as error:
        raise ValidationFailed(faults_of(error, document, NewKey)) from None
