"""The routes of ``/datasets``."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.datastructures import FileStorage

from models.errors import Fault, ValidationFailed
from service.context import context, current_owner
from service.datasets.catalogue import delete_dataset, get_dataset, list_datasets
from service.datasets.payload import dataset_payload
from service.datasets.preview import preview_rows
from service.datasets.upload import store_upload
from service.query import Query

blueprint = Blueprint("datasets", __name__)

MOST_PREVIEW_ROWS = 200
MOST_NAME_CHARACTERS = 200


@blueprint.post("/datasets")
def upload() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Take a CSV file as the field ``file`` of a multipart form; ``name`` may name it."""
    file = request.files.get("file")
    if file is None:
        raise ValidationFailed([Fault("/file", 'send the CSV as the field "file" of a multipart form', "missing")])
    dataset = store_upload(context(), current_owner(), _name(file), file.stream)
    return dataset_payload(dataset), 201, {"Location": f"/api/v1/datasets/{dataset.id}"}


@blueprint.get("/datasets")
def index() -> dict[str, Any]:
    """A page of the owner's datasets, the newest first."""
    query = Query(request.args)
    limit, cursor = query.limit(), query.text("cursor")
    query.check()
    with context().database.read() as session:
        page, following = list_datasets(session, current_owner(), limit=limit, cursor=cursor)
        return {"items": [dataset_payload(dataset) for dataset in page], "next": following}


@blueprint.get("/datasets/<dataset_id>")
def show(dataset_id: str) -> dict[str, Any]:
    """One dataset, with what its columns hold."""
    with context().database.read() as session:
        return dataset_payload(get_dataset(session, current_owner(), dataset_id))


@blueprint.get("/datasets/<dataset_id>/preview")
def preview(dataset_id: str) -> dict[str, Any]:
    """Its first rows, as they were in the file."""
    query = Query(request.args)
    rows = query.integer("rows", least=1, most=MOST_PREVIEW_ROWS) or 20
    query.check()
    with context().database.read() as session:
        dataset = get_dataset(session, current_owner(), dataset_id)
    return {"columns": [column["name"] for column in dataset.columns], "rows": preview_rows(context(), dataset, rows)}


@blueprint.delete("/datasets/<dataset_id>")
def delete(dataset_id: str) -> tuple[str, int]:
    """Remove it, unless a job still needs it."""
    delete_dataset(context(), current_owner(), dataset_id)
    return "", 204


def _name(file: FileStorage) -> str:
    """What the form says, or the file's name; a name is shown to people, nothing is ever opened by it."""
    wanted = request.form.get("name") or file.filename or ""
    return "".join(filter(str.isprintable, wanted)).strip()[:MOST_NAME_CHARACTERS] or "dataset"
