"""Networks: every activation equals plain loops, layer by layer, and weights that fit or a word."""

import dataclasses
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfcore import (
    PADDING_MODES,
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    KernelError,
    LayerError,
    MaxPool2d,
    Network,
    ReLU,
    RfcoreError,
    ShapeError,
    Stack,
    convolution_kernels,
)
from rfcore.layers import Layer
from rfcore.network import run_weightless
from tests.support import oracles
from tests.support.random_networks import make_network


def run_naively(
    layer: Layer,
    x: np.ndarray,
    kernels: np.ndarray | None,
    bias: np.ndarray | None,
    padding_mode: str,
) -> np.ndarray:
    match layer:
        case Conv2d():
            return oracles.conv2d(
                x,
                kernels,
                bias,
                stride=layer.stride,
                padding=layer.padding,
                dilation=layer.dilation,
                padding_mode=padding_mode,
            )
        case MaxPool2d():
            return oracles.max_pool2d(
                x, layer.kernel_size, layer.stride, layer.padding, layer.dilation
            )
        case AvgPool2d():
            return oracles.avg_pool2d(x, layer.kernel_size, layer.stride, layer.padding)
        case BlurPool2d():
            return oracles.blur_pool2d(x, layer.kernel_size, layer.stride)
        case ReLU():
            return np.array([[[max(cell, 0.0) for cell in row] for row in plane] for plane in x])
        case GlobalAvgPool2d() | GlobalMaxPool2d():
            return oracles.global_pool2d(x, layer.symbol)
    raise AssertionError(layer)


TEXTS = (
    "C3x2p1c3 -> R -> M2 -> C2x3c2p1",
    "C3/2x1d1x2p2c2 -> B3/2 -> R -> A2x1p1x0",
    "M3x2/1p1d2 -> C1x4c3p0x2 -> GA -> C1c2 -> R",
    "A2x3/1 -> B4x2/1x2 -> C2p1c2 -> GM",
    "R -> M2/1 -> B3/2 -> C3p2d2c1",
)


def check_forward(network: Network, x: np.ndarray) -> None:
    """Compare every activation with plain loops."""
    activations = network.forward(x)
    assert len(activations) == len(network.stack)
    want = x
    tolerance = 1e-4 if x.dtype == np.float32 else 1e-10
    for number, (layer, got) in enumerate(zip(network.stack, activations, strict=True)):
        want = run_naively(
            layer, want, network.kernels[number], network.biases[number], network.padding_mode
        )
        assert got.dtype == x.dtype
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


@settings(max_examples=40, deadline=None)
@given(
    text=st.sampled_from(TEXTS),
    mode=st.sampled_from(PADDING_MODES),
    channels=st.integers(1, 3),
    size=st.tuples(st.integers(7, 9), st.integers(8, 11)),
    with_biases=st.booleans(),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32),
)
def test_forward_is_naive_loops_layer_by_layer(
    text, mode, channels, size, with_biases, dtype, seed
):
    network = make_network(text, channels, mode=mode, seed=seed, bias=with_biases)
    x = np.random.default_rng(seed + 1).standard_normal((channels, *size)).astype(dtype)
    x_before = x.copy()
    check_forward(network, x)
    np.testing.assert_array_equal(x, x_before)


def skip(skipped: int) -> Callable[[Network, int, np.ndarray], np.ndarray]:
    run_layer = Network.run_layer
    return lambda network, index, x: x if index == skipped else run_layer(network, index, x)


def without(part: str, value: object) -> Callable[[Network, int, np.ndarray], np.ndarray]:
    run_layer = Network.run_layer

    def run(network: Network, index: int, x: np.ndarray) -> np.ndarray:
        return run_layer(dataclasses.replace(network, **{part: value}), index, x)

    return run


@pytest.mark.parametrize(
    "planted",
    [
        *(pytest.param(skip(layer), id=f"layer {layer} skipped") for layer in range(5)),
        pytest.param(without("biases", ()), id="biases forgotten"),
        pytest.param(without("padding_mode", "zeros"), id="padding mode forgotten"),
    ],
)
def test_the_comparison_finds_a_planted_bug(planted, monkeypatch):
    """Every layer keeps the map's shape, so that only the numbers can tell."""
    text = "C3p1c2 -> R -> M3/1p1 -> A3/1p1 -> C3p1c2"
    network = make_network(text, 2, mode="circular", seed=5)
    x = np.random.default_rng(6).standard_normal((2, 7, 10))
    check_forward(network, x)
    monkeypatch.setattr(Network, "run_layer", planted)
    with pytest.raises(AssertionError):
        check_forward(network, x)


def test_a_batch_goes_through_like_its_maps():
    network = make_network(TEXTS[0], 2, mode="circular", seed=3)
    batch = np.random.default_rng(1).standard_normal((3, 2, 8, 9)).astype(np.float32)
    together = network.forward(batch)
    for number, x in enumerate(batch):
        for one, of_batch in zip(network.forward(x), together, strict=True):
            np.testing.assert_array_equal(of_batch[number], one)


def test_run_layer_is_one_step_of_forward():
    network = make_network(TEXTS[1], 1, mode="reflect", seed=4)
    x = np.random.default_rng(1).standard_normal((1, 9, 8))
    for index, activation in enumerate(network.forward(x)):
        x = network.run_layer(index, x)
        np.testing.assert_array_equal(x, activation)


def test_the_padding_mode_is_that_of_every_convolution():
    corner = np.zeros((1, 4, 4))
    corner[0, 0, 0] = 1
    ones = np.ones((1, 1, 3, 3))
    for mode, along in {
        "zeros": [2, 2, 1, 0],  # 1 1 0 0, summed by threes once more
        "circular": [3, 2, 2, 2],  # 1 1 0 1
        "reflect": [3, 2, 1, 0],  # 1 1 0 0
        "replicate": [5, 3, 1, 0],  # 2 1 0 0
    }.items():
        network = Network(Stack.parse("C3p1c1 -> R -> C3p1c1"), (ones, None, ones), (), mode)
        np.testing.assert_array_equal(network.forward(corner)[-1][0], np.outer(along, along))


def test_a_network_is_what_it_was_given():
    stack = Stack.parse("C3 R")
    kernels = [np.ones((8, 2, 3, 3)), None]
    network = Network(stack, kernels)
    assert network.kernels == (kernels[0], None)
    assert network.biases == (None, None)
    assert network.padding_mode == "zeros"
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.stack = Stack.parse("R")
    assert network != Network(stack, kernels)  # weights are arrays: a network equals only itself
    assert len({network, network}) == 1


# Weights that do not fit

C3R = Stack.parse("C3c4 R")
GOOD = np.ones((4, 1, 3, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: Network(C3R, (GOOD,)),
            KernelError,
            "kernels and biases need one entry for each of the 2 layers, got 1 and 2",
        ),
        (
            lambda: Network(C3R, (GOOD, None), (None,)),
            KernelError,
            "kernels and biases need one entry for each of the 2 layers, got 2 and 1",
        ),
        (
            lambda: Network(C3R, (GOOD, None, None), (None, None, None)),
            KernelError,
            "kernels and biases need one entry for each of the 2 layers, got 3 and 3",
        ),
        (
            lambda: Network(C3R, (GOOD, None), (), "wrap"),
            LayerError,
            "padding_mode must be one of zeros, circular, reflect, replicate, got 'wrap'",
        ),
        (
            lambda: Network(C3R, (GOOD, GOOD)),
            KernelError,
            "layer 2, R, has no weights; give None",
        ),
        (
            lambda: Network(C3R, (GOOD, None), (None, np.ones(4))),
            KernelError,
            "layer 2, R, has no weights; give None",
        ),
        (
            lambda: Network(C3R, (None, None)),
            KernelError,
            "layer 1, C3x3/1c4, needs kernels, got None",
        ),
        (
            lambda: Network(C3R, (np.ones((3, 1, 3, 3)), None)),
            KernelError,
            "layer 1, C3x3/1c4, needs kernels (4, 1, 3, 3), got (3, 1, 3, 3)",
        ),
        (
            lambda: Network(C3R, (np.ones((4, 2, 3, 2)), None)),
            KernelError,
            "layer 1, C3x3/1c4, needs kernels (4, 2, 3, 3), got (4, 2, 3, 2)",
        ),
        (
            lambda: Network(Stack.parse("C3c4 M2 C2c1"), (GOOD, None, np.ones((1, 3, 2, 2)))),
            KernelError,
            "layer 3, C2x2/1c1, needs kernels (1, 4, 2, 2), got (1, 3, 2, 2)",
        ),
        (
            lambda: Network(C3R, ([1], None)),
            KernelError,
            "kernels are an array (out_channels, channels, rows, cols), got <class 'list'>",
        ),
        (
            lambda: Network(C3R, (GOOD * np.nan, None)),
            KernelError,
            "every kernel weight must be a finite number, got NaN or infinity",
        ),
        (
            lambda: Network(C3R, (GOOD, None), (np.ones(3), None)),
            KernelError,
            "a bias has one number for each of the 4 output channels, got shape (3,)",
        ),
        (
            lambda: Network(C3R, (GOOD, None), (np.full(4, np.nan), None)),
            KernelError,
            "every bias must be a finite number, got NaN or infinity",
        ),
        (
            lambda: Network.with_filters(C3R, 1, ("spot", "spot")),
            KernelError,
            "2 kernels were chosen, but the stack has 1 convolutions",
        ),
        (
            lambda: Network.with_filters(C3R, 0),
            KernelError,
            "in_channels must be at least 1, got 0",
        ),
        (
            lambda: Network.with_filters(C3R, 1.5),
            KernelError,
            "in_channels must be a whole number, got 1.5",
        ),
        (
            lambda: Network.with_filters(C3R, in_channels=True),
            KernelError,
            "in_channels must be a whole number, got True",
        ),
        (
            lambda: Network.with_filters(C3R, seed=-1),
            KernelError,
            "seed must be at least 0, got -1",
        ),
        (
            lambda: Network.with_filters(C3R, seed="a"),
            KernelError,
            "seed must be a whole number, got 'a'",
        ),
        (
            lambda: Network.with_filters(C3R, filters="spot"),
            KernelError,
            "filters must be a sequence of names, got 'spot'",
        ),
        (
            lambda: Network.with_filters("C3"),
            LayerError,
            "stack must be a Stack, as Stack.parse gives, got 'C3'",
        ),
        (
            lambda: Network("C3", (GOOD,)),
            LayerError,
            "stack must be a Stack, as Stack.parse gives, got 'C3'",
        ),
        (
            lambda: Network(C3R, (GOOD, None)).run_layer(9, np.ones((1, 5, 5))),
            LayerError,
            "index must be a whole number from 0 to 1 in a stack of 2 layers, got 9",
        ),
        (
            lambda: Network(C3R, (GOOD, None)).run_layer(-1, np.ones((1, 5, 5))),
            LayerError,
            "index must be a whole number from 0 to 1 in a stack of 2 layers, got -1",
        ),
        (
            lambda: Network(C3R, (GOOD * 1e300, None)).forward(np.ones((1, 5, 5), np.float32)),
            KernelError,
            "every kernel weight must be at most 3.4e+38 for a map of float32, got 1e+300",
        ),
        (
            lambda: Network(C3R, (GOOD, None)).forward(np.ones((1, 2, 9))),
            ShapeError,
            "layer 1, C3x3/1c4 does not fit: its window covers 3x3 cells and the map before it "
            "has 2x9; take a smaller kernel, or put it earlier",
        ),
        (
            lambda: Network.with_filters(Stack.parse("R M2 B7")).forward(np.ones((1, 9, 6))),
            ShapeError,
            "layer 3, B7x7/7 does not fit: mirroring the border needs more than 3 cells and the "
            "map before it has 4x3; take a smaller kernel",
        ),
        (
            lambda: Network(C3R, (GOOD, None)).forward(np.ones((2, 9, 9))),
            ShapeError,
            "layer 1, the kernels expect 1 channels, the map has 2 "
            "(map (2, 9, 9), kernels (4, 1, 3, 3))",
        ),
        (
            lambda: Network.with_filters(Stack.parse("R C3p4"), padding_mode="circular").forward(
                np.ones((1, 3, 9))
            ),
            ShapeError,
            "layer 2, circular padding of 4x4 cells needs a larger map than 3x9; at most 3x9 here",
        ),
        (
            lambda: Network.with_filters(Stack.parse("R GA")).forward(np.ones((5, 5))),
            ShapeError,
            "a map is an array (channels, rows, cols), or a batch (n, channels, rows, cols); "
            "got an array of shape (5, 5)",
        ),
        (
            lambda: Network.with_filters(Stack.parse("R")).forward(np.ones((1, 5, 5), int)),
            ShapeError,
            f"a map holds float32 or float64 numbers, got {np.dtype(int)}",
        ),
        (
            lambda: run_weightless(Conv2d(3), np.ones((1, 5, 5))),
            LayerError,
            "C3x3/1 has no operation without weights",
        ),
    ],
)
def test_says_what_is_wrong(call, error, message):
    with pytest.raises(RfcoreError, match=f"^{re.escape(message)}$") as caught:
        call()
    assert type(caught.value) is error


# Networks of named filters


def test_each_convolution_has_its_own_choice_and_seed():
    stack = Stack.parse("C3c2 M2 R C2x3c3 C3c4")
    network = Network.with_filters(stack, 3, ("spot", "random"), padding_mode="replicate", seed=11)
    assert network.padding_mode == "replicate"
    assert network.biases == (None,) * 5
    assert [kernels is None for kernels in network.kernels] == [False, True, True, False, False]
    for layer, choice, channels, seed in [
        (0, "spot", 3, 11),
        (3, "random", 2, 12),
        (4, "bank", 3, 13),
    ]:
        want = convolution_kernels(choice, stack.layers[layer], channels, seed=seed)
        np.testing.assert_array_equal(network.kernels[layer], want)


def test_filters_are_the_bank_on_one_channel_when_left_out():
    stack = Stack.parse("C3 C3c2")
    network = Network.with_filters(stack)
    for index, channels in enumerate((1, 8)):
        want = convolution_kernels("bank", stack.layers[index], channels, seed=index)
        np.testing.assert_array_equal(network.kernels[index], want)
    assert network.padding_mode == "zeros"
