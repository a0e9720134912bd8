"""What the tests of heads and of their training share."""

import re

import numpy as np
import pytest


def random_maps(count, channels=3, rows=7, cols=10, dtype=np.float64, seed=0):
    """Draw maps (count, channels, rows, cols) of normal numbers."""
    return np.random.default_rng(seed).standard_normal((count, channels, rows, cols)).astype(dtype)


def rejects(error, message):
    """Assert that the error says just this message."""
    return pytest.raises(error, match="^" + re.escape(message) + "$")
