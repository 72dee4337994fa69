"""The states of a job, the reasons for its end, and which state may follow which."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    STOPPED = "stopped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a job ended."""

    MAX_EPOCHS = "max_epochs"
    TARGET_REACHED = "target_reached"
    GRADIENT_VANISHED = "gradient_vanished"
    PATIENCE_EXHAUSTED = "patience_exhausted"
    TIME_LIMIT = "time_limit"
    DIVERGED = "diverged"
    NO_PROGRESS = "no_progress"
    DATASET_MISSING = "dataset_missing"
    DATASET_UNFIT = "dataset_unfit"
    OUT_OF_MEMORY = "out_of_memory"
    INTERNAL_ERROR = "internal_error"
    CANCELLED_BY_USER = "cancelled_by_user"


FINAL_STATE: dict[Reason, JobState] = {
    Reason.MAX_EPOCHS: JobState.SUCCEEDED,
    Reason.TARGET_REACHED: JobState.SUCCEEDED,
    Reason.GRADIENT_VANISHED: JobState.SUCCEEDED,
    Reason.PATIENCE_EXHAUSTED: JobState.SUCCEEDED,
    Reason.TIME_LIMIT: JobState.STOPPED,
    Reason.DIVERGED: JobState.FAILED,
    Reason.NO_PROGRESS: JobState.FAILED,
    Reason.DATASET_MISSING: JobState.FAILED,
    Reason.DATASET_UNFIT: JobState.FAILED,
    Reason.OUT_OF_MEMORY: JobState.FAILED,
    Reason.INTERNAL_ERROR: JobState.FAILED,
    Reason.CANCELLED_BY_USER: JobState.CANCELLED,
}
"""The state each reason leads to."""

TERMINAL = frozenset({JobState.SUCCEEDED, JobState.STOPPED, JobState.FAILED, JobState.CANCELLED})
"""Nothing follows these."""

SERVED = frozenset({JobState.RUNNING, JobState.PAUSING, JobState.CANCELLING})
"""A gang holds, or held until its lease ran out, a job in one of these."""

TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.PAUSED, JobState.CANCELLED, JobState.FAILED}),
    JobState.RUNNING: frozenset(
        {
            JobState.QUEUED,
            JobState.PAUSING,
            JobState.CANCELLING,
            JobState.SUCCEEDED,
            JobState.STOPPED,
            JobState.FAILED,
        }
    ),
    JobState.PAUSING: frozenset(
        {JobState.PAUSED, JobState.CANCELLING, JobState.SUCCEEDED, JobState.STOPPED, JobState.FAILED}
    ),
    JobState.PAUSED: frozenset({JobState.QUEUED, JobState.CANCELLED}),
    JobState.CANCELLING: frozenset({JobState.CANCELLED, JobState.SUCCEEDED, JobState.STOPPED, JobState.FAILED}),
    **{state: frozenset() for state in TERMINAL},
}
"""Which states may follow each state. A cancel that races the end loses to it: the work is done."""


def may_follow(before: JobState, after: JobState) -> bool:
    """Whether a job in ``before`` may go to ``after``."""
    return after in TRANSITIONS[before]
