"""Beginning from the weights of an earlier job: found, held against the new network, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.artifacts import ArtifactStore
from models.checkpoint_file import read_checkpoint
from models.errors import Conflict, Fault, NotFound, ValidationFailed
from models.records import Checkpoint
from models.spec import JobSpec
from service.jobs.lookup import get_job

POINTER = "/warm_start"


def resolve_warm_start(
    session: Session, owner_id: str, spec: JobSpec, widths: Sequence[int], store: ArtifactStore
) -> JobSpec:
    """The spec with the step of the checkpoint it begins from, and of its best weights only if it knows any.

    Args:
        session: to look the job up.
        owner_id: whose job it must be.
        spec: resolved but for this.
        widths: of the new network: inputs, units of each layer, outputs.
        store: holds the checkpoint.

    Raises:
        ValidationFailed: there is no such job or checkpoint, or its layers have other shapes, each named.
    """
    if spec.warm_start is None:
        return spec
    checkpoint = _find_checkpoint(session, owner_id, spec.warm_start.job, spec.warm_start.step)
    state, _ = read_checkpoint(store.local_path(checkpoint.artifact))
    faults = _shape_faults(state.widths, widths)
    if faults:
        raise ValidationFailed(faults)
    found = {"step": checkpoint.step, "best": spec.warm_start.best and state.knows_best}
    return spec.model_copy(update={"warm_start": spec.warm_start.model_copy(update=found)})


def keep_warm_start(session: Session, spec: JobSpec) -> None:
    """See to it that the checkpoint is not thrown away before, or after, a worker has read it.

    Raises:
        Conflict: it has just been thrown away.
    """
    if spec.warm_start is None:
        return
    here = (Checkpoint.job_id == spec.warm_start.job, Checkpoint.step == spec.warm_start.step)
    session.execute(update(Checkpoint).where(*here).values(pinned=True))
    if session.scalar(select(Checkpoint.step).where(*here)) is None:
        raise Conflict(f"the checkpoint of step {spec.warm_start.step} was thrown away at this moment: try again")


def _find_checkpoint(session: Session, owner_id: str, job_id: str, step: int | None) -> Checkpoint:
    try:
        get_job(session, owner_id, job_id)
    except NotFound as error:
        raise ValidationFailed([Fault(f"{POINTER}/job", str(error), "unknown_job")]) from None
    kept = session.scalars(select(Checkpoint).where(Checkpoint.job_id == job_id).order_by(Checkpoint.step)).all()
    found = [checkpoint for checkpoint in kept if step is None or checkpoint.step == step]
    if not found:
        steps = ", ".join(str(checkpoint.step) for checkpoint in kept) or "none yet"
        raise ValidationFailed(
            [Fault(f"{POINTER}/step", f"no such checkpoint is kept; there are: {steps}", "unknown_step")]
        )
    return found[-1]


def _shape_faults(there: Sequence[int], here: Sequence[int]) -> list[Fault]:
    if len(there) != len(here):
        message = (
            f"its network has {len(there) - 1} layers, {_shapes(there)}, this one {len(here) - 1}, {_shapes(here)}: "
            f"give {', '.join(map(str, there[1:-1])) or 'no'} units in network.hidden"
        )
        return [Fault(POINTER, message, "other_shape")]
    return [
        Fault(POINTER, f"layer {index} has shape {old} there and {new} here", "other_shape")
        for index, (old, new) in enumerate(zip(pairwise(there), pairwise(here), strict=True))
        if old != new
    ]


def _shapes(widths: Sequence[int]) -> str:
    return " ".join(map(str, pairwise(widths)))
