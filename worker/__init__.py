"""The muscle: Celery workers that form gangs and train.

One BLAS thread a worker, said before NumPy is loaded: how a product is split over threads changes its bits.
"""

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"
