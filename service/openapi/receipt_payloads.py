"""What a job's receipt says."""

from __future__ import annotations

from pydantic import ConfigDict

from models.spec import JobSpec
from models.states import JobState, Reason
from service.openapi.job_payloads import ForkedFrom
from service.openapi.payloads import Number, Payload


class UsedDataset(Payload):
    """A table the job was trained or tested on."""

    id: str
    rows: int
    sha256: str


class ServedBy(Payload):
    """A generation: from which step on it served, with which release, Python, NumPy, BLAS and SIMD."""

    model_config = ConfigDict(extra="allow")

    number: int
    start_step: int | None
    members: list[str]
    """Of all who served, not of the founder alone: more than one only with ``mixed_hardware``."""
    digest: str


class CheckpointDigest(Payload):
    """A state that was written; its file may be gone since."""

    step: int
    sha256: str
    kept: bool


class FinalCost(Payload):
    """The last step's cost; ``bits`` are those of the float64, sixteen hexadecimal digits."""

    value: Number
    bits: str


class VerifiedStretch(Payload):
    """A stretch that was run again, and the verdict."""

    from_step: int
    to_step: int
    state: str


class Receipt(Payload):
    """Everything the weights follow from, and the digests of what came out."""

    job: str
    state: JobState
    reason: Reason | None
    spec: JobSpec
    forked_from: ForkedFrom | None
    datasets: list[UsedDataset]
    fingerprint: str | None
    mixed_since_step: int | None
    """From here on workers of different arithmetic served: the bits depend on them. Null: they do not."""
    generations: list[ServedBy]
    checkpoints: list[CheckpointDigest]
    steps: int
    final_cost: FinalCost | None
    weights_sha256: str | None
    verifications: list[VerifiedStretch]
