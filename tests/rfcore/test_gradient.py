"""Input gradients against PyTorch's autograd, finite differences and brute force.

Images are random, so no window ties and no ReLU sits at its kink, unless a test is about those.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812, its usual name
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rfcore import backward as backward_module
from rfcore.errors import LayerError, RfcoreError, ShapeError
from rfcore.gradient import (
    effective_receptive_field,
    gaussian_width,
    input_gradient,
    used_pixels,
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
)
from rfcore.network import Network
from rfcore.ops import PADDING_MODES, Border, add_border, binomial
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.stack import Stack

Array = np.ndarray[Any, np.dtype[Any]]


@pytest.fixture(autouse=True, scope="module")
def one_torch_thread() -> Iterator[None]:
    """On maps this small, threads only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def make_network(
    notation: str, channels: int = 1, *, mode: Any = "zeros", seed: int = 0, bias: bool = True
) -> Network:
    """Random float64 weights and biases, so that rounding hides no error."""
    generator = np.random.default_rng(seed)
    stack = Stack.parse(notation)
    kernels: list[Array | None] = []
    biases: list[Array | None] = []
    for layer in stack:
        if isinstance(layer, Conv2d):
            shape = (layer.out_channels, channels, *layer.kernel_size)
            kernels.append(generator.standard_normal(shape))
            biases.append(generator.standard_normal(layer.out_channels) if bias else None)
        else:
            kernels.append(None)
            biases.append(None)
        channels = layer.output_channels(channels)
    return Network(stack, tuple(kernels), tuple(biases), mode)


def make_image(shape: Shape, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


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


@pytest.mark.parametrize("notation", ONE_LAYER)
def test_every_layer_is_as_in_pytorch(notation: str) -> None:
    check_like_torch(make_network(notation, 2), make_image((2, 7, 10)))


@pytest.mark.parametrize("mode", PADDING_MODES)
@pytest.mark.parametrize(
    "notation", ["C3c2 p1", "C3x2/1c2 p4x2", "C2x3/2x3c1 p1x5 d2x1", "A3/2 p1", "M3/2 p1"]
)
def test_every_padding_mode_is_as_in_pytorch(notation: str, mode: str) -> None:
    """The mode is for convolutions: a pool's own padding is what it always is."""
    check_like_torch(make_network(notation, 2, mode=mode), make_image((2, 7, 10)))


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


def test_a_layer_is_counted_from_either_end() -> None:
    network, image = make_network("C3c2 R M2 C2c2"), make_image((1, 8, 9))
    for layer in range(4):
        np.testing.assert_array_equal(
            effective_receptive_field(network, image, layer, (1, 1)),
            effective_receptive_field(network, image, layer - 4, (1, 1)),
        )


def test_later_layers_need_not_fit() -> None:
    network = make_network("C3c1 M2 C9c1")
    assert effective_receptive_field(network, make_image((1, 8, 8)), 1, (0, 0)).shape == (8, 8)


def test_the_image_is_left_as_it_was() -> None:
    network, image = make_network("C3c2 p1 R GM"), make_image((1, 6, 7))
    before = image.copy()
    used_pixels(network, image, -1, (0, 0))
    np.testing.assert_array_equal(image, before)


def test_a_gradient_can_be_written_to() -> None:
    for notation in ("GA", "A2", "R", "C1c1", "M2", "GM"):
        network, image = make_network(notation), make_image((1, 4, 4))
        gradient = input_gradient(network, image, 0, network.forward(image)[0])
        gradient += 1


# Used pixels.


def brute_force_used(network: Network, image: Array, layer: int, unit: Any, channel: Any) -> Array:
    """Change each pixel a little, in each channel of the image, and see whether the unit does."""
    select = slice(None) if channel is None else channel

    def value(x: Array) -> float:
        return float(np.sum(network.forward(x)[layer][select, unit[0], unit[1]]))

    used = np.zeros(image.shape[1:], bool)
    for place in np.ndindex(image.shape):
        nudged = image.copy()
        nudged[place] += 1e-5
        used[place[1:]] |= abs(value(nudged) - value(image)) > 1e-11
    return used


@pytest.mark.parametrize("mode", PADDING_MODES)
@pytest.mark.parametrize(
    ("notation", "unit"),
    [
        ("C3x2/1c2 p1 R M2x3", (1, 2)),
        ("C3c2 d2 p2 M2/1 B3 C2c2", (0, 0)),
        ("C3c3 p1 R A2 R GM", (0, 0)),
        ("M2 C2c2 p1 GA", (0, 0)),
    ],
)
@pytest.mark.parametrize("channel", [None, 1])
def test_used_pixels_are_those_whose_small_change_shows(
    notation: str, unit: tuple[int, int], mode: str, channel: int | None
) -> None:
    network, image = make_network(notation, 2, mode=mode), make_image((2, 8, 11))
    got = used_pixels(network, image, -1, unit, channel=channel)
    assert got.dtype == bool
    np.testing.assert_array_equal(got, brute_force_used(network, image, -1, unit, channel))
    assert got.any()


def test_of_a_linear_stack_every_tap_with_a_weight_is_used() -> None:
    kernels = np.ones((1, 1, 3, 3))
    kernels[0, 0, 0, 1] = 0
    network = Network(Stack.parse("C3x3/1d2c1"), (kernels,))
    used = used_pixels(network, make_image((1, 7, 8)), 0, (1, 2))
    taps = {(1 + 2 * row, 2 + 2 * col) for row in range(3) for col in range(3)} - {(1, 4)}
    assert set(map(tuple, np.argwhere(used))) == taps


def test_a_pixel_whose_ways_cancel_is_unused_though_rounding_may_leave_a_crumb() -> None:
    first, second = np.array([0.1, 0.2, 0.3]), np.array([0.1, 0.3, -0.9])
    composed = np.convolve(first, second)  # in the middle -0.09 + 0.06 + 0.03
    assert abs(composed[2]) < 1e-16
    kernels = first.reshape(1, 1, 1, 3), second.reshape(1, 1, 1, 3)
    network = Network(Stack.parse("C1x3c1 C1x3c1"), kernels)
    used = used_pixels(network, make_image((1, 1, 9)), -1, (0, 2))
    assert np.flatnonzero(used).tolist() == [2, 3, 5, 6]


def test_weights_however_small_are_used() -> None:
    """50 layers of ninths: the corner counts (1/9)^50, which float32 has no number for."""
    kernels = np.full((1, 1, 3, 3), 1 / 9)
    network = Network(Stack.parse("C3c1 " * 50), (kernels,) * 50)
    image = make_image((1, 101, 101)).astype(np.float32)
    assert effective_receptive_field(network, image, -1, (0, 0))[0, 0] == 0
    assert used_pixels(network, image, -1, (0, 0)).all()


def test_a_pixel_counts_as_used_when_its_channels_cancel_in_the_sum() -> None:
    kernels = np.array([[[[1.0]], [[-1.0]]]])
    network = Network(Stack.parse("C1x1/1c1"), (kernels,))
    image = make_image((2, 2, 2))
    assert effective_receptive_field(network, image, 0, (0, 1)).tolist() == [[0, 0], [0, 0]]
    assert used_pixels(network, image, 0, (0, 1)).tolist() == [[False, True], [False, False]]


def check_fills_its_span(field: ReceptiveField, network: Network, unit: tuple[int, int]) -> None:
    """Where every weight is positive and the span has no holes, a unit uses all of its span."""
    image = np.zeros((1, 30, 34))
    row0, row1, col0, col1 = field.span(*unit)
    want = np.zeros((30, 34), bool)
    want[max(row0, 0) : max(row1, 0), max(col0, 0) : max(col1, 0)] = True
    np.testing.assert_array_equal(used_pixels(network, image, -1, unit), want)


def own_stride_size(stack: Stack) -> tuple[int, int]:
    """The published bug that gives 7, not 8: a layer's own stride taken for the jump before it."""
    size = [1, 1]
    for layer in stack:
        window = layer.window()
        for axis in (0, 1):
            size[axis] += (window.kernel_size[axis] - 1) * window.stride[axis]
    return size[0], size[1]


@pytest.mark.parametrize("notation", ["C3c1 A2 C3c1", "C3x2/1c1 p1 A2x3/1x2 C3x2/2x1c1 p1x0"])
def test_effective_field_and_receptive_field_agree(notation: str) -> None:
    network = make_network(notation)
    network = replace(
        network, kernels=tuple(k if k is None else np.abs(k) for k in network.kernels)
    )
    field = receptive_fields(network.stack)[-1]
    own_stride = replace(field, size=own_stride_size(network.stack))
    for unit in ((0, 0), (3, 4), (5, 2)):
        check_fills_its_span(field, network, unit)
        for planted in (
            own_stride,
            replace(field, start=(field.start[0] + 1, field.start[1])),
            replace(field, jump=(1, 1), start=(-2, -2)),
        ):
            with pytest.raises(AssertionError):
                check_fills_its_span(planted, network, unit)


# The width.


@pytest.mark.parametrize("depth", [5, 10, 20, 40])
@pytest.mark.parametrize(("kernel_rows", "kernel_cols"), [(3, 3), (2, 5)])
def test_the_width_grows_with_the_square_root_of_the_depth(
    depth: int, kernel_rows: int, kernel_cols: int
) -> None:
    kernels = np.full((1, 1, kernel_rows, kernel_cols), 1 / (kernel_rows * kernel_cols))
    stack = Stack.parse(f"C{kernel_rows}x{kernel_cols}c1 " * depth)
    network = Network(stack, (kernels,) * depth)
    size = receptive_fields(stack)[-1].size
    image = np.zeros((1, size[0] + 3, size[1] + 2))
    field = effective_receptive_field(network, image, -1, (2, 1))
    got = gaussian_width(field)
    want = [np.sqrt(depth * (k**2 - 1) / 12) for k in (kernel_rows, kernel_cols)]
    np.testing.assert_allclose(got, want, rtol=1e-9)
    assert [type(width) for width in got] == [float, float]


def test_the_width_of_a_gaussian_is_its_own() -> None:
    rows, cols = np.ogrid[-30:31, -40:41]
    field = np.exp(-((rows - 2.5) ** 2) / (2 * 4**2) - cols**2 / (2 * 6**2))
    field *= np.where(rows + cols > 0, 5, -5)  # only sizes count, not signs
    np.testing.assert_allclose(gaussian_width(field.astype(np.float32)), (4, 6), rtol=1e-4)


def test_a_point_and_nothing_have_no_width() -> None:
    point = np.zeros((4, 5))
    assert gaussian_width(point) == (0.0, 0.0)
    point[1, 3] = -2
    assert gaussian_width(point) == (0.0, 0.0)


# Planted bugs: each of these checkers must see what it is there for.


def cropping_fold(padded: Array, cells: Array, shape: Shape) -> Array:
    """Cut the padding off where what it copies should get its gradient back."""
    row, col = np.argwhere(cells == 0)[len(np.argwhere(cells == 0)) // 2]
    return padded[:, row : row + shape[1], col : col + shape[2]]


def zeros_for_minus_infinity(x: Array, border: Border) -> Array:
    return add_border(x, border._replace(value=0.0) if border.value == -np.inf else border)


def last_winner(values: Any, gradient: Array) -> Any:
    """Give a tie to the last of the equals."""
    taps = list(values)
    winners = len(taps) - 1 - np.argmax(taps[::-1], axis=0)
    return [np.where(winners == tap, gradient, 0) for tap in range(len(taps))]


def flipped_kernels(kernels: Array, gradient: Array) -> Any:
    return right_kernels(kernels[:, :, ::-1, ::-1], gradient)


right_kernels = backward_module._by_kernels
FLAT = np.full((2, 7, 10), -4.0)


@pytest.mark.parametrize(
    ("name", "planted", "notation", "mode", "image"),
    [
        ("_fold", cropping_fold, "C3c2 p1", "reflect", None),
        ("_fold", cropping_fold, "C3c2 p1", "replicate", None),
        ("_fold", cropping_fold, "C3c2 p1", "circular", None),
        ("_fold", cropping_fold, "B3", "zeros", None),
        ("add_border", zeros_for_minus_infinity, "M3/2 p1", "zeros", FLAT),
        ("_to_winners", last_winner, "M2", "zeros", FLAT),
        ("_by_kernels", flipped_kernels, "C3x2/1c2", "zeros", None),
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


def test_brute_force_catches_a_gradient_taken_without_winners() -> None:
    """The planted bug: every cell of a window is used, winner or not."""
    network, image = make_network("C3c2 p1 M2", 2), make_image((2, 8, 11))
    averaging = make_network("C3c2 p1 A2", 2)
    want = brute_force_used(network, image, -1, (1, 2), 0)
    np.testing.assert_array_equal(used_pixels(network, image, -1, (1, 2), channel=0), want)
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(used_pixels(averaging, image, -1, (1, 2), channel=0), want)


# Errors.

IMAGE = np.zeros((2, 8, 9))
ASKS_FOR_A_UNIT = pytest.mark.parametrize("function", [effective_receptive_field, used_pixels])


def check_refused(
    error: type[RfcoreError], message: str, function: Callable[..., Any], *arguments: Any
) -> None:
    with pytest.raises(error) as caught:
        function(*arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize("layer", [2, -3, 1.0, True, None])
@ASKS_FOR_A_UNIT
def test_a_layer_that_is_not_there_is_named(function: Callable[..., Array], layer: Any) -> None:
    message = f"layer must be a whole number from -2 to 1 in a stack of 2 layers, got {layer}"
    check_refused(LayerError, message, function, make_network("C3 M2", 2), IMAGE, layer, (0, 0))


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ((3, 0), "row of unit must be a whole number from 0 to 2 on a map of 4x3x4, got 3"),
        ((0, 4), "col of unit must be a whole number from 0 to 3 on a map of 4x3x4, got 4"),
        ((-1, 0), "row of unit must be a whole number from 0 to 2 on a map of 4x3x4, got -1"),
        ((0, 0.5), "col of unit must be a whole number from 0 to 3 on a map of 4x3x4, got 0.5"),
        (3, "unit must be (row, col), got 3"),
        ((1, 2, 3), "unit must be (row, col), got (1, 2, 3)"),
    ],
)
@ASKS_FOR_A_UNIT
def test_a_unit_outside_the_map_is_named(
    function: Callable[..., Array], unit: Any, message: str
) -> None:
    network, image = make_network("C3c4 M2", 2), np.zeros((2, 8, 10))
    check_refused(ShapeError, message, function, network, image, -1, unit)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (IMAGE[0], "image must be one map (channels, rows, cols), got shape (8, 9)"),
        (IMAGE[None], "image must be one map (channels, rows, cols), got shape (1, 2, 8, 9)"),
        ([1.0], "image must be one map (channels, rows, cols), got <class 'list'>"),
        (IMAGE.astype(np.int64), "a map holds float32 or float64 numbers, got int64"),
        (
            IMAGE[:1],
            "layer 1, the kernels expect 2 channels, the map has 1 "
            "(map (1, 8, 9), kernels (4, 2, 3, 3))",
        ),
        (
            IMAGE[:, :2],
            "layer 1, C3x3/1c4 does not fit: its window covers 3x3 cells and the map "
            "before it has 2x9; take a smaller kernel, or put it earlier",
        ),
    ],
)
@ASKS_FOR_A_UNIT
def test_an_image_that_does_not_fit_is_named(
    function: Callable[..., Array], image: Any, message: str
) -> None:
    check_refused(ShapeError, message, function, make_network("C3c4 M2", 2), image, 1, (0, 0))


@pytest.mark.parametrize("channel", [4, -1, 1.5])
@ASKS_FOR_A_UNIT
def test_a_channel_that_is_not_there_is_named(function: Callable[..., Array], channel: Any) -> None:
    message = f"channel must be a whole number from 0 to 3 on a map of 4x6x7, got {channel}"
    asked = partial(function, make_network("C3c4", 2), IMAGE, 0, (0, 0))
    check_refused(ShapeError, message, lambda: asked(channel=channel))


@pytest.mark.parametrize(
    ("wrong", "shown"), [(np.zeros((4, 6, 6)), "shape (4, 6, 6)"), (1.0, "<class 'float'>")]
)
def test_an_output_gradient_of_another_shape_is_named(wrong: Any, shown: str) -> None:
    message = f"output_gradient must have the shape of the map, (4, 6, 7), got {shown}"
    check_refused(ShapeError, message, input_gradient, make_network("C3c4", 2), IMAGE, 0, wrong)


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (np.zeros((1, 4, 4)), "field must be an array (rows, cols), got shape (1, 4, 4)"),
        ([[1.0]], "field must be an array (rows, cols), got <class 'list'>"),
        (np.array([[1.0, np.nan]]), "field must hold finite numbers, got NaN or infinity"),
        (np.array([[1.0, np.inf]]), "field must hold finite numbers, got NaN or infinity"),
    ],
)
def test_a_field_without_a_width_is_named(field: Any, message: str) -> None:
    check_refused(ShapeError, message, gaussian_width, field)
