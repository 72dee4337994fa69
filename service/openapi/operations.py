"""What each route takes and gives, by the name of its view. What it does is the view's own docstring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from models.spec import JobSpec
from models.states import JobState
from service.jobs.changes import JobChanges
from service.jobs.fork import ForkRequest
from service.keys.views import NewKey
from service.openapi.backprop_payloads import Backprop
from service.openapi.dataset_payloads import Dataset, Preview
from service.openapi.job_payloads import AcceptedJob, Job, Plan
from service.openapi.payloads import IssuedKey, Key, Page, Worker
from service.openapi.receipt_payloads import Receipt
from service.openapi.report_payloads import JobWithReport
from service.openapi.result_payloads import WHICH, Checkpoint, Event, Predictions, Question, Table
from service.openapi.verification_payloads import Verification
from service.predictions.trained import USUAL_WEIGHTS
from service.verifications.request import VerificationRequest

Schema = dict[str, Any]
Parameters = Mapping[str, Schema]


@dataclass(frozen=True, slots=True)
class Operation:
    """The contract of one route.

    Args:
        gives: what a success carries, by status: a model, a media type of something that is not JSON, or None.
        takes: the model of the JSON body, or the schema of a multipart form.
        query: the schema of each parameter.
        headers: the schema of each header it looks at.
    """

    gives: Mapping[int, type[BaseModel] | str | None]
    takes: type[BaseModel] | Schema | None = None
    query: Parameters = field(default_factory=dict)
    headers: Parameters = field(default_factory=dict)


def _integer(least: int, most: int | None = None, *, default: int | None = None) -> Schema:
    bounds = {"minimum": least, "maximum": most, "default": default}
    return {"type": "integer", **{name: value for name, value in bounds.items() if value is not None}}


def _choice(*choices: str, default: str | None = None) -> Schema:
    return {"type": "string", "enum": list(choices)} | ({"default": default} if default else {})


_TEXT: Schema = {"type": "string"}
_LIMIT: Parameters = {"limit": _integer(1, 500, default=50)}
_PAGED: Parameters = {"cursor": _TEXT | {"description": "`next` of the page before"}, **_LIMIT}
_NUMBERED: Parameters = {"cursor": _integer(0) | {"description": "`next` of the page before"}, **_LIMIT}
_JOB: Mapping[int, type[BaseModel]] = {200: Job}

OPERATIONS: Final[Mapping[str, Operation]] = {
    "datasets.upload": Operation(
        {201: Dataset},
        takes={
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}, "name": _TEXT},
            "required": ["file"],
        },
    ),
    "datasets.index": Operation({200: Page[Dataset]}, query=_PAGED),
    "datasets.show": Operation({200: Dataset}),
    "datasets.preview": Operation({200: Preview}, query={"rows": _integer(1, 200, default=20)}),
    "datasets.delete": Operation({204: None}),
    "jobs.submit": Operation(
        {202: AcceptedJob, 200: Plan},
        takes=JobSpec,
        query={"dry_run": _choice("true", "false", "1", "0", default="false")},
        headers={"Idempotency-Key": _TEXT | {"minLength": 1, "maxLength": 200}},
    ),
    "jobs.index": Operation(
        {200: Page[Job]},
        query={
            "state": _TEXT | {"description": f"one or several by commas: {', '.join(JobState)}"},
            "name": _TEXT | {"description": "a part of it"},
            "label": _TEXT | {"description": "key:value"},
            **_PAGED,
        },
    ),
    "jobs.show": Operation({200: JobWithReport}),
    "jobs.receipt": Operation({200: Receipt}),
    "jobs.change": Operation(_JOB, takes=JobChanges),
    "jobs.fork": Operation(
        {202: AcceptedJob, 200: AcceptedJob},
        takes=ForkRequest,
        headers={"Idempotency-Key": _TEXT | {"minLength": 1, "maxLength": 200}},
    ),
    "jobs.cancel": Operation(_JOB),
    "jobs.pause": Operation(_JOB),
    "jobs.resume": Operation(_JOB),
    "history.history": Operation(
        {200: Table},
        query={
            "series": _choice("epoch", "step", default="epoch"),
            "points": _integer(2, 100_000) | {"description": "at most so many rows; spikes are kept"},
            "from_step": _integer(0, default=0),
            "format": _choice("json", "csv", default="json"),
        },
    ),
    "history.events": Operation({200: Page[Event]}, query=_NUMBERED),
    "history.stream": Operation(
        {200: "text/event-stream"},
        headers={"Last-Event-ID": _TEXT | {"description": "the id of the last message seen"}},
    ),
    "predictions.checkpoints": Operation({200: Page[Checkpoint]}, query=_NUMBERED),
    "predictions.weights": Operation(
        {200: "application/octet-stream"},
        query={
            "which": _TEXT | {"default": USUAL_WEIGHTS, "description": WHICH},
            "format": _choice("safetensors", "npz", default="safetensors"),
        },
    ),
    "predictions.backprop": Operation(
        {200: Backprop},
        query={
            "step": _integer(0) | {"description": "of a kept checkpoint; the newest by default"},
            "row": _integer(0, default=0) | {"description": "of the job's dataset, the first is 0"},
            "rows": _integer(1, 1024, default=1),
            "batch": _choice("true", "false", "1", "0", default="false")
            | {"description": "instead of row and rows: the batch of the step that follows the checkpoint"},
            "limit": _integer(1, 1024, default=32) | {"description": "units of a layer, and rows, that are listed"},
            "top": _integer(0, 100)
            | {"description": "weights that are looked at one by one; by default 10, or fewer of a large network"},
        },
    ),
    "predictions.predictions": Operation({200: Predictions}, takes=Question),
    "verifications.create": Operation({202: Verification, 200: Verification}, takes=VerificationRequest),
    "verifications.index": Operation({200: Page[Verification]}),
    "verifications.show": Operation({200: Verification}),
    "workers.index": Operation({200: Page[Worker]}),
    "workers.drain": Operation({200: Worker}),
    "keys.create": Operation({201: IssuedKey}, takes=NewKey),
    "keys.index": Operation({200: Page[Key]}),
    "keys.revoke": Operation({204: None}),
}
