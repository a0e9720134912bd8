"""Input gradients against PyTorch's autograd, their transpose and finite differences.

Images are random, so no window ties and no ReLU sits at its kink, unless a test is about those.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812, its usual name
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rfcore import backward as backward_module
from rfcore import window_gradients
from rfcore.errors import ShapeError
from rfcore.gradient import (
    effective_receptive_field,
    input_gradient,
)
from rfcore.layers import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    MaxPool2d,
    ReLU,
    Shape,
    Window,
)
from rfcore.network import Network
from rfcore.ops import PADDING_MODES, Border, add_border, binomial, window_views
from rfcore.stack import Stack
from rfcore.window_gradients import convolution_backward
from tests.support.random_networks import Array, make_image, make_network


@pytest.fixture(autouse=True, scope="module")
def one_torch_thread() -> Iterator[None]:
    """On maps this small, threads only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def torch_layer(network: Network, index: int, x: torch.Tensor) -> torch.Tensor:
    match network.stack.layers[index]:
        case Conv2d(stride=stride, padding=(rows, cols), dilation=dilation):
            mode = "constant" if network.padding_mode == "zeros" else network.padding_mode
            weight = torch.tensor(network.kernels[index], dtype=x.dtype)
            bias = network.biases[index]
            bias = None if bias is None else torch.tensor(bias, dtype=x.dtype)
            padded = F.pad(x, (cols, cols, rows, rows), mode=mode)
            return F.conv2d(padded, weight, bias, stride=stride, dilation=dilation)
        case MaxPool2d(kernel, stride, padding, dilation):
            return F.max_pool2d(x, kernel, stride, padding, dilation)
        case AvgPool2d(kernel, stride, padding):
            return F.avg_pool2d(x, kernel, stride, padding)
        case BlurPool2d(kernel_size=(rows, cols), stride=stride):
            border = ((cols - 1) // 2, cols // 2, (rows - 1) // 2, rows // 2)
            weight = torch.tensor(np.outer(binomial(rows), binomial(cols)), dtype=x.dtype)
            weight = weight.expand(x.shape[1], 1, rows, cols)
            return F.conv2d(F.pad(x, border, "reflect"), weight, stride=stride, groups=x.shape[1])
        case ReLU():
            return F.relu(x)
        case GlobalAvgPool2d():
            return F.adaptive_avg_pool2d(x, 1)
        case GlobalMaxPool2d():
            return F.adaptive_max_pool2d(x, 1)
    raise AssertionError


def torch_gradient(network: Network, image: Array, layer: int, output_gradient: Array) -> Array:
    leaf = torch.tensor(image[None], requires_grad=True)
    x = leaf
    for index in range(layer + 1):
        x = torch_layer(network, index, x)
    (gradient,) = torch.autograd.grad(x, leaf, torch.tensor(output_gradient[None]))
    return gradient[0].numpy()


def check_like_torch(network: Network, image: Array, *, rtol: float = 1e-9) -> None:
    """The gradient at the image, for a random gradient at the output of every layer."""
    for layer, activation in enumerate(network.forward(image)):
        output_gradient = make_image(activation.shape, seed=layer).astype(image.dtype)
        got = input_gradient(network, image, layer, output_gradient)
        want = torch_gradient(network, image, layer, output_gradient)
        assert got.dtype == image.dtype
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * max(1, np.abs(want).max()))


ONE_LAYER = [
    "C3c2",
    "C2x3/1c3",
    "C3x2/2x3c2 p1x2",
    "C3x2/1c2 p2 d2x3",
    "C1/3c2",
    "C2/3c2",  # cells between the windows that no unit sees
    "M2",
    "M3/2 p1",
    "M3x2/1 p1x0 d2x1",
    "M2x3/3x1",
    "A2",
    "A3x2/2x1 p1",
    "B2",
    "B3/1",
    "B4x3/2x3",
    "B5/2",
    "B7x6/3",
    "R",
    "GA",
    "GM",
]


@pytest.mark.exhaustive
@pytest.mark.parametrize("notation", ONE_LAYER)
def test_every_layer_is_as_in_pytorch(notation: str) -> None:
    check_like_torch(make_network(notation, 2), make_image((2, 7, 10)))


@pytest.mark.exhaustive
@pytest.mark.parametrize("mode", PADDING_MODES)
@pytest.mark.parametrize(
    "notation", ["C3c2 p1", "C3x2/1c2 p4x2", "C2x3/2x3c1 p1x5 d2x1", "A3/2 p1", "M3/2 p1"]
)
def test_every_padding_mode_is_as_in_pytorch(notation: str, mode: str) -> None:
    """The mode is for convolutions: a pool's own padding is what it always is."""
    check_like_torch(make_network(notation, 2, mode=mode), make_image((2, 7, 10)))


LARGE_WINDOWS = [
    "C8x9c2",
    "C9x8/2x3c3 p4x5 d2x1",
    "C30x3c2 p20x0",
    "C1x70/2 p0x40c2",
    "M9x8/1",
    "M8/3 p4",
    "M9x8/2 p3 d2x1",
    "A8/3 p2",
    "A9x8/1",
]


@pytest.mark.parametrize("notation", LARGE_WINDOWS)
@pytest.mark.parametrize("step", [0, 1 << 60])
def test_large_windows_are_as_in_pytorch(
    monkeypatch: pytest.MonkeyPatch, notation: str, step: int
) -> None:
    """For all units and for one, by a convolution (a step is expensive) and without."""
    monkeypatch.setattr(window_gradients, "_STEP", step)
    monkeypatch.setattr(window_gradients, "_ADDED", 0)
    network, image = make_network(notation, 2), make_image((2, 24, 31))
    check_like_torch(network, image)
    one = np.zeros_like(network.forward(image)[0])
    one[0, 3, 2] = 1
    got = effective_receptive_field(network, image, 0, (3, 2), channel=0)
    np.testing.assert_allclose(got, torch_gradient(network, image, 0, one).sum(0), atol=1e-12)


def test_a_tie_in_a_large_window_goes_to_the_first_in_reading_order() -> None:
    image = np.random.default_rng(5).integers(0, 3, (2, 20, 23)).astype(float)
    check_like_torch(make_network("M9x8/2 p4", 2), image)


@pytest.mark.parametrize(
    "notation",
    [
        "C3p1c4 R M2 C3p1c5 R M2 C3p1c6 GA",
        "C3x5/1c3 p1 M2/1 B3/2 R C3c2 d2 p2 A2/1 GM",
        "GA C1c3 R C1c2",
        "B3 M3/2p1 C3p1c2 B2",
    ],
)
@pytest.mark.parametrize("mode", PADDING_MODES)
def test_whole_networks_are_as_in_pytorch(notation: str, mode: str) -> None:
    check_like_torch(make_network(notation, 3, mode=mode), make_image((3, 19, 26)))


def test_float32_stays_float32_and_is_as_in_pytorch() -> None:
    network = make_network("R C3p1c4 M2 B3/1 C3p1c3 A2 GA", 3, mode="reflect")
    image = make_image((3, 12, 17)).astype(np.float32)
    check_like_torch(network, image, rtol=1e-4)
    assert effective_receptive_field(network, image, 2, (1, 1)).dtype == np.float32
    for layer, activation in enumerate(network.forward(image)):
        for dtype in (np.float64, np.int64):
            weights = np.ones(activation.shape, dtype)
            assert input_gradient(network, image, layer, weights).dtype == np.float32


sizes = st.integers(1, 3)


layers = st.one_of(
    st.builds(
        Conv2d,
        st.tuples(sizes, sizes),
        st.tuples(sizes, sizes),
        padding=st.tuples(st.integers(0, 3), st.integers(0, 3)),
        dilation=st.tuples(sizes, sizes),
        out_channels=sizes,
    ),
    st.builds(
        MaxPool2d,
        st.tuples(st.integers(2, 3), st.integers(2, 3)),
        st.tuples(sizes, sizes),
        padding=st.tuples(st.integers(0, 1), st.integers(0, 1)),
        dilation=st.tuples(sizes, sizes),
    ),
    st.builds(
        AvgPool2d,
        st.tuples(st.integers(2, 4), sizes),
        st.tuples(sizes, sizes),
        padding=st.tuples(st.integers(0, 1), st.just(0)),
    ),
    st.builds(BlurPool2d, st.tuples(st.integers(2, 5), st.integers(2, 5)), st.tuples(sizes, sizes)),
    st.builds(ReLU),
)


images = st.tuples(sizes, st.integers(5, 14), st.integers(5, 14))


def build(drawn: Sequence[Any], shape: Shape, mode: Any, seed: int, *, bias: bool) -> Network:
    """A network of those of the drawn layers that fit, one after the other."""
    kept: list[Any] = []
    image = make_image(shape)
    for layer in drawn:
        network = make_network(
            str(Stack((*kept, layer))), shape[0], mode=mode, seed=seed, bias=bias
        )
        try:
            network.forward(image)
        except ShapeError:
            continue
        kept.append(layer)
    assume(kept)
    return make_network(str(Stack(tuple(kept))), shape[0], mode=mode, seed=seed, bias=bias)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(layers, min_size=1, max_size=5),
    images,
    st.sampled_from(PADDING_MODES),
    st.integers(0, 99),
)
def test_random_networks_are_as_in_pytorch(
    drawn: list[Any], shape: Shape, mode: str, seed: int
) -> None:
    network = build(drawn, shape, mode, seed, bias=True)
    check_like_torch(network, make_image(shape, seed=seed + 100))


linear_layers = layers.filter(lambda layer: not isinstance(layer, MaxPool2d | ReLU))


def check_adjoint(network: Network, image: Array, output_gradient: Array) -> None:
    """Of a linear network the gradient is the transpose: <g, A x> = <At g, x>."""
    forward = (output_gradient * network.forward(image)[-1]).sum()
    back = (input_gradient(network, image, -1, output_gradient) * image).sum()
    scale = np.abs(output_gradient).sum() * np.abs(network.forward(np.abs(image))[-1]).max()
    np.testing.assert_allclose(back, forward, rtol=1e-9, atol=1e-9 * max(1, scale))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(linear_layers, min_size=1, max_size=4),
    images,
    st.sampled_from(PADDING_MODES),
    st.integers(0, 99),
)
def test_of_a_linear_network_it_is_the_transpose(
    drawn: list[Any], shape: Shape, mode: str, seed: int
) -> None:
    network = build(drawn, shape, mode, seed, bias=False)
    image = make_image(shape, seed=seed + 100)
    check_adjoint(network, image, make_image(network.forward(image)[-1].shape, seed=seed))


@pytest.mark.parametrize("mode", PADDING_MODES)
def test_finite_differences_agree(mode: str) -> None:
    network = make_network("C3x2p1c3 R M2x3/2x1 C2c2 p1 B3/1 GM", 2, mode=mode)
    image, step = make_image((2, 7, 10)), 1e-6
    weights = make_image(network.forward(image)[-1].shape)

    def value(x: Array) -> float:
        return float((weights * network.forward(x)[-1]).sum())

    want = np.empty_like(image)
    for place in np.ndindex(image.shape):
        nudge = np.zeros_like(image)
        nudge[place] = step
        want[place] = (value(image + nudge) - value(image - nudge)) / (2 * step)
    got = input_gradient(network, image, -1, weights)
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-7)


# Ties: what a maximum does with equal cells.


@pytest.mark.parametrize(
    "notation", ["M2", "M3/2 p1", "M3x2/1 p1x0 d2x1", "GM", "R M2 M2", "M3 GM"]
)
def test_in_a_tie_the_first_in_reading_order_wins_as_in_pytorch(notation: str) -> None:
    generator = np.random.default_rng(3)
    for image in (
        np.zeros((2, 9, 12)),
        np.full((2, 9, 12), -4.0),
        generator.integers(-1, 2, (2, 9, 12)).astype(float),
    ):
        check_like_torch(make_network(notation, 2), image)


def test_on_a_flat_image_the_first_cell_of_the_window_gets_everything() -> None:
    field = effective_receptive_field(make_network("M2x3"), np.ones((1, 4, 6)), 0, (1, 1))
    assert np.argwhere(field).tolist() == [[2, 3]]
    assert field[2, 3] == 1


def test_a_relu_passes_nothing_at_zero() -> None:
    image = np.array([[[0.0, 1.0, -1.0]]])
    got = input_gradient(make_network("R"), image, 0, np.full((1, 1, 3), 5.0))
    np.testing.assert_array_equal(got, [[[0, 5, 0]]])


# The effective receptive field of one unit.


def test_a_unit_of_one_channel_or_of_all_summed_over_the_images_channels() -> None:
    network = make_network("C3c4 p1 R M2 C3c5 p1", 3)
    image = make_image((3, 9, 12))
    every = np.zeros((5, 4, 6))
    for channel in range(5):
        one = np.zeros((5, 4, 6))
        one[channel, 1, 2] = every[channel, 1, 2] = 1
        got = effective_receptive_field(network, image, 3, (1, 2), channel=channel)
        np.testing.assert_allclose(got, torch_gradient(network, image, 3, one).sum(0), atol=1e-12)
    got = effective_receptive_field(network, image, -1, (1, 2))
    np.testing.assert_allclose(got, torch_gradient(network, image, 3, every).sum(0), atol=1e-12)


# Planted bugs: each of these checkers must see what it is there for.


def cropping_fold(padded: Array, cells: Array, shape: Shape) -> Array:
    """Cut the padding off where what it copies should get its gradient back."""
    row, col = np.argwhere(cells == 0)[len(np.argwhere(cells == 0)) // 2]
    return padded[:, row : row + shape[1], col : col + shape[2]]


def zeros_for_minus_infinity(x: Array, border: Border) -> Array:
    return add_border(x, border._replace(value=0.0) if border.value == -np.inf else border)


def last_winner(back: Array, values: Array, gradient: Array, window: Window) -> None:
    """Give a tie to the last of the equals."""
    sizes = gradient.shape[1], gradient.shape[2]
    taps = list(window_views(values, window, sizes))
    winners = len(taps) - 1 - np.argmax(taps[::-1], axis=0)
    for tap, view in enumerate(window_views(back, window, sizes)):
        view += np.where(winners == tap, gradient, 0)


def flipped_kernels(back: Array, kernels: Array, gradient: Array, window: Window) -> None:
    convolution_backward(back, kernels[:, :, ::-1, ::-1], gradient, window)


FLAT = np.full((2, 7, 10), -4.0)


@pytest.mark.parametrize(
    ("name", "planted", "notation", "mode", "image"),
    [
        ("_fold", cropping_fold, "C3c2 p1", "reflect", None),
        ("_fold", cropping_fold, "C3c2 p1", "replicate", None),
        ("_fold", cropping_fold, "C3c2 p1", "circular", None),
        ("_fold", cropping_fold, "B3", "zeros", None),
        ("add_border", zeros_for_minus_infinity, "M3/2 p1", "zeros", FLAT),
        ("max_backward", last_winner, "M2", "zeros", FLAT),
        ("convolution_backward", flipped_kernels, "C3x2/1c2", "zeros", None),
    ],
)
def test_a_planted_bug_is_caught(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    planted: Callable[..., Any],
    notation: str,
    mode: str,
    image: Array | None,
) -> None:
    network = make_network(notation, 2, mode=mode, bias=False)
    image = make_image((2, 7, 10)) if image is None else image
    check_like_torch(network, image)
    monkeypatch.setattr(backward_module, name, planted)
    with pytest.raises(AssertionError):
        check_like_torch(network, image)
    if planted is cropping_fold:
        with pytest.raises(AssertionError):
            check_adjoint(network, image, make_image(network.forward(image)[-1].shape))
