"""The job spec: what a user may ask for, frozen, with every default filled in."""

from models.spec.faults import parse_spec
from models.spec.job import JobSpec
from models.spec.metrics import step_columns
from models.spec.resolve import resolve

__all__ = ["JobSpec", "parse_spec", "resolve", "step_columns"]
