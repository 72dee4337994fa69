"""The routes of the description. It is the same for everybody and holds no data: no key is needed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Blueprint, Flask, current_app, render_template

from models.release import release
from service.authentication import public
from service.openapi.document import openapi_document

blueprint = Blueprint("openapi", __name__, template_folder="templates")


@blueprint.get("/api/v1/openapi.json")
@public
def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    return _document()


@blueprint.get("/api/docs")
@public
def page() -> str:
    """The same for people."""
    return render_template("api_docs.html", document=_document())


@lru_cache(maxsize=1)
def _made(app: Flask) -> dict[str, Any]:
    """Once an app: its routes do not change after the first request."""
    return openapi_document(app, release())


def _document() -> dict[str, Any]:
    return _made(current_app._get_current_object())  # type: ignore[attr-defined]  # the app itself, not its proxy
