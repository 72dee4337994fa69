"""The trained network of a job: the parameters of one of its checkpoints, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.artifacts import ArtifactStore
from models.checkpoint_file import DtypeName, read_checkpoint, split_vector
from models.database import Database
from models.errors import ArtifactMissing, Fault, NotFound, ValidationFailed
from models.records import Checkpoint
from service.jobs.lookup import get_job
from service.predictions.checkpoints import kept_steps, newest_checkpoint

_TRIES = 3
"""A running job may throw a checkpoint away between the look at its row and the look at its file."""

USUAL_WEIGHTS = "best"
"""Which weights are meant where nothing is said: those that command line, client and dashboard ask for too."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which weights are wanted: the ``best`` so far, which are the last where there are none, the ``last``, or those of
    a kept step.
    """

    name: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """Parameters (flat, mapped from the file) with the job they belong to."""

    job_id: str
    name: str
    spec: Mapping[str, Any]
    preprocessing: Mapping[str, Any]
    step: int
    """Of the checkpoint; the best weights are as old as that or older."""
    which: str
    """What the parameters are: ``best``, ``last`` or the step."""
    widths: tuple[int, ...]
    dtype: DtypeName
    parameters: NDArray[Any]
    slots: tuple[NDArray[Any], ...]
    """The optimizer's, flat and mapped too."""
    progress: Mapping[str, Any]
    """The run's counters, as its checkpoint has them."""
    dataset_id: str
    steps_total: int


def parse_which(value: object, pointer: str) -> Which:
    """``best``, ``last`` or a step, as a number or its digits.

    Raises:
        ValidationFailed: it is none of these.
    """
    if isinstance(value, str) and value in ("best", "last"):
        return Which(value)
    text = str(value)
    if isinstance(value, (int, str)) and text.isascii() and text.isdigit() and len(text) < 19:
        return Which(text, int(text))
    raise ValidationFailed([Fault(pointer, f"{value!r} is neither best, last nor the number of a step", "which")])


def load_trained(database: Database, store: ArtifactStore, owner_id: str, job_id: str, which: Which) -> Trained:
    """Read the checkpoint, its digest verified.

    Until an epoch has told which weights are the best they are the last.

    Raises:
        NotFound: no such job, or nothing of it is kept at that step.
        ArtifactCorrupt: the file is not what was written.
    """
    for attempt in range(_TRIES):
        with database.read() as session:
            job = get_job(session, owner_id, job_id)
            checkpoint = _find(session, job_id, which)
            preprocessing = job.preprocessing or {}
        try:
            path = store.verify(checkpoint.artifact, checkpoint.sha256)
            state, vector = read_checkpoint(path)
        except ArtifactMissing:
            if attempt + 1 == _TRIES:
                raise
            continue
        parts = split_vector(state, vector)
        name = "last" if which.name == "best" and not state.knows_best else which.name
        return Trained(
            job_id=job.id,
            name=job.name,
            spec=job.spec,
            preprocessing=preprocessing,
            step=state.step,
            which=name,
            widths=state.widths,
            dtype=state.dtype,
            parameters=parts["best" if name == "best" else "parameters"],
            slots=tuple(parts[f"slots.{name}"] for name in state.slots),
            progress=state.progress,
            dataset_id=job.dataset_id,
            steps_total=job.steps_total,
        )
    raise AssertionError("the last try returns or raises")


def _find(session: Session, job_id: str, which: Which) -> Checkpoint:
    if which.step is None:
        found = newest_checkpoint(session, job_id)
        what = "checkpoint yet of job"
        if found is None:
            raise NotFound(what, job_id)
        return found
    found = session.get(Checkpoint, (job_id, which.step))
    if found is None:
        kept = ", ".join(map(str, kept_steps(session, job_id))) or "none yet"
        raise NotFound(f"checkpoint (kept steps: {kept}) of step", which.name)
    return found
