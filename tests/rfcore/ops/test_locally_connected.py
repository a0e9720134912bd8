"""Locally connected layers: naive loops, and a convolution when all places share their kernels."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import rfcore.ops.locally_connected
from rfcore import (
    PADDING_MODES,
    Conv2d,
    Stack,
    compare_activations,
    conv2d,
    locally_connected_conv2d,
    locally_connected_kernels,
    shift,
)
from tests.support import oracles

PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


def naive_locally_connected(x, kernels, stride, padding, dilation, mode):
    """Cell by cell, one place of a naive convolution with the kernels of that place."""
    out = np.zeros((kernels.shape[2], *kernels.shape[:2]))
    for row, col in np.ndindex(kernels.shape[:2]):
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        whole = oracles.conv2d(x, kernels[row, col], padding_mode=mode, **options)
        out[:, row, col] = whole[:, row, col]
    return out


@st.composite
def cases(draw):
    """Draw a map, the layer that looks at it, and the shape of its locally connected kernels."""
    size = draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    kernel_size, stride, dilation = draw(PAIRS), draw(PAIRS), draw(PAIRS)
    mode = draw(st.sampled_from(PADDING_MODES))
    most = {"reflect": (size[0] - 1, size[1] - 1), "circular": size}.get(mode, (2, 2))
    padding = draw(st.tuples(st.integers(0, min(2, most[0])), st.integers(0, min(2, most[1]))))
    axes = zip(size, kernel_size, stride, padding, dilation, strict=True)
    assume(all(oracles.windows(*axis) for axis in axes))
    layer = Conv2d(
        kernel_size,
        stride,
        padding=padding,
        dilation=dilation,
        out_channels=draw(st.integers(1, 3)),
    )
    return (draw(st.integers(1, 3)), *size), layer, mode


@settings(max_examples=80, deadline=None)
@given(cases(), st.sampled_from([np.float32, np.float64]), st.integers(0, 999))
def test_locally_connected_equals_naive_loops_and_a_convolution_when_all_kernels_are_one(
    case, dtype, seed
):
    shape, layer, mode = case
    generator = np.random.default_rng(seed)
    x = generator.uniform(-1, 1, shape).astype(dtype)
    kernels = locally_connected_kernels(layer, shape[0], shape[1:], seed=seed)
    options = {"stride": layer.stride, "padding": layer.padding, "dilation": layer.dilation}
    got = locally_connected_conv2d(x, kernels, padding_mode=mode, **options)
    assert got.dtype == dtype
    want = naive_locally_connected(x, kernels, layer.stride, layer.padding, layer.dilation, mode)
    np.testing.assert_allclose(got, want, atol=1e-6)
    shared = np.broadcast_to(kernels[0, 0], kernels.shape)
    np.testing.assert_allclose(
        locally_connected_conv2d(x, shared, padding_mode=mode, **options),
        conv2d(x, kernels[0, 0], padding_mode=mode, **options),
        atol=1e-6,
    )


def test_a_batch_is_convolved_map_by_map():
    x = np.random.default_rng(0).standard_normal((3, 2, 6, 7))
    kernels = locally_connected_kernels(Conv2d((2, 3), out_channels=4), 2, (6, 7))
    got = locally_connected_conv2d(x, kernels)
    assert got.shape == (3, 4, 5, 5)
    np.testing.assert_array_equal(got, [locally_connected_conv2d(single, kernels) for single in x])


@pytest.mark.parametrize("seed", [0, 7])
def test_kernels_are_random_place_by_place_and_sum_to_1(seed):
    layer = Conv2d((3, 2), 2, padding=(1, 0), out_channels=4)
    kernels = locally_connected_kernels(layer, 3, (11, 14), seed=seed)
    assert kernels.dtype == np.float32
    assert kernels.shape == (6, 7, 4, 3, 3, 2)
    np.testing.assert_allclose(np.abs(kernels).sum(axis=(3, 4, 5)), 1, rtol=1e-5)
    places = kernels.reshape(42, -1)
    assert len(np.unique(places, axis=0)) == 42
    assert (kernels < 0).any()
    np.testing.assert_array_equal(kernels, locally_connected_kernels(layer, 3, (11, 14), seed=seed))
    assert not np.array_equal(kernels, locally_connected_kernels(layer, 3, (11, 14), seed=seed + 1))


def test_as_many_weights_as_may_be_are_made(monkeypatch):
    monkeypatch.setattr(rfcore.ops.locally_connected, "MAX_WEIGHTS", 6 * 7 * 2 * 9)
    assert locally_connected_kernels(Conv2d(3, out_channels=2), 1, (8, 9)).size == 6 * 7 * 2 * 9
    with pytest.raises(rfcore.KernelError, match="at most 756 weights, here it has 882"):
        locally_connected_kernels(Conv2d(3, out_channels=2), 1, (9, 9))


def test_without_weight_sharing_a_shift_is_not_followed():
    stack, layer = Stack.parse("C3c2"), Conv2d(3, out_channels=2)
    x = np.random.default_rng(1).standard_normal((1, 12, 12))
    kernels = locally_connected_kernels(layer, 1, (12, 12))
    errors = []
    for weights in (kernels, np.broadcast_to(kernels[0, 0], kernels.shape)):
        maps = [[locally_connected_conv2d(image, weights)] for image in (x, shift(x, 0, 1))]
        (result,) = compare_activations(stack, *maps, (0, 1), (12, 12))
        errors.append(result.error / result.scale)
    assert errors[0] > 0.1
    assert errors[1] < 1e-12


def test_a_flipped_kernel_is_caught(monkeypatch):
    windows = rfcore.ops.locally_connected.sliding_window_view
    monkeypatch.setattr(
        rfcore.ops.locally_connected,
        "sliding_window_view",
        lambda *given: windows(*given)[..., ::-1, ::-1],
    )
    with pytest.raises(AssertionError):
        test_locally_connected_equals_naive_loops_and_a_convolution_when_all_kernels_are_one()
