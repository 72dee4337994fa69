"""scikit-learn's MLPClassifier with as many threads as its linear algebra takes."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.peers.timing import LEARNING_RATE, asked, data, samples_per_second


def main() -> None:
    """Measure."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    shape, seconds = asked()
    x, y = data(shape)
    model = MLPClassifier(
        shape.widths[1:-1],
        alpha=0.0,
        batch_size=shape.batch_size,
        learning_rate_init=LEARNING_RATE,
        shuffle=False,
    )
    classes = np.unique(y)
    print(samples_per_second(shape.rows, seconds, lambda: model.partial_fit(x, y, classes=classes)))


if __name__ == "__main__":
    main()
