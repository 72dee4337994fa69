"""What a job's report says."""

from __future__ import annotations

from typing import Literal

from service.openapi.job_payloads import Job
from service.openapi.payloads import Payload


class ClassReport(Payload):
    """How the rows of one class are told from the others; 0 / 0 counts as 0."""

    label: str
    precision: float
    recall: float
    f1: float
    rows: int


class Confusion(Payload):
    """How many rows of a class were taken for another."""

    actual: str
    predicted: str
    rows: int


class Report(Payload):
    """How the best weights do on the validation rows. ``confusion_matrix`` is actual by predicted, in the order of
    ``classes``, null for more than a hundred; ``confusions`` are the twenty most frequent.
    """

    weights: Literal["best", "last"]
    step: int
    rows: int
    classes: list[ClassReport]
    confusion_matrix: list[list[int]] | None
    confusions: list[Confusion]


class LabelReport(Payload):
    """How the rows that have one of several labels are told from those that have not; ``label`` is the value of the
    target that says so, ``confusion_matrix`` is [[right without it, wrongly given], [missed, right with it]].
    """

    target: str
    label: str
    precision: float
    recall: float
    f1: float
    rows: int
    confusion_matrix: list[list[int]]


class LabelsReport(Payload):
    """How the best weights do on the validation rows, each of which may have several labels. ``exact_match`` is the
    share of rows with every label right.
    """

    weights: Literal["best", "last"]
    step: int
    rows: int
    exact_match: float
    labels: list[LabelReport]


class JobWithReport(Job):
    """A training run with the report of its end: null before it, for a regression, and without validation rows."""

    report: Report | LabelsReport | None
