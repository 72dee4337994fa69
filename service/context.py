"""What a request works with: opened once by the app factory, never looked up in the environment."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g

from models.artifacts import ArtifactStore
from models.database import Database
from models.errors import NotAuthenticated
from models.settings import Settings
from service.hints import HintPublisher

EXTENSION = "chainrule"


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """The parts of one service."""

    settings: Settings
    database: Database
    store: ArtifactStore
    hints: HintPublisher


def context() -> ServiceContext:
    """Those of the app that handles this request."""
    found: ServiceContext = current_app.extensions[EXTENSION]
    return found


def current_owner() -> str:
    """The id of the owner whose key came with this request."""
    owner: str | None = g.get("owner_id")
    if owner is None:
        raise NotAuthenticated("this request came without a key")
    return owner
