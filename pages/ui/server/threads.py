"""One thread for each matrix product: imported by the app before NumPy is loaded.

The products here are small and many learners' frames run side by side. A product that is split over
all cores waits for each of them, and on a busy machine that takes several times as long.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
