"""A job's receipt: everything its weights follow from, and the digests that show that they did."""

from __future__ import annotations

import math
import struct
from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.records import Checkpoint, CostChunk, Dataset, Event, Generation, Job, Member, Verification, Worker


def receipt_of(session: Session, job: Job) -> dict[str, Any]:
    """The resolved spec, the data's digest, the programs and the arithmetic, and what came out.

    ``final_cost`` is the last step's, its float64 as sixteen hexadecimal digits beside it: bits, not a rounding.
    """
    datasets = [job.spec["dataset"], (job.spec.get("validation") or {}).get("dataset")]
    step, cost = _final_cost(session, job.id)
    return {
        "job": job.id,
        "state": job.state,
        "reason": job.reason,
        "spec": job.spec,
        "forked_from": {"job": job.forked_from_job, "step": job.forked_from_step} if job.forked_from_job else None,
        "datasets": [_dataset(session.get_one(Dataset, id)) for id in datasets if id],
        "fingerprint": job.fingerprint,
        "mixed_since_step": job.mixed_since_step,
        "generations": _generations(session, job.id),
        "checkpoints": _checkpoints(session, job.id),
        "steps": step,
        "final_cost": cost,
        "weights_sha256": job.weights_sha256,
        "verifications": [
            {"from_step": row.from_step, "to_step": row.to_step, "state": row.state}
            for row in _of_job(session, Verification, job.id, Verification.id)
        ],
    }


def _of_job(session: Session, kind: Any, job_id: str, order: Any) -> list[Any]:
    return list(session.scalars(select(kind).where(kind.job_id == job_id).order_by(order)))


def _dataset(dataset: Dataset) -> dict[str, Any]:
    return {"id": dataset.id, "rows": dataset.rows, "sha256": dataset.sha256}


def _generations(session: Session, job_id: str) -> list[dict[str, Any]]:
    """Who served from which step on, and with what: the founder's programs, and the fingerprints of all members."""
    statement = (
        select(Member.generation, Worker.fingerprint)
        .join(Worker, Worker.id == Member.worker_id)
        .where(Member.job_id == job_id, Member.rank.is_not(None))
        .distinct()
    )
    members = defaultdict(set)
    for number, fingerprint in session.execute(statement):
        members[number].add(fingerprint)
    return [
        {
            "number": row.number,
            "start_step": row.start_step,
            "members": sorted(members[row.number]),
            **row.fingerprint,
        }
        for row in _of_job(session, Generation, job_id, Generation.number)
    ]


def _checkpoints(session: Session, job_id: str) -> list[dict[str, Any]]:
    """All that were ever written: retention removes files, and leaves their digests in the events."""
    written = select(Event.details).where(Event.job_id == job_id, Event.kind == "checkpoint").order_by(Event.id)
    digests = {details["step"]: details["sha256"] for details in session.scalars(written)}
    kept = {row.step: row.sha256 for row in _of_job(session, Checkpoint, job_id, Checkpoint.step)}
    return [{"step": step, "sha256": sha256, "kept": step in kept} for step, sha256 in sorted((digests | kept).items())]


def _final_cost(session: Session, job_id: str) -> tuple[int, dict[str, Any] | None]:
    statement = select(CostChunk).where(CostChunk.job_id == job_id).order_by(CostChunk.first_step.desc()).limit(1)
    chunk = session.scalars(statement).first()
    if chunk is None:
        return 0, None
    row_bytes = len(chunk.series) // (chunk.last_step - chunk.first_step)
    bits = chunk.series[-row_bytes:][:8]
    (cost,) = struct.unpack("<d", bits)
    return chunk.last_step, {"value": cost if math.isfinite(cost) else None, "bits": bits[::-1].hex()}
