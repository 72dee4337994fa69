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
    """Of the dataset."""
    rows: int
    """In it."""
    sha256: str
    """Of the converted table."""


class ServedBy(Payload):
    """A generation: from which step on it served, with which release, Python, NumPy, BLAS and SIMD."""

    model_config = ConfigDict(extra="allow")

    number: int
    """Of the generation, from 1."""
    start_step: int | None
    """Null where it ended before its first step."""
    members: list[str]
    """The fingerprints of all who served, not of the founder alone: more than one only with ``mixed_hardware``."""
    digest: str
    """Of the founder's fingerprint."""


class CheckpointDigest(Payload):
    """A state that was written; its file may be gone since."""

    step: int
    """Steps done when it was kept."""
    sha256: str
    """Of its file."""
    kept: bool
    """Whether the file is still there."""


class FinalCost(Payload):
    """The last step's cost; ``bits`` are those of the float64, sixteen hexadecimal digits."""

    value: Number
    """Null where it is not finite."""
    bits: str
    """Of the float64, sixteen hexadecimal digits."""


class VerifiedStretch(Payload):
    """A stretch that was run again, and the verdict."""

    from_step: int
    """The kept state it began with."""
    to_step: int
    """One past its last step."""
    state: str
    """As a verification has it."""


class Receipt(Payload):
    """Everything the weights follow from, and the digests of what came out."""

    job: str
    """Its id."""
    state: JobState
    """Where it is in its life."""
    reason: Reason | None
    """Why it ended; null before."""
    spec: JobSpec
    """Every default filled in."""
    forked_from: ForkedFrom | None
    """Null for a job that began at its own step 0."""
    datasets: list[UsedDataset]
    """The one to train on, then the one to validate on."""
    fingerprint: str | None
    """Of the arithmetic of those who began the job; null before."""
    mixed_since_step: int | None
    """From here on workers of different arithmetic served: the bits depend on them. Null: they do not."""
    generations: list[ServedBy]
    """Every gang that served."""
    checkpoints: list[CheckpointDigest]
    """Every one ever written, by step."""
    steps: int
    """Steps done."""
    final_cost: FinalCost | None
    """The last step's; null before the first."""
    weights_sha256: str | None
    """Of the safetensors file of the last weights (``which=last``); null before the end."""
    verifications: list[VerifiedStretch]
    """What was run again since."""
