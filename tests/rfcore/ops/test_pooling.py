"""Pooling: equal to naive loops and to SciPy."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal, special

from rfcore import ShapeError, ops
from tests.support import oracles
from tests.support.operations import DTYPES, assert_close, fits, one_more, pairs, random_array


@settings(max_examples=150, deadline=None)
@given(
    size=pairs(1, 9),
    kernel_size=pairs(1, 4),
    stride=st.none() | pairs(1, 3),
    padding=pairs(0, 2),
    dilation=pairs(1, 3),
    dtype=st.sampled_from(DTYPES),
    seed=st.integers(0, 2**32),
)
def test_max_and_avg_pool_equal_naive_loops(
    size, kernel_size, stride, padding, dilation, dtype, seed
):
    padding = min(padding[0], kernel_size[0] // 2), min(padding[1], kernel_size[1] // 2)
    x = random_array(seed, (2, *size), dtype)
    step = stride or kernel_size
    if fits(size, kernel_size, padding, (1, 1)):
        got = ops.avg_pool2d(x, kernel_size, stride=stride, padding=padding)
        assert_close(got, oracles.avg_pool2d(x, kernel_size, step, padding), dtype)
    assume(fits(size, kernel_size, padding, dilation))
    try:
        want = oracles.max_pool2d(x, kernel_size, step, padding, dilation)
    except ValueError:  # no cell at all in some window
        with pytest.raises(ShapeError, match="some windows see only padding"):
            ops.max_pool2d(x, kernel_size, stride=stride, padding=padding, dilation=dilation)
    else:
        got = ops.max_pool2d(x, kernel_size, stride=stride, padding=padding, dilation=dilation)
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, want)


@settings(max_examples=80, deadline=None)
@given(
    size=pairs(1, 10),
    kernel_size=pairs(2, 7),
    stride=pairs(1, 3),
    dtype=st.sampled_from(DTYPES),
    seed=st.integers(0, 2**32),
)
def test_blur_pool_equals_naive_loops(size, kernel_size, stride, dtype, seed):
    assume(size[0] > kernel_size[0] // 2)
    assume(size[1] > kernel_size[1] // 2)
    x = random_array(seed, (2, *size), dtype)
    got = ops.blur_pool2d(x, kernel_size, stride=stride)
    assert_close(got, oracles.blur_pool2d(x, kernel_size, stride), dtype)


def check_max_pool_by_scipy(run, kernel_size, stride, padding, dilation, dtype):
    """Compare a max pool with SciPy on maps whose second channel is negative everywhere."""
    x = random_array(5, (3, 41, 67), dtype)
    x[1] = -np.abs(x[1]) - 1
    widths = [(padding[0],) * 2, (padding[1],) * 2]
    reach = [(k - 1) * d + 1 for k, d in zip(kernel_size, dilation, strict=True)]
    footprint = np.zeros(reach, bool)
    footprint[:: dilation[0], :: dilation[1]] = True
    want = []
    for plane in x:
        padded = np.pad(plane, widths, constant_values=-np.inf)
        largest = ndimage.maximum_filter(padded, footprint=footprint)
        first = [r // 2 for r in reach]  # where SciPy puts the window that begins at cell 0
        last = [n - r + f for n, r, f in zip(padded.shape, reach, first, strict=True)]
        want.append(largest[first[0] : last[0] + 1 : stride[0], first[1] : last[1] + 1 : stride[1]])
    got = run(x, kernel_size, stride=stride, padding=padding, dilation=dilation)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, np.stack(want))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding", "dilation"),
    [
        ((2, 2), (2, 2), (0, 0), (1, 1)),
        ((3, 2), (1, 3), (1, 1), (1, 1)),
        ((4, 5), (3, 2), (2, 2), (3, 2)),
    ],
)
def test_max_pool_equals_scipy(kernel_size, stride, padding, dilation, dtype):
    check_max_pool_by_scipy(ops.max_pool2d, kernel_size, stride, padding, dilation, dtype)


def zeros_for_minus_infinity(x, kernel_size, **options):
    """As the operation is, but for what its border holds."""
    border_of = ops.border_of
    with mock.patch.object(
        ops.pooling, "border_of", lambda layer: border_of(layer)._replace(value=0.0)
    ):
        return ops.max_pool2d(x, kernel_size, **options)


def pooled_too_far_apart(x, kernel_size, *, stride, **options):
    out = ops.max_pool2d(x, kernel_size, stride=stride, **options)
    further = ops.max_pool2d(x, kernel_size, stride=one_more(stride), **options)
    out[:, : further.shape[1]] = further
    return out


@pytest.mark.parametrize("bug", [zeros_for_minus_infinity, pooled_too_far_apart])
def test_both_comparisons_find_a_planted_bug_in_a_max_pool(bug):
    sizes = {"stride": (2, 1), "padding": (1, 1), "dilation": (1, 2)}
    check_max_pool_by_scipy(ops.max_pool2d, (3, 2), *sizes.values(), np.float64)
    with pytest.raises(AssertionError):
        check_max_pool_by_scipy(bug, (3, 2), *sizes.values(), np.float64)
    x = -np.abs(random_array(3, (2, 9, 10)))
    want = oracles.max_pool2d(x, (3, 2), **sizes)
    np.testing.assert_array_equal(ops.max_pool2d(x, (3, 2), **sizes), want)
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(bug(x, (3, 2), **sizes), want)


@pytest.mark.parametrize("dtype", DTYPES)
def test_avg_pool_equals_scipy(dtype):
    x = random_array(6, (3, 41, 67), dtype)
    box = np.full((4, 3), 1 / 12)
    want = [
        signal.correlate2d(np.pad(plane, [(2, 2), (1, 1)]), box, mode="valid")[::3, ::2]
        for plane in x.astype(np.float64)
    ]
    got = ops.avg_pool2d(x, (4, 3), stride=(3, 2), padding=(2, 1))
    assert_close(got, np.stack(want), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("taps", range(2, 8))
def test_blur_pool_equals_scipy(taps, dtype):
    x = random_array(7, (2, 19, 30), dtype)
    weights = special.binom(taps - 1, np.arange(taps)) / 2 ** (taps - 1)
    origin = 0 if taps % 2 else -1  # SciPy centres an even filter one cell earlier
    want = x.astype(np.float64)
    for axis in (1, 2):
        want = ndimage.correlate1d(want, weights, axis=axis, mode="mirror", origin=origin)
    assert_close(ops.blur_pool2d(x, taps, stride=(2, 3)), want[:, ::2, ::3], dtype)


def test_blur_pool_is_the_published_one():
    """Zhang 2019: 3 taps are 1, 2, 1, stride 2, and the mirror leaves the edge itself out."""
    x = np.zeros((1, 1, 6)) + np.array([0.0, 1, 0, 0, 0, 5])
    x = np.repeat(x, 4, axis=1)
    np.testing.assert_array_equal(ops.blur_pool2d(x)[0, 0], [0.5, 0.25, 1.25])


def test_padding_never_wins_a_max():
    """Planted bug: padding with 0, or with any finite number, would beat these cells."""
    x = np.full((2, 5, 6), -1e300)
    x[1] = -2.0
    pooled = ops.max_pool2d(x, 3, stride=2, padding=1)
    np.testing.assert_array_equal(pooled[0], np.full((3, 3), -1e300))
    np.testing.assert_array_equal(pooled[1], np.full((3, 3), -2.0))
    with_zeros = oracles.max_pool2d(np.pad(x, [(0, 0), (1, 1), (1, 1)]), (3, 3), (2, 2))
    assert with_zeros.max() == 0  # so the comparison above can tell the two apart


def test_average_counts_the_padding():
    """As in PyTorch's default, count_include_pad: a corner of 2x2 has 1 cell and 3 zeros."""
    pooled = ops.avg_pool2d(np.full((1, 2, 2), 4.0), 2, stride=2, padding=1)
    np.testing.assert_array_equal(pooled, np.ones((1, 2, 2)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(3, 5, 7), (1, 1, 1), (2, 1, 9)])
def test_global_pools_equal_naive_loops(shape, dtype):
    x = random_array(8, shape, dtype) - 3
    assert_close(ops.global_avg_pool2d(x), oracles.global_pool2d(x, "GA"), dtype)
    assert_close(ops.global_max_pool2d(x), oracles.global_pool2d(x, "GM"), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kernel_size", [(8, 8), (9, 13), (1, 70), (31, 31)])
def test_large_pools_equal_scipy(kernel_size, dtype):
    x = random_array(4, (2, 40, 75), dtype)
    sizes = zip(kernel_size, x.shape[1:], strict=True)
    inside = [slice(None), *(slice((k - 1) // 2, n - k // 2) for k, n in sizes)]
    # An even window reaches further before its middle in SciPy, unless it is told otherwise.
    window = {"size": (1, *kernel_size), "origin": (0, *(k % 2 - 1 for k in kernel_size))}
    largest, mean = ndimage.maximum_filter(x, **window), ndimage.uniform_filter(x, **window)
    got = ops.max_pool2d(x, kernel_size, stride=(2, 3))
    np.testing.assert_array_equal(got, largest[*inside][:, ::2, ::3])
    got = ops.avg_pool2d(x, kernel_size, stride=(2, 3))
    assert_close(got, mean[*inside][:, ::2, ::3], dtype)
