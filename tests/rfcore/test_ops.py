"""Operations: equal to naive loops and to SciPy, and clear about what they cannot do."""

import re
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal, special

import rfcore
from rfcore import KernelError, LayerError, RfcoreError, ShapeError, ops
from rfcore.layers import Window
from tests.support import oracles

DTYPES = (np.float32, np.float64)
NUMPY_MODES = {
    "zeros": "constant",
    "circular": "wrap",
    "reflect": "reflect",
    "replicate": "edge",
}
NDIMAGE_MODES = {
    "zeros": "constant",
    "circular": "grid-wrap",
    "reflect": "mirror",
    "replicate": "nearest",
}


def random_array(seed: int, shape: tuple[int, ...], dtype: type = np.float64) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def assert_close(got: np.ndarray, want: np.ndarray, dtype: type) -> None:
    assert got.dtype == dtype
    tolerance = 1e-5 if dtype == np.float32 else 1e-11
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


def pairs(least: int, most: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(least, most), st.integers(least, most))


def fits(size: tuple[int, int], kernel: tuple[int, int], padding: Any, dilation: Any) -> bool:
    axes = zip(size, kernel, (1, 1), padding, dilation, strict=True)
    return all(oracles.windows(*axis) for axis in axes)


# Convolution


def check_conv2d(x, kernels, bias=None, run=ops.conv2d, **options):
    """Compare a convolution with the naive loops."""
    got = run(x, kernels, bias, **options)
    assert_close(got, oracles.conv2d(x, kernels, bias, **options), x.dtype)


def check_conv2d_by_scipy(run=ops.conv2d, *, stride, padding, dilation, mode, dtype):
    """Compare one with SciPy, on maps wider than a tile, with more channels than loops bear."""
    x = random_array(1, (5, 37, 71), dtype)
    kernels = random_array(2, (6, 5, 3, 4), dtype)
    bias = random_array(3, (6,), dtype)
    spread = np.zeros((6, 5, 2 * dilation[0] + 1, 3 * dilation[1] + 1))
    spread[:, :, :: dilation[0], :: dilation[1]] = kernels
    widths = [(0, 0), (padding[0],) * 2, (padding[1],) * 2]
    padded = np.pad(x, widths, mode=NUMPY_MODES[mode]).astype(np.float64)
    want = [
        signal.correlate(padded, kernel, mode="valid", method="direct")[
            0, :: stride[0], :: stride[1]
        ]
        + offset
        for kernel, offset in zip(spread, bias, strict=True)
    ]
    got = run(
        x, kernels, bias, stride=stride, padding=padding, dilation=dilation, padding_mode=mode
    )
    assert_close(got, np.stack(want), dtype)


@settings(max_examples=150, deadline=None)
@given(
    size=pairs(1, 9),
    channels=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    kernel_size=pairs(1, 4),
    stride=pairs(1, 3),
    padding=pairs(0, 4),
    dilation=pairs(1, 3),
    mode=st.sampled_from(ops.PADDING_MODES),
    with_bias=st.booleans(),
    dtype=st.sampled_from(DTYPES),
    seed=st.integers(0, 2**32),
)
def test_conv2d_equals_naive_loops(
    size, channels, kernel_size, stride, padding, dilation, mode, with_bias, dtype, seed
):
    most = {"reflect": (size[0] - 1, size[1] - 1), "circular": size}.get(mode, padding)
    padding = min(padding[0], most[0]), min(padding[1], most[1])
    assume(fits(size, kernel_size, padding, dilation))
    x = random_array(seed, (channels[0], *size), dtype)
    kernels = random_array(seed + 1, (channels[1], channels[0], *kernel_size), dtype)
    bias = random_array(seed + 2, (channels[1],), dtype) if with_bias else None
    options = {"stride": stride, "padding": padding, "dilation": dilation, "padding_mode": mode}
    check_conv2d(x, kernels, bias, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("mode", ops.PADDING_MODES)
@pytest.mark.parametrize(
    ("stride", "padding", "dilation"),
    [((1, 1), (0, 0), (1, 1)), ((2, 3), (4, 1), (2, 1)), ((1, 2), (3, 6), (2, 3))],
)
def test_conv2d_equals_scipy(stride, padding, dilation, mode, dtype):
    check_conv2d_by_scipy(stride=stride, padding=padding, dilation=dilation, mode=mode, dtype=dtype)


def one_more(stride: tuple[int, int]) -> tuple[int, int]:
    return stride[0] + 1, stride[1]


def windows_too_far_apart(x, kernels, bias, *, stride, **options):
    """A stride off by one, with as many windows as there should be."""
    out = ops.conv2d(x, kernels, bias, stride=stride, **options)
    further = ops.conv2d(x, kernels, bias, stride=one_more(stride), **options)
    out[:, : further.shape[1]] = further[:, : out.shape[1]]
    return out


PLANTED = {
    "stride off by one": windows_too_far_apart,
    "flipped kernel": lambda x, kernels, bias, **options: ops.conv2d(
        x, kernels[:, :, ::-1, ::-1], bias, **options
    ),
    "rows for cols": lambda x, kernels, bias, *, padding, **options: ops.conv2d(
        x, kernels, bias, padding=padding[::-1], **options
    ),
    "bias forgotten": lambda x, kernels, bias, **options: ops.conv2d(x, kernels, **options),
    "always zeros outside": lambda x, kernels, bias, *, padding_mode, **options: ops.conv2d(
        x, kernels, bias, **options
    ),
    "dilation forgotten": lambda x, kernels, bias, *, dilation, **options: ops.conv2d(
        x, kernels, bias, **options
    ),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_both_comparisons_find_a_planted_bug_in_a_convolution(bug):
    options = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}
    x, kernels = random_array(0, (2, 7, 10)), random_array(1, (3, 2, 3, 3))
    bias = random_array(2, (3,))
    check_conv2d(x, kernels, bias, padding_mode="circular", **options)
    check_conv2d_by_scipy(mode="circular", dtype=np.float64, **options)
    with pytest.raises(AssertionError):
        check_conv2d(x, kernels, bias, run=PLANTED[bug], padding_mode="circular", **options)
    with pytest.raises(AssertionError):
        check_conv2d_by_scipy(PLANTED[bug], mode="circular", dtype=np.float64, **options)


@pytest.mark.parametrize("mode", ops.PADDING_MODES)
def test_conv2d_borders_equal_those_of_scipy(mode):
    x = random_array(1, (1, 6, 9))
    kernel = random_array(2, (1, 1, 5, 3))
    want = ndimage.correlate(x[0], kernel[0, 0], mode=NDIMAGE_MODES[mode], cval=0.0)
    got = ops.conv2d(x, kernel, padding=(2, 1), padding_mode=mode)
    assert_close(got[0], want, np.float64)


def test_conv2d_does_not_flip_the_kernel():
    impulse = np.zeros((1, 5, 6))
    impulse[0, 2, 3] = 1
    kernel = np.arange(6.0).reshape(1, 1, 2, 3)
    response = ops.conv2d(impulse, kernel)
    np.testing.assert_array_equal(response[0, 1:3, 1:4], kernel[0, 0, ::-1, ::-1])
    assert np.count_nonzero(response) == 5


def test_one_number_is_the_same_as_a_pair_of_it():
    x = random_array(0, (2, 11, 13))
    kernels = random_array(1, (3, 2, 3, 3))
    np.testing.assert_array_equal(
        ops.conv2d(x, kernels, stride=2, padding=3, dilation=2),
        ops.conv2d(x, kernels, stride=(2, 2), padding=(3, 3), dilation=(2, 2)),
    )
    np.testing.assert_array_equal(
        ops.max_pool2d(x, 3, padding=1, dilation=2),
        ops.max_pool2d(x, (3, 3), stride=(3, 3), padding=(1, 1), dilation=(2, 2)),
    )
    np.testing.assert_array_equal(
        ops.avg_pool2d(x, 3, padding=1),
        ops.avg_pool2d(x, (3, 3), stride=(3, 3), padding=(1, 1)),
    )
    np.testing.assert_array_equal(ops.blur_pool2d(x), ops.blur_pool2d(x, (3, 3), stride=(2, 2)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "operation",
    [
        lambda x: ops.conv2d(
            x, random_array(1, (3, 2, 3, 2)), np.array([1, -2, 3]), stride=2, padding=1
        ),
        lambda x: ops.max_pool2d(x, 3, stride=2, padding=1),
        lambda x: ops.avg_pool2d(x, (2, 3), padding=1),
        lambda x: ops.blur_pool2d(x, 4),
        ops.global_avg_pool2d,
        ops.global_max_pool2d,
        ops.relu,
        lambda x: ops.pad(x, 2, "reflect"),
    ],
)
def test_a_batch_is_its_maps_one_by_one(operation, dtype):
    batch = random_array(4, (3, 2, 7, 10), dtype)
    batch_before = batch.copy()
    got = operation(batch)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, np.stack([operation(x) for x in batch]))
    np.testing.assert_array_equal(batch, batch_before)


def test_conv2d_takes_strided_and_read_only_maps():
    wide = random_array(1, (2, 14, 20))
    x = wide[:, ::-2, ::2]
    x.flags.writeable = False
    kernels = random_array(2, (2, 3, 3, 2)).transpose(1, 0, 3, 2)
    np.testing.assert_array_equal(ops.conv2d(x, kernels), ops.conv2d(x.copy(), kernels.copy()))


# One convolution, computed in parts


@settings(max_examples=150, deadline=None)
@given(
    channels=st.tuples(st.sampled_from([1, 2, 3, 8, 16]), st.sampled_from([1, 2, 8])),
    kernel_size=pairs(1, 5),
    stride=pairs(1, 3),
    dilation=pairs(1, 2),
    out_rows=st.integers(1, 12),
    out_cols=st.integers(1, 3 * ops.TILE + 9),
    # Of the columns half the ends are the edge of a tile, which is where one could be too many.
    row_ends=st.tuples(*[st.floats(0, 1)] * 2),
    col_ends=st.tuples(*[st.floats(0, 1) | st.sampled_from([1, 2, 3])] * 2),
    band=st.integers(0, 4),
    with_bias=st.booleans(),
    dtype=st.sampled_from(DTYPES),
    seed=st.integers(0, 2**32),
)
def test_convolve_region_fills_the_same_bits_and_nothing_else(
    channels,
    kernel_size,
    stride,
    dilation,
    out_rows,
    out_cols,
    row_ends,
    col_ends,
    band,
    with_bias,
    dtype,
    seed,
):
    rows = (out_rows - 1) * stride[0] + (kernel_size[0] - 1) * dilation[0] + 1
    cols = (out_cols - 1) * stride[1] + (kernel_size[1] - 1) * dilation[1] + 1
    x = random_array(seed, (channels[1], rows, cols), dtype)
    kernels = random_array(seed + 1, (*channels, *kernel_size), dtype)
    bias = random_array(seed + 2, (channels[0],), dtype) if with_bias else None
    whole = ops.conv2d(x, kernels, bias, stride=stride, dilation=dilation)
    assert whole.shape[1:] == (out_rows, out_cols)
    row0, row1 = sorted(round(end * out_rows) for end in row_ends)
    col0, col1 = sorted(
        min(end * ops.TILE, out_cols) if isinstance(end, int) else round(end * out_cols)
        for end in col_ends
    )
    met = np.zeros((out_rows, out_cols), bool)
    for row in range(row0, row1):
        for col in range(col0, col1):
            tile = col // ops.TILE * ops.TILE
            met[row, tile : tile + ops.TILE] = True

    part = np.full_like(whole, np.nan)
    window = Window(kernel_size, stride, (0, 0), dilation)
    room = kernels[0].size * (len(range(col0, col1, ops.TILE)) + 1) * ops.TILE * band
    # How many rows at a time changes nothing.
    with mock.patch.object(ops.convolution, "_BUFFER", room):
        ops.convolve_region(part, x, kernels, bias, window, (row0, row1, col0, col1))
    assert part[:, met].tobytes() == whole[:, met].tobytes()
    assert np.isnan(part[:, ~met]).all()


def test_a_convolution_in_many_bands_is_the_same_bits_row_by_row():
    """So large a window that a band of rows holds only one or two of the whole map's."""
    x = random_array(0, (16, 40, 100), np.float32)
    kernels = random_array(1, (4, 16, 9, 9), np.float32)
    bias = random_array(2, (4,), np.float32)
    whole = ops.conv2d(x, kernels, bias)
    parts = np.zeros_like(whole)
    window = Window((9, 9), (1, 1), (0, 0), (1, 1))
    for row in range(whole.shape[1]):
        ops.convolve_region(parts, x, kernels, bias, window, (row, row + 1, 0, whole.shape[2]))
    assert parts.tobytes() == whole.tobytes()
    want = sum(
        signal.correlate2d(plane, kernel, mode="valid")
        for plane, kernel in zip(x.astype(float), kernels[3].astype(float), strict=True)
    )
    np.testing.assert_allclose(whole[3], want + bias[3], rtol=1e-4, atol=1e-4)


# Pooling


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


# ReLU, softmax, pad, binomial


@pytest.mark.parametrize("dtype", DTYPES)
def test_relu_keeps_what_is_positive(dtype):
    x = np.array([[-1.5, 0.0, 2.5], [-np.inf, 1e-30, 7.0]], dtype)
    got = ops.relu(x)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, np.array([[0, 0, 2.5], [0, 1e-30, 7.0]], dtype))
    assert x[0, 0] == -1.5


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_equals_scipy(axis, dtype):
    logits = (10 * random_array(9, (4, 5, 6))).astype(dtype)
    assert_close(ops.softmax(logits, axis=axis), special.softmax(logits, axis=axis), dtype)


def test_softmax_takes_the_last_axis_when_not_told():
    shares = ops.softmax(random_array(9, (4, 5)))
    np.testing.assert_allclose(shares.sum(axis=1), np.ones(4), rtol=1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax_does_not_overflow(dtype):
    """Planted bug: without the largest logit taken off, e**30000 is infinite and the shares NaN."""
    logits = np.array([[30000, 30000 + np.log(3)], [-30000, -29000]], dtype)
    want = [[0.25, 0.75], [0, 1]]
    np.testing.assert_allclose(
        ops.softmax(logits), want, atol=2e-3 if dtype == np.float32 else 1e-9
    )


@pytest.mark.parametrize("mode", ops.PADDING_MODES)
@pytest.mark.parametrize("padding", [0, 2, (0, 3), (4, 0), (3, 1)])
def test_pad_equals_naive_places(mode, padding):
    x = random_array(10, (2, 5, 6), np.float32)
    rows, cols = (padding, padding) if isinstance(padding, int) else padding
    got = ops.pad(x, padding, mode)
    want = np.zeros((2, 5 + 2 * rows, 6 + 2 * cols), np.float32)
    for i, j in np.ndindex(want.shape[1:]):
        row, col = oracles.source(i - rows, 5, mode), oracles.source(j - cols, 6, mode)
        if row is not None and col is not None:
            want[:, i, j] = x[:, row, col]
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(
    ("mode", "most"),
    [("zeros", None), ("replicate", None), ("circular", (3, 4)), ("reflect", (2, 3))],
)
def test_check_padding_knows_without_a_map(mode, most):
    if most is None:
        ops.check_padding((3, 4), (999, 999), mode)
        return
    ops.check_padding((3, 4), most, mode)
    for rows, cols in [(most[0] + 1, 0), (0, most[1] + 1)]:
        message = (
            f"{mode} padding of {rows}x{cols} cells needs a larger map than 3x4; "
            f"at most {most[0]}x{most[1]} here"
        )
        with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
            ops.check_padding((3, 4), (rows, cols), mode)


def test_pad_takes_another_value_than_zero():
    padded = ops.pad(np.ones((1, 1, 1)), 1, value=-np.inf)
    assert np.isneginf(padded).sum() == 8
    assert padded[0, 1, 1] == 1


@pytest.mark.parametrize("mode", ["circular", "reflect"])
def test_the_most_that_can_wrap_or_mirror_still_does(mode):
    x = random_array(11, (1, 3, 4))
    most = (3, 4) if mode == "circular" else (2, 3)
    assert ops.pad(x, most, mode).shape == (1, 3 + 2 * most[0], 4 + 2 * most[1])
    for too_much in [(most[0] + 1, 0), (0, most[1] + 1)]:
        with pytest.raises(ShapeError, match=f"at most {most[0]}x{most[1]} here"):
            ops.pad(x, too_much, mode)


@pytest.mark.parametrize("taps", [1, 2, 3, 7, 60, 68, 69, 70, 300, 1500])
def test_binomial_is_pascals_row_however_long(taps):
    weights = ops.binomial(taps)
    assert weights.dtype == np.float64
    assert weights.shape == (taps,)
    np.testing.assert_allclose(weights.sum(), 1, rtol=1e-12)
    np.testing.assert_array_equal(weights, weights[::-1])
    np.testing.assert_allclose(weights, oracles.pascal(taps), rtol=1e-9, atol=1e-300)


# What cannot be done is said in a sentence

MAP = np.ones((2, 5, 6))
KERNELS = np.ones((3, 2, 3, 3))
MAPS = "a map is an array (channels, rows, cols), or a batch (n, channels, rows, cols); got "


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: ops.conv2d(MAP, np.ones((3, 4, 3, 3))),
            ShapeError,
            "the kernels expect 4 channels, the map has 2 (map (2, 5, 6), kernels (3, 4, 3, 3))",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS[:, :1]),
            ShapeError,
            "the kernels expect 1 channels, the map has 2 (map (2, 5, 6), kernels (3, 1, 3, 3))",
        ),
        (
            lambda: ops.conv2d(MAP, np.ones((3, 3))),
            KernelError,
            "kernels are an array (out_channels, channels, rows, cols), got (3, 3)",
        ),
        (
            lambda: ops.conv2d(MAP, np.ones((3, 2, 0, 3))),
            KernelError,
            "kernels are an array (out_channels, channels, rows, cols), got (3, 2, 0, 3)",
        ),
        (
            lambda: ops.conv2d(MAP, [[1.0]]),
            KernelError,
            "kernels are an array (out_channels, channels, rows, cols), got <class 'list'>",
        ),
        (
            lambda: ops.conv2d(MAP, np.full((3, 2, 3, 3), np.nan)),
            KernelError,
            "every kernel weight must be a finite number, got NaN or infinity",
        ),
        (
            lambda: ops.conv2d(MAP, np.full((3, 2, 3, 3), np.inf)),
            KernelError,
            "every kernel weight must be a finite number, got NaN or infinity",
        ),
        (
            lambda: ops.conv2d(MAP, np.full((3, 2, 3, 3), 1j)),
            KernelError,
            "every kernel weight must be a real number, got complex128",
        ),
        (
            lambda: ops.conv2d(MAP, np.full((3, 2, 3, 3), True)),
            KernelError,
            "every kernel weight must be a real number, got bool",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, np.ones(2)),
            KernelError,
            "a bias has one number for each of the 3 output channels, got shape (2,)",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, np.ones((3, 1))),
            KernelError,
            "a bias has one number for each of the 3 output channels, got shape (3, 1)",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, 1.5),
            KernelError,
            "a bias has one number for each of the 3 output channels, got shape ()",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, np.array([0, np.inf, 0])),
            KernelError,
            "every bias must be a finite number, got NaN or infinity",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, np.array(["1", "2", "3"])),
            KernelError,
            "every bias must be a real number, got <U1",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, stride=0),
            LayerError,
            "stride must be at least 1, got 0",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, padding=-1),
            LayerError,
            "padding must be at least 0, got -1",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, dilation=(1, 0)),
            LayerError,
            "dilation must be at least 1, got 0",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, padding_mode="mirror"),
            LayerError,
            "padding_mode must be one of zeros, circular, reflect, replicate, got 'mirror'",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, padding=(0, 6), padding_mode="reflect"),
            ShapeError,
            "reflect padding of 0x6 cells needs a larger map than 5x6; at most 4x5 here",
        ),
        (
            lambda: ops.conv2d(MAP, KERNELS, dilation=(1, 3)),
            ShapeError,
            "C3x3/1d1x3c3 does not fit: its window covers 3x7 cells and the map before it has "
            "5x6; take a smaller kernel, or put it earlier",
        ),
        (lambda: ops.conv2d(MAP[0], KERNELS), ShapeError, MAPS + "an array of shape (5, 6)"),
        (
            lambda: ops.max_pool2d(MAP[None, None], 2),
            ShapeError,
            MAPS + "an array of shape (1, 1, 2, 5, 6)",
        ),
        (lambda: ops.avg_pool2d([[[1.0]]], 1), ShapeError, MAPS + "<class 'list'>"),
        (
            lambda: ops.conv2d(MAP.astype(int), KERNELS),
            ShapeError,
            f"a map holds float32 or float64 numbers, got {np.dtype(int)}",
        ),
        (
            lambda: ops.blur_pool2d(MAP.astype(np.float16)),
            ShapeError,
            "a map holds float32 or float64 numbers, got float16",
        ),
        (
            lambda: ops.global_max_pool2d(np.ones((2, 0, 6))),
            ShapeError,
            "a map needs at least one cell, got shape (2, 0, 6)",
        ),
        (
            lambda: ops.global_avg_pool2d(np.ones((0, 2, 5, 6))),
            ShapeError,
            "a map needs at least one cell, got shape (0, 2, 5, 6)",
        ),
        (
            lambda: ops.max_pool2d(MAP, 6),
            ShapeError,
            "M6x6/6 does not fit: its window covers 6x6 cells and the map before it has 5x6; "
            "take a smaller kernel, or put it earlier",
        ),
        (
            lambda: ops.max_pool2d(MAP, 3, padding=2),
            LayerError,
            "padding of a pool must be at most half its kernel_size, here 1, got 2",
        ),
        (
            lambda: ops.max_pool2d(MAP, 2, padding=1, dilation=6),
            ShapeError,
            "M2x2/2p1d6 does not fit: with dilation 6 some windows see only padding on a map of "
            "5x6; take a smaller dilation",
        ),
        (
            lambda: ops.avg_pool2d(MAP, (2, 3), padding=(2, 1)),
            LayerError,
            "padding of a pool must be at most half its kernel_size, here 1, got 2",
        ),
        (
            lambda: ops.blur_pool2d(MAP, 8),
            LayerError,
            "kernel_size of a blur pool must be 2 to 7, got 8",
        ),
        (
            lambda: ops.blur_pool2d(MAP[:, :3], 7),
            ShapeError,
            "B7x7/2 does not fit: mirroring the border needs more than 3 cells and the map before "
            "it has 3x6; take a smaller kernel",
        ),
        (
            lambda: ops.pad(np.zeros(3), 1),
            ShapeError,
            "x must be an array (..., rows, cols), got shape (3,)",
        ),
        (
            lambda: ops.pad([[1.0]], 1),
            ShapeError,
            "x must be an array (..., rows, cols), got <class 'list'>",
        ),
        (
            lambda: ops.pad(np.zeros((0, 3)), 1, "replicate"),
            ShapeError,
            "x needs at least one cell, got shape (0, 3)",
        ),
        (
            lambda: ops.pad(np.ones((2, 2), np.int64), 1, value=-np.inf),
            ShapeError,
            "value must be a whole number in a map of int64, got -inf",
        ),
        (
            lambda: ops.conv2d(MAP.astype(np.float32), KERNELS * -1e300),
            KernelError,
            "every kernel weight must be at most 3.4e+38 for a map of float32, got 1e+300",
        ),
        (
            lambda: ops.conv2d(MAP.astype(np.float32), KERNELS, np.array([0, 1e39, 0])),
            KernelError,
            "every bias must be at most 3.4e+38 for a map of float32, got 1e+39",
        ),
        (
            lambda: ops.softmax(np.array([])),
            ShapeError,
            "logits need a number along axis -1, got shape (0,)",
        ),
        (
            lambda: ops.softmax(np.zeros((2, 3)), axis=2),
            ShapeError,
            "axis must be a whole number from -2 to 1 for logits of shape (2, 3), got 2",
        ),
        (
            lambda: ops.softmax(np.zeros(3), axis=0.0),
            ShapeError,
            "axis must be a whole number from -1 to 0 for logits of shape (3,), got 0.0",
        ),
        (
            lambda: ops.softmax(1.0),
            ShapeError,
            "logits must have at least one axis, got a single number",
        ),
        (lambda: ops.softmax(["a"]), ShapeError, "logits must hold real numbers, got <U1"),
        (lambda: ops.relu("a"), ShapeError, "x must hold real numbers, got <U1"),
        (lambda: ops.pad(MAP, -1), LayerError, "padding must be at least 0, got -1"),
        (lambda: ops.pad(MAP, 0.5), LayerError, "padding must be a whole number, got 0.5"),
        (
            lambda: ops.pad(MAP, 0, "wrap"),
            LayerError,
            "padding_mode must be one of zeros, circular, reflect, replicate, got 'wrap'",
        ),
        (
            lambda: ops.pad(MAP, 6, "circular"),
            ShapeError,
            "circular padding of 6x6 cells needs a larger map than 5x6; at most 5x6 here",
        ),
    ],
)
def test_says_what_is_wrong(
    call: Callable[[], object], error: type[RfcoreError], message: str
) -> None:
    with pytest.raises(RfcoreError, match=f"^{re.escape(message)}$") as caught:
        call()
    assert type(caught.value) is error


def test_every_error_is_an_rfcore_error_and_a_value_error():
    errors = [getattr(rfcore, name) for name in rfcore.__all__ if name.endswith("Error")]
    defined = {error for error in vars(rfcore.errors).values() if isinstance(error, type)}
    assert set(errors) == defined
    assert all(issubclass(error, RfcoreError) for error in errors)
    assert issubclass(RfcoreError, ValueError)


def test_all_that_rfcore_offers_is_there():
    assert len(set(rfcore.__all__)) == len(rfcore.__all__)
    assert [name for name in rfcore.__all__ if not hasattr(rfcore, name)] == []
