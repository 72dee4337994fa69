"""Record what scikit-learn's MLP learns of the digits: ``python record_scikit_learn.py > scikit_learn.json``.

Run by hand with scikit-learn 1.9.1, in an environment of its own: tests only read the file. The job is in the file, so
that ours is the same: rows, split, network, optimizer, batches, epochs. Random are the first weights and the order of
the rows: ten seeds of them.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

DIGITS = Path(__file__).parents[3] / "chainrule" / "data" / "digits.csv.gz"
SEEDS = 10
JOB = {"hidden": 32, "batch_size": 32, "epochs": 15, "learning_rate": 0.002, "pixel_scale": 16.0, "test_every": 5}
"""Every ``test_every``-th row is for the test; a pixel is divided by ``pixel_scale``."""


def main() -> None:
    """Print the record."""
    with gzip.open(DIGITS, "rt", newline="") as file:
        rows = np.array(list(csv.reader(file))[1:], np.float64)
    x, y = rows[:, :-1] / JOB["pixel_scale"], rows[:, -1].astype(int)
    tested = np.arange(len(y)) % JOB["test_every"] == 0
    runs = [train(x[~tested], y[~tested], x[tested], y[tested], seed) for seed in range(SEEDS)]
    costs, accuracies = zip(*runs, strict=True)
    record = {"scikit_learn": sklearn.__version__, "job": JOB, "train_costs": costs, "test_accuracies": accuracies}
    json.dump(record, sys.stdout, indent=1)
    sys.stdout.write("\n")


def train(x: np.ndarray, y: np.ndarray, test_x: np.ndarray, test_y: np.ndarray, seed: int) -> tuple[float, float]:
    """The mean cost of the last epoch, and the accuracy on the test rows."""
    mlp = MLPClassifier(
        (JOB["hidden"],),
        activation="relu",
        solver="adam",
        alpha=0.0,
        batch_size=JOB["batch_size"],
        learning_rate_init=JOB["learning_rate"],
        max_iter=JOB["epochs"],
        n_iter_no_change=JOB["epochs"],
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are what the job says
        mlp.fit(x, y)
    return float(mlp.loss_), float(mlp.score(test_x, test_y))


if __name__ == "__main__":
    main()
