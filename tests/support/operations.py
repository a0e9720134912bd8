"""What the tests of operations share: random maps, sizes to draw, a comparison to rounding."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.support import oracles

DTYPES = (np.float32, np.float64)


def random_array(seed: int, shape: tuple[int, ...], dtype: type = np.float64) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def assert_close(got: np.ndarray, want: np.ndarray, dtype: type) -> None:
    assert got.dtype == dtype
    tolerance = 1e-5 if dtype == np.float32 else 1e-11
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


def pairs(least: int, most: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(least, most), st.integers(least, most))


def fits(size: tuple[int, int], kernel: tuple[int, int], padding: Any, dilation: Any) -> bool:
    """Whether a window fits into the padded map along both axes."""
    axes = zip(size, kernel, (1, 1), padding, dilation, strict=True)
    return all(oracles.windows(*axis) for axis in axes)


def one_more(stride: tuple[int, int]) -> tuple[int, int]:
    """A planted bug: the stride off by one along the rows."""
    return stride[0] + 1, stride[1]
