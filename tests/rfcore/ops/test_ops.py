"""All operations: numbers, pairs and batches, what each refuses, and the small ones in full."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from scipy import special

import rfcore
from rfcore import KernelError, LayerError, RfcoreError, ShapeError, ops
from tests.support import oracles
from tests.support.operations import DTYPES, assert_close, random_array


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
