"""Convolution: equal to naive loops and to SciPy, whole and in parts."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from rfcore import ops
from rfcore.layers import Window
from tests.support import oracles
from tests.support.operations import DTYPES, assert_close, fits, one_more, pairs, random_array

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
    with mock.patch.object(ops.convolution, "BAND_NUMBERS", room):
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


# Large kernels


def check_a_large_kernel_by_scipy(channels, kernel_size, stride, dilation, dtype, run=ops.conv2d):
    """Compare one with SciPy, on a map that leaves it some 40 rows and columns."""
    rows, cols = ((k - 1) * d + 40 for k, d in zip(kernel_size, dilation, strict=True))
    x = random_array(1, (channels[1], rows, cols), dtype)
    kernels = random_array(2, (*channels, *kernel_size), dtype)
    bias = random_array(3, (channels[0],), dtype)
    spread = np.zeros((*channels, rows - 39, cols - 39))
    spread[:, :, :: dilation[0], :: dilation[1]] = kernels
    want = [
        signal.correlate(x.astype(np.float64), kernel, mode="valid", method="fft")[
            0, :: stride[0], :: stride[1]
        ]
        + offset
        for kernel, offset in zip(spread, bias, strict=True)
    ]
    got = run(x, kernels, bias, stride=stride, dilation=dilation)
    tolerance = 2e-4 if dtype == np.float32 else 1e-10
    np.testing.assert_allclose(got, np.stack(want), rtol=tolerance, atol=tolerance)


LARGE_KERNELS = {
    "one channel": ((1, 1), (31, 31), (1, 1), (1, 1)),
    "channels in and out": ((3, 2), (9, 12), (1, 1), (1, 1)),
    "many channels out": ((16, 2), (9, 8), (1, 1), (1, 1)),
    "tall": ((1, 1), (96, 1), (1, 1), (1, 1)),
    "wide": ((2, 1), (1, 96), (1, 1), (1, 1)),
    "strides": ((2, 1), (12, 9), (3, 2), (1, 1)),
    "large strides": ((1, 2), (12, 9), (13, 5), (1, 1)),
    "dilated": ((2, 2), (8, 9), (1, 1), (3, 2)),
    "dilated, strides": ((1, 2), (8, 9), (2, 3), (3, 2)),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sizes", LARGE_KERNELS.values(), ids=LARGE_KERNELS)
def test_a_large_kernel_equals_scipy(sizes, dtype):
    check_a_large_kernel_by_scipy(*sizes, dtype)


@pytest.mark.parametrize("bug", ["flipped kernel", "bias forgotten", "dilation forgotten"])
def test_the_comparison_finds_a_planted_bug_in_a_large_kernel(bug):
    def run(x, kernels, bias, **options):
        got = PLANTED[bug](x, kernels, bias, padding_mode="zeros", **options)
        return got[:, :40, :40]

    with pytest.raises(AssertionError):
        check_a_large_kernel_by_scipy((1, 1), (8, 9), (1, 1), (3, 2), np.float64, run)


@pytest.mark.parametrize("room", [1, 4_000, 1 << 19])
@pytest.mark.parametrize("sizes", LARGE_KERNELS.values(), ids=LARGE_KERNELS)
def test_a_part_of_a_large_kernels_map_has_the_bits_of_the_whole(sizes, room):
    channels, kernel_size, stride, dilation = sizes
    out_rows, out_cols = 11, 2 * ops.TILE + 9
    rows = (out_rows - 1) * stride[0] + (kernel_size[0] - 1) * dilation[0] + 1
    cols = (out_cols - 1) * stride[1] + (kernel_size[1] - 1) * dilation[1] + 1
    x = random_array(1, (channels[1], rows, cols), np.float32)
    kernels = random_array(2, (*channels, *kernel_size), np.float32)
    bias = random_array(3, (channels[0],), np.float32)
    whole = ops.conv2d(x, kernels, bias, stride=stride, dilation=dilation)
    window = Window(kernel_size, stride, (0, 0), dilation)
    for region in ((0, 1, 0, 1), (3, 8, 40, 41), (10, 11, 60, out_cols), (0, 11, 33, 60)):
        part = np.full_like(whole, np.nan)
        # How many rows at a time changes nothing.
        with mock.patch.object(ops.convolution, "ROW_BAND_NUMBERS", room):
            ops.convolve_region(part, x, kernels, bias, window, region)
        met = np.zeros(whole.shape[1:], bool)
        first = region[2] // ops.TILE * ops.TILE
        met[region[0] : region[1], first : -(-region[3] // ops.TILE) * ops.TILE] = True
        assert part[:, met].tobytes() == whole[:, met].tobytes()
        assert np.isnan(part[:, ~met]).all()
