"""Effective receptive fields and used pixels, against brute force, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from rfcore.errors import LayerError, RfcoreError, ShapeError
from rfcore.gradient import (
    effective_receptive_field,
    gaussian_width,
    input_gradient,
    used_pixels,
)
from rfcore.network import Network
from rfcore.ops import PADDING_MODES
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.stack import Stack
from tests.support.random_networks import Array, make_image, make_network


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
@pytest.mark.exhaustive
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
