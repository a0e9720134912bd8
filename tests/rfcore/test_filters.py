"""Filters: what the documentation says of them holds at every size, and a seed is a promise."""

import hashlib
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from scipy import ndimage

from rfcore import (
    FILTERS,
    Conv2d,
    KernelError,
    LayerError,
    Network,
    Stack,
    convolution_kernels,
    filter_kernel,
)
from rfcore.filters import BANK, CHOICES, RANDOM, channel_filter, derivative
from tests.support.names import FILTER_NAMES
from tests.support.source_tree import ROOT

SIZES = [(rows, cols) for rows in range(1, 8) for cols in range(1, 8)]
WIDE = [size for size in SIZES if min(size) > 1]
LARGE = [(1, 15), (11, 11), (20, 3), (71, 2), (3, 1100)]
SOBEL = [[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def test_names_and_order():
    assert FILTERS == FILTER_NAMES
    assert list(CHOICES) == ["bank", *FILTERS, "random"]
    assert (BANK, RANDOM) == ("bank", "random")


@pytest.mark.parametrize("name", FILTERS)
def test_absolute_weights_sum_to_1_at_every_size(name):
    for size in (*SIZES, *LARGE):
        kernel = filter_kernel(name, size)
        assert (kernel.shape, kernel.dtype) == (size, np.float64)
        assert np.isfinite(kernel).all(), size
        np.testing.assert_allclose(np.abs(kernel).sum(), 1, rtol=1e-12, err_msg=str(size))


@pytest.mark.parametrize(
    "name", ["vertical edge", "horizontal edge", "spot", "falling edge", "rising edge"]
)
def test_a_difference_gives_nothing_on_a_flat_image(name):
    for size in WIDE:
        total = filter_kernel(name, size).sum()
        np.testing.assert_allclose(total, 0, atol=1e-12, err_msg=str(size))


@pytest.mark.parametrize("name", ["smooth", "identity"])
def test_an_average_keeps_a_flat_image(name):
    for size in SIZES:
        total = filter_kernel(name, size).sum()
        np.testing.assert_allclose(total, 1, rtol=1e-12, err_msg=str(size))


def test_a_sharpened_flat_image_keeps_its_sign():
    """Its plain weights sum to 1 before the absolute ones are made to: bright stays bright."""
    for size in SIZES:
        kernel = filter_kernel("sharpen", size)
        assert 0 < kernel.sum() <= 1 + 1e-12, size
        away = kernel - kernel.max() * (kernel == kernel.max())
        assert (away <= 0).all(), size


def test_symmetries():
    for size in SIZES:
        vertical, smooth = filter_kernel("vertical edge", size), filter_kernel("smooth", size)
        turned = filter_kernel("horizontal edge", size[::-1])
        np.testing.assert_array_equal(turned, vertical.T, err_msg=str(size))
        np.testing.assert_array_equal(vertical, vertical[::-1], err_msg=str(size))
        if size[1] > 1:
            np.testing.assert_array_equal(vertical, -vertical[:, ::-1], err_msg=str(size))
            assert vertical[0, 0] < 0 < vertical[0, -1], size  # right minus left
        np.testing.assert_allclose(smooth, smooth[::-1, ::-1], rtol=1e-12, err_msg=str(size))
        turned = filter_kernel("smooth", size[::-1])
        np.testing.assert_allclose(turned, smooth.T, rtol=1e-12, err_msg=str(size))


def test_the_diagonal_edges_lean_as_they_say():
    for size in WIDE:
        falling, rising = filter_kernel("falling edge", size), filter_kernel("rising edge", size)
        np.testing.assert_allclose(rising, falling[::-1], atol=1e-15, err_msg=str(size))
        assert falling[0, 0] < 0 < falling[-1, -1], size
        assert rising[-1, 0] < 0 < rising[0, -1], size


def test_the_kernels_at_3x3():
    impulse = np.zeros((3, 3))
    impulse[1, 1] = 1
    np.testing.assert_array_equal(8 * filter_kernel("vertical edge", (3, 3)), SOBEL)
    np.testing.assert_array_equal(
        8 * filter_kernel("vertical edge", (3, 3)),
        ndimage.sobel(impulse, axis=1)[::-1, ::-1],
    )
    np.testing.assert_array_equal(
        8 * filter_kernel("horizontal edge", (3, 3)), [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    )
    np.testing.assert_array_equal(
        16 * filter_kernel("smooth", (3, 3)), [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    )
    np.testing.assert_allclose(
        16 * filter_kernel("spot", (3, 3)), [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]
    )
    np.testing.assert_allclose(
        6 * filter_kernel("falling edge", (3, 3)), [[-1, -1, 0], [-1, 0, 1], [0, 1, 1]]
    )
    np.testing.assert_allclose(
        6 * filter_kernel("rising edge", (3, 3)), [[0, 1, 1], [-1, 0, 1], [-1, -1, 0]]
    )
    np.testing.assert_array_equal(
        filter_kernel("identity", (3, 3)), [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    )
    sharpen = np.array([[-1, -2, -1], [-2, 28, -2], [-1, -2, -1]])
    np.testing.assert_allclose(40 * filter_kernel("sharpen", (3, 3)), sharpen, rtol=1e-12)


def test_the_middle_of_an_even_kernel_is_before_its_half():
    np.testing.assert_array_equal(filter_kernel("identity", (2, 4)), [[0, 1, 0, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize("name", FILTERS)
def test_a_single_cell_is_left_as_it_is(name):
    np.testing.assert_array_equal(filter_kernel(name, (1, 1)), [[1.0]])


def test_derivative():
    np.testing.assert_array_equal(derivative(1), [1])
    np.testing.assert_array_equal(derivative(2), [-1, 1])
    np.testing.assert_array_equal(derivative(3), [-1, 0, 1])
    np.testing.assert_array_equal(derivative(4), [-0.5, -0.5, 0.5, 0.5])
    np.testing.assert_array_equal(derivative(5), [-0.25, -0.5, 0, 0.5, 0.25])
    for taps in range(2, 12):  # on a ramp of slope 1: the distance of the two means
        np.testing.assert_allclose(derivative(taps) @ np.arange(taps), 1 if taps == 2 else 2)


# The kernels of a layer


def test_a_bank_takes_the_filters_in_turn():
    assert [channel_filter("bank", channel) for channel in range(10)] == [
        *FILTER_NAMES[:8],
        *FILTER_NAMES[:2],
    ]
    assert channel_filter("smooth", 3) == "smooth"
    assert channel_filter("random", 3) == "random"
    kernels = convolution_kernels("bank", Conv2d((3, 4), out_channels=10), 1)
    assert kernels.dtype == np.float32
    for channel, kernel in enumerate(kernels):
        want = filter_kernel(FILTERS[channel % 8], (3, 4)).astype(np.float32)
        np.testing.assert_array_equal(kernel[0], want)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("in_channels", [1, 2, 5])
@pytest.mark.parametrize("kernel_size", [(1, 1), (3, 3), (2, 5)])
def test_a_response_never_exceeds_the_largest_input(choice, in_channels, kernel_size):
    layer = Conv2d(kernel_size, out_channels=9)
    kernels = convolution_kernels(choice, layer, in_channels, seed=5)
    assert kernels.shape == (9, in_channels, *kernel_size)
    assert kernels.dtype == np.float32
    totals = np.abs(kernels.astype(np.float64)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(totals, np.ones(9), rtol=1e-6)


@pytest.mark.parametrize("in_channels", [2, 4])
def test_with_more_channels_one_filter_reads_a_mix_of_them(in_channels):
    layer = Conv2d(3, out_channels=3)
    kernels = convolution_kernels("smooth", layer, in_channels, seed=7).astype(np.float64)
    mixes = kernels.sum(axis=(2, 3))  # smooth weights sum to 1
    want = mixes[:, :, None, None] * filter_kernel("smooth", (3, 3))
    np.testing.assert_allclose(kernels, want, atol=1e-7)
    np.testing.assert_allclose(np.abs(mixes).sum(axis=1), np.ones(3), rtol=1e-6)
    assert len(np.unique(mixes)) == mixes.size  # each output channel has a mix of its own
    assert mixes.min() < 0 < mixes.max()


def test_random_kernels_differ_everywhere():
    kernels = convolution_kernels("random", Conv2d(3), 2)
    assert len(np.unique(kernels)) == kernels.size
    assert kernels.min() < 0 < kernels.max()


def test_only_the_seed_decides():
    layer = Conv2d(3)
    for choice, in_channels in [("random", 1), ("random", 3), ("spot", 3)]:
        first = convolution_kernels(choice, layer, in_channels, seed=1)
        np.testing.assert_array_equal(
            convolution_kernels(choice, layer, in_channels, seed=1), first
        )
        assert (convolution_kernels(choice, layer, in_channels, seed=2) != first).any()
        assert (convolution_kernels(choice, layer, in_channels) != first).any()
        np.testing.assert_array_equal(
            convolution_kernels(choice, layer, in_channels),
            convolution_kernels(choice, layer, in_channels, seed=0),
        )


FINGERPRINT = """
import hashlib
from rfcore import Network, Stack
network = Network.with_filters(Stack.parse("C3 C2x4c3 C5"), 2, ("bank", "random"), seed=42)
print(hashlib.sha256(b"".join(kernels.tobytes() for kernels in network.kernels)).hexdigest())
"""


def test_a_share_link_gives_the_same_kernels_in_another_process():
    network = Network.with_filters(Stack.parse("C3 C2x4c3 C5"), 2, ("bank", "random"), seed=42)
    here = hashlib.sha256(b"".join(k.tobytes() for k in network.kernels)).hexdigest()
    for hash_seed in ("0", "1"):
        there = subprocess.run(
            [sys.executable, "-c", FINGERPRINT],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert there.stdout.strip() == here


def test_a_share_link_gives_the_same_kernels_next_year():
    """Pinned, so that a change of the recipe, or of NumPy's generator, does not go unnoticed."""
    kernels = convolution_kernels("random", Conv2d((1, 2), out_channels=2), 1, seed=42)
    np.testing.assert_allclose(
        kernels.ravel(), [0.226606, -0.773394, 0.443787, 0.556213], rtol=1e-5
    )
    mixed = convolution_kernels("identity", Conv2d(1, out_channels=1), 3, seed=42)
    np.testing.assert_allclose(mixed.ravel(), [0.145439, -0.496376, 0.358185], rtol=1e-5)


# Choices that there are not


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: filter_kernel("blur", (3, 3)),
            f"name must be one of {', '.join(FILTER_NAMES)}, got 'blur'",
        ),
        (
            lambda: filter_kernel("bank", (3, 3)),
            f"name must be one of {', '.join(FILTER_NAMES)}, got 'bank'",
        ),
        (
            lambda: convolution_kernels("sobel", Conv2d(3), 1),
            f"choice must be one of bank, {', '.join(FILTER_NAMES)}, random, got 'sobel'",
        ),
        (
            lambda: convolution_kernels("random", Conv2d(3), 0),
            "in_channels must be at least 1, got 0",
        ),
        (
            lambda: convolution_kernels("spot", Conv2d(3), 1.5),
            "in_channels must be a whole number, got 1.5",
        ),
        (
            lambda: convolution_kernels("spot", Conv2d(3), 1, seed=-1),
            "seed must be at least 0, got -1",
        ),
        (
            lambda: convolution_kernels("spot", Conv2d(3), 1, seed=None),
            "seed must be a whole number, got None",
        ),
        (
            lambda: convolution_kernels("spot", Conv2d(3), -2),
            "in_channels must be at least 1, got -2",
        ),
    ],
)
def test_says_what_is_wrong(call, message):
    with pytest.raises(KernelError, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize(
    ("kernel_size", "message"),
    [
        ((0, 3), "kernel_size must be at least 1, got 0"),
        ((1.5, 3), "kernel_size must be a whole number, got 1.5"),
        ((3, 3, 3), "kernel_size must be one whole number or (rows, cols), got (3, 3, 3)"),
        ("3", "kernel_size must be a whole number, got '3'"),
    ],
)
def test_a_kernel_size_that_cannot_be_is_named(kernel_size, message):
    with pytest.raises(LayerError, match=f"^{re.escape(message)}$"):
        filter_kernel("spot", kernel_size)


def test_one_number_is_a_square_filter():
    np.testing.assert_array_equal(filter_kernel("spot", 3), filter_kernel("spot", (3, 3)))
