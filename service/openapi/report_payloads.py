"""What a job's report says."""

from __future__ import annotations

from typing import Literal

from service.openapi.job_payloads import Job
from service.openapi.payloads import Payload


class ClassReport(Payload):
    """How the rows of one class are told from the others; 0 / 0 counts as 0."""

    label: str
    """The class."""
    precision: float
    """Of the rows taken for it, the share that are of it."""
    recall: float
    """Of its rows, the share that were told."""
    f1: float
    """The harmonic mean of both."""
    rows: int
    """Of it, among the validation rows."""


class Confusion(Payload):
    """How many rows of a class were taken for another."""

    actual: str
    """The class of the rows."""
    predicted: str
    """What they were taken for."""
    rows: int
    """How many."""


class Report(Payload):
    """How the best weights do on the validation rows. ``confusion_matrix`` is actual by predicted, in the order of
    ``classes``, null for more than a hundred; ``confusions`` are the twenty most frequent.
    """

    weights: Literal["best", "last"]
    """Which were asked: the last where no epoch had told which are the best."""
    step: int
    """They are of."""
    rows: int
    """For validation."""
    classes: list[ClassReport]
    """In the order of the matrix."""
    confusion_matrix: list[list[int]] | None
    """Rows by actual and predicted class; null for more than a hundred classes."""
    confusions: list[Confusion]
    """The twenty most frequent."""


class LabelReport(Payload):
    """How the rows that have one of several labels are told from those that have not; ``label`` is the value of the
    target that says so, ``confusion_matrix`` is [[right without it, wrongly given], [missed, right with it]].
    """

    target: str
    """The column."""
    label: str
    """The value of the target that says that a row has the label."""
    precision: float
    """Of the rows said to have it, the share that have it."""
    recall: float
    """Of the rows that have it, the share that were told."""
    f1: float
    """The harmonic mean of both."""
    rows: int
    """That have it, among the validation rows."""
    confusion_matrix: list[list[int]]
    """[[right without it, wrongly given], [missed, right with it]]."""


class LabelsReport(Payload):
    """How the best weights do on the validation rows, each of which may have several labels. ``exact_match`` is the
    share of rows with every label right.
    """

    weights: Literal["best", "last"]
    """Which were asked: the last where no epoch had told which are the best."""
    step: int
    """They are of."""
    rows: int
    """For validation."""
    exact_match: float
    """The share of rows with every label right."""
    labels: list[LabelReport]
    """One a target."""


class JobWithReport(Job):
    """A training run with the report of its end: null before it, for a regression, and without validation rows."""

    report: Report | LabelsReport | None
    """Null before the end, for a regression, and without validation rows."""
