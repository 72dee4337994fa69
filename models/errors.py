"""Every error Chainrule raises on purpose.

ChainruleError
├── ValidationFailed      what was sent cannot be used; lists every fault
├── NotAuthenticated      no valid key
├── NotAllowed            a valid key that may not do this
├── NotFound              nothing of that kind under that name
├── Conflict              the request contradicts the present state
├── TooLarge              a limit on size was passed
├── TooManyAttempts       too many wrong keys from one address
├── BrokerUnavailable     a hint could not be published
├── SettingsInvalid       the environment does not make a usable configuration
├── StorageError
│   ├── ArtifactMissing   a row names an object the store does not hold
│   │   └── DatasetDeleted  somebody deleted the dataset that is needed
│   ├── ArtifactCorrupt   an object's bytes do not match their digest
│   └── StorageFull       no room left
├── CheckpointMissing     a job cannot succeed with weights that no checkpoint holds
├── StateNotFinite        a state with numbers that are none is no checkpoint
└── GangError
    ├── Fenced            a newer generation owns the job; this write was refused
    ├── LeaseLost         this worker could not renew in time and stopped itself
    ├── GangBroken        a member is gone; the generation ends here
    └── ReplayMismatch    a replayed step did not give the stored cost bits
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class ChainruleError(Exception):
    """Something Chainrule can name went wrong."""

    code: ClassVar[str] = "error"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent: where (a JSON pointer), what, and a stable code."""

    pointer: str
    message: str
    code: str = "invalid"


class ValidationFailed(ChainruleError):
    """What was sent cannot be used; every fault is listed."""

    code = "validation_failed"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.pointer or '/'}: {fault.message}" for fault in self.faults))


class NotAuthenticated(ChainruleError):
    """A valid API key is needed."""

    code = "not_authenticated"


class NotAllowed(ChainruleError):
    """The key is valid but may not do this."""

    code = "not_allowed"


class NotFound(ChainruleError):
    """There is nothing of that kind under that name."""

    code = "not_found"

    def __init__(self, kind: str, id: str) -> None:
        self.kind, self.id = kind, id
        super().__init__(f"there is no {kind} {id!r}")


class Conflict(ChainruleError):
    """The request contradicts the present state."""

    code = "conflict"


class TooLarge(ChainruleError):
    """A limit on size was passed."""

    code = "too_large"


class TooManyAttempts(ChainruleError):
    """Too many wrong keys came from one address."""

    code = "too_many_attempts"


class QuotaExceeded(ChainruleError):
    """The owner has as many jobs as they may have."""

    code = "quota_exceeded"


class BrokerUnavailable(ChainruleError):
    """A hint could not be published; the workers' reconciliation publishes it again later."""

    code = "broker_unavailable"


class SettingsInvalid(ChainruleError):
    """The environment does not make a usable configuration; every fault is listed."""

    code = "settings_invalid"

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class StorageError(ChainruleError):
    """The artifact store could not do its work."""

    code = "storage_error"


class ArtifactMissing(StorageError):
    """A row names an object the store does not hold."""

    code = "artifact_missing"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the artifact store holds no object {name!r}")


class DatasetDeleted(ArtifactMissing):
    """The dataset was deleted; what looks at a job's rows again needs it."""

    code = "dataset_deleted"

    def __init__(self, dataset_id: str) -> None:
        super().__init__(dataset_id)
        self.args = (f"the dataset {dataset_id} was deleted; trace, fork and verify need it",)


class ArtifactCorrupt(StorageError):
    """An object's bytes do not match their digest."""

    code = "artifact_corrupt"

    def __init__(self, name: str, expected: str, found: str) -> None:
        self.name, self.expected, self.found = name, expected, found
        super().__init__(f"object {name!r} should have SHA-256 {expected[:12]}…, it has {found[:12]}…")


class StorageFull(StorageError):
    """There is no room left for an object."""

    code = "storage_full"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"no room left to store {name!r}: free some space, the work is retried by itself")


class CheckpointMissing(ChainruleError):
    """A job cannot succeed with weights that no checkpoint holds."""

    code = "checkpoint_missing"

    def __init__(self, job_id: str, step: int) -> None:
        self.job_id, self.step = job_id, step
        super().__init__(f"job {job_id} cannot end at step {step}: no checkpoint holds its weights")


class StateNotFinite(ChainruleError):
    """A state whose parameters are not all finite numbers is no checkpoint."""

    code = "state_not_finite"

    def __init__(self, job_id: str, step: int) -> None:
        self.job_id, self.step = job_id, step
        super().__init__(f"job {job_id}: the parameters of step {step} are not all finite numbers")


class GangError(ChainruleError):
    """The gang cannot go on as it is."""

    code = "gang_error"


class Fenced(GangError):
    """A newer generation owns the job; this write was refused."""

    code = "fenced"

    def __init__(self, job_id: str, fence: int) -> None:
        self.job_id, self.fence = job_id, fence
        super().__init__(f"job {job_id} is no longer served by generation {fence}")


class LeaseLost(GangError):
    """This worker could not renew its lease in time and stopped itself."""

    code = "lease_lost"


class GangBroken(GangError):
    """A member is gone; the generation ends here."""

    code = "gang_broken"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ReplayMismatch(GangError):
    """A replayed step did not give the stored cost bits."""

    code = "replay_mismatch"

    def __init__(self, job_id: str, step: int, stored: object, replayed: object, *, what: str = "cost") -> None:
        self.job_id, self.step, self.stored, self.replayed = job_id, step, stored, replayed
        super().__init__(f"job {job_id}: step {step} {what} {stored!r} when first run and {replayed!r} when replayed")
