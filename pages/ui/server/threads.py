"""Limits NumPy to one thread per matrix product; import it before NumPy.

The products here are small, and the frames of many learners run in parallel. A product that is
split over all cores waits for each core; on a busy machine it takes several times as long.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
