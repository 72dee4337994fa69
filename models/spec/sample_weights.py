"""Sample weights of the training rows: some of them must count."""

from __future__ import annotations

from models.errors import Fault
from models.spec.job import JobSpec


def sample_weight_faults(spec: JobSpec, total: float) -> list[Fault]:
    """A fault where the weights of the rows that are left to train on add up to nothing.

    Args:
        spec: that names the column of weights.
        total: the sum of the training rows' weights.
    """
    if spec.sample_weight is None or total > 0.0:
        return []
    message = (
        f"{spec.sample_weight!r} is 0 in every training row: all rows that count are held back for validation; "
        "choose another training.seed or validation.fraction, or weigh more rows"
    )
    return [Fault("/sample_weight", message, "unusable_weight")]
