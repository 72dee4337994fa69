"""The report at the end: how the kept weights do on the validation rows, class by class or label by label."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.tabular.classes import label_text
from worker.backprop import ShardPass
from worker.backprop.metrics import classification_report, label_report, metrics_of
from worker.gang.segment import Segment
from worker.training.run import Run

MOST_MATRIX_CLASSES = 100
"""A larger confusion matrix is not kept whole, only its largest confusions: its cells grow with the square."""
_MOST_CONFUSIONS = 20


def final_report(run: Run, segment: Segment, step: int) -> dict[str, Any] | None:
    """Of the best weights, or of the last ones where no epoch has told yet which are the best.

    The rows pass in the same blocks as in the test after every epoch: the same bits, whoever leads.

    Args:
        run: what was trained.
        segment: holds its weights.
        step: steps done.

    Returns:
        ``weights`` (best or last), ``step`` they are of, ``rows``, and what ``_of_classes`` says, or ``_of_labels``
        where a row may have several. None for a regression or without validation rows.
    """
    if run.spec.task != "classification" or not run.data.validation_rows:
        return None
    best = run.progress.best
    outputs = _outputs(run, segment.parameters if best is None else segment.best)
    if not np.isfinite(outputs).all():
        return None
    return {
        "weights": "last" if best is None else "best",
        "step": step if best is None else best["step"],
        "rows": run.data.validation_rows,
        **(_of_labels(run, outputs) if run.spec.several_labels else _of_classes(run, outputs)),
    }


def _of_classes(run: Run, outputs: np.ndarray) -> dict[str, Any]:
    """``classes``, each with label, precision, recall, f1 and rows; ``confusion_matrix``, actual by predicted, null for
    many classes; ``confusions``, the most frequent ones.
    """
    found = classification_report(outputs, run.data.validation_y)
    labels = [label_text(label) for label in run.blueprint.labels]
    matrix = found["confusion_matrix"]
    return {
        "classes": [{"label": labels[each.pop("class")], **each} for each in found["classes"]],
        "confusion_matrix": matrix.tolist() if len(labels) <= MOST_MATRIX_CLASSES else None,
        "confusions": _confusions(matrix, labels),
    }


def _of_labels(run: Run, outputs: np.ndarray) -> dict[str, Any]:
    """``exact_match``, the share of rows with every label right; ``labels``, each with target, label (the value of the
    target that it is about), precision, recall, f1, rows and its own confusion matrix.
    """
    y = run.data.validation_y
    texts = [label_text(label) for label in run.blueprint.labels]
    return {
        "exact_match": metrics_of(run.network, outputs, y)["exact_match"],
        "labels": [
            {"target": name, "label": text, **each}
            for name, text, each in zip(run.spec.targets, texts, label_report(outputs, y), strict=True)
        ],
    }


def _outputs(run: Run, parameters: np.ndarray) -> np.ndarray:
    buffers = run.evaluator.buffers
    forward = ShardPass(run.network, parameters, None, buffers.max_rows, buffers=buffers)
    outputs = np.empty((run.data.validation_rows, run.network.outputs), run.network.numpy_dtype)
    with np.errstate(all="ignore"):
        for start in range(0, len(outputs), buffers.max_rows):
            block = slice(start, start + buffers.max_rows)
            forward.outputs(run.data.validation_x[block], out=outputs[block])
    return outputs


def _confusions(matrix: np.ndarray, labels: list[str]) -> list[dict[str, Any]]:
    """The classes taken for another most often, the most frequent first; equal ones by their place."""
    actual, predicted = np.nonzero(matrix)
    wrong = actual != predicted
    actual, predicted = actual[wrong], predicted[wrong]
    rows = matrix[actual, predicted]
    return [
        {"actual": labels[actual[place]], "predicted": labels[predicted[place]], "rows": int(rows[place])}
        for place in np.argsort(-rows, kind="stable")[:_MOST_CONFUSIONS]
    ]
