"""What the tests of heads and of their training share."""

import re
import time
from collections.abc import Callable

import numpy as np
import pytest

from pages.ui.training.training_queue import TRAINING_QUEUE


def random_maps(count, channels=3, rows=7, cols=10, dtype=np.float64, seed=0):
    """Draw maps (count, channels, rows, cols) of normal numbers."""
    return np.random.default_rng(seed).standard_normal((count, channels, rows, cols)).astype(dtype)


def rejects(error, message):
    """Assert that the error says just this message."""
    return pytest.raises(error, match="^" + re.escape(message) + "$")


def until_nobody_trains() -> None:
    """Wait for trainings that other tests have begun: a page starts none beside them."""
    until(lambda: not TRAINING_QUEUE.has_others("no settings"), seconds=90)


def until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something is so, which another thread brings about."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"it was not so within {seconds} s"
        time.sleep(0.002)
