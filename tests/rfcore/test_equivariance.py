"""Which shifts commute with which layers, and what breaks first."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

import rfcore.ops
import rfcore.ops.pooling
import rfcore.shifted_maps
from rfcore import (
    PADDING_MODES,
    Conv2d,
    LayerError,
    Network,
    ReLU,
    ShapeError,
    ShiftError,
    Stack,
    draw_background,
    draw_pattern,
    equivariance_errors,
    first_break,
    is_representable,
    orbit_map,
    place,
    receptive_fields,
    shift,
)
from rfcore.equivariance import Break
from tests.support.exact_networks import PEAK, STRIDED, exact_network, whole_numbers

# Shifts


@pytest.mark.parametrize("rows", [-9, -5, -1, 0, 2, 5, 8])
@pytest.mark.parametrize("cols", [-7, -3, 0, 1, 7])
def test_shift_against_a_loop(rows, cols):
    x = whole_numbers((2, 3, 5, 7))
    zeros, circular = np.zeros_like(x), np.zeros_like(x)
    for row, col in itertools.product(range(5), range(7)):
        circular[..., (row + rows) % 5, (col + cols) % 7] = x[..., row, col]
        if 0 <= row + rows < 5 and 0 <= col + cols < 7:
            zeros[..., row + rows, col + cols] = x[..., row, col]
    np.testing.assert_array_equal(shift(x, rows, cols), zeros)
    np.testing.assert_array_equal(shift(x, rows, cols, fill="circular"), circular)


def test_shift_keeps_the_dtype_and_copies():
    x = np.ones((4, 5), np.float32)
    for fill in ("zeros", "circular"):
        moved = shift(x, 0, 0, fill=fill)
        assert moved.dtype == np.float32
        moved[:] = 2
    np.testing.assert_array_equal(x, 1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.zeros(3), 1, 1), ShapeError, "an array (..., rows, cols), got shape (3,)"),
        (([[1.0]], 1, 1), ShapeError, "an array (..., rows, cols), got <class 'list'>"),
        ((np.zeros((3, 3)), 1.5, 1), ShiftError, "rows must be a whole number, got 1.5"),
        ((np.zeros((3, 3)), 1, True), ShiftError, "cols must be a whole number, got True"),
    ],
)
def test_shift_refuses(arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        shift(*arguments)


def test_an_unknown_fill_is_refused():
    network, image = exact_network(Stack.parse("C3")), whole_numbers((1, 9, 9))
    message = "fill must be one of zeros, circular, got 'reflect'"
    with pytest.raises(ShiftError, match=message):
        shift(image, 1, 1, fill="reflect")
    with pytest.raises(ShiftError, match=message):
        equivariance_errors(network, image, (1, 1), fill="reflect")


@given(st.integers(-40, 40), st.integers(-40, 40), st.integers(1, 9), st.integers(1, 9))
def test_a_shift_is_representable_when_the_jump_divides_it(rows, cols, row_jump, col_jump):
    divides = rows % row_jump == 0 and cols % col_jump == 0
    assert is_representable((rows, cols), (row_jump, col_jump)) is divides


@pytest.mark.parametrize(
    ("moved", "jump", "message"),
    [
        ((1, 2), (0, 1), "rows of jump must be at least 1, got 0"),
        ((1, 2), (1, -2), "cols of jump must be at least 1, got -2"),
        ((1, 2), (1, 2.0), "cols of jump must be a whole number, got 2.0"),
        ((0.5, 2), (1, 2), "rows of moved must be a whole number, got 0.5"),
    ],
)
def test_what_is_no_move_or_jump_is_refused(moved, jump, message):
    with pytest.raises(ShiftError, match=f"^{re.escape(message)}$"):
        is_representable(moved, jump)


# What commutes


def assert_commutes(network: Network, image: np.ndarray, moved: tuple[int, int]) -> None:
    """Assert that shifting round the image shifts every map, exactly, in every cell."""
    for number, layer in enumerate(equivariance_errors(network, image, moved, fill="circular")):
        assert layer.is_representable, f"layer {number}: a shift of {layer.shift} cells"
        assert layer.error == 0, f"layer {number}: error {layer.error}"
        assert layer.border_error is None, f"layer {number} has cells at a border"


@st.composite
def rings(draw):
    """Draw layers that keep a ring of cells a ring: circular padding, stride 1."""
    if draw(st.booleans()):
        return ReLU()
    kernel = draw(st.tuples(st.sampled_from([1, 3, 5]), st.sampled_from([1, 3])))
    dilation = draw(st.tuples(st.integers(1, 2), st.integers(1, 3)))
    padding = tuple(step * (size - 1) // 2 for size, step in zip(kernel, dilation, strict=True))
    return Conv2d(kernel, padding=padding, dilation=dilation, out_channels=2)


moves = st.integers(-30, 30)


@settings(deadline=None)
@given(st.sampled_from(STRIDED), st.integers(-3, 3), st.integers(-3, 3), st.integers(0, 99))
def test_a_stack_of_total_jump_j_commutes_with_shifts_by_j(text, rows, cols, seed):
    network = exact_network(Stack.parse(text), padding_mode="circular")
    jump = receptive_fields(network.stack)[-1].jump
    image = whole_numbers((1, 24, 24), seed)
    assert_commutes(network, image, (rows * jump[0], cols * jump[1]))


@settings(deadline=None)
@given(
    st.sampled_from([*STRIDED, "C3 M3/2p1 B3/2 C3p1", "B4/1 C3p2d2c2 A3/1p1", "M2/1 C2/2p1"]),
    st.sampled_from(PADDING_MODES),
    st.sampled_from(["zeros", "circular"]),
    st.tuples(moves, moves),
)
def test_cells_clear_of_the_border_follow_every_shift_they_can_show(text, mode, fill, moved):
    network = exact_network(Stack.parse(text), padding_mode=mode)
    image = whole_numbers((1, 28, 31))
    for layer, field in zip(
        equivariance_errors(network, image, moved, fill=fill),
        receptive_fields(network.stack),
        strict=True,
    ):
        assert layer.is_representable == is_representable(moved, field.jump)
        assert layer.error in (0, None)
        assert (layer.error is None) or layer.is_representable
        assert (layer.blend_error is None) or not layer.is_representable


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([1.0, 1.5, 2.0]),
    st.sampled_from([(0, 1), (1, 0), (1, 1), (3, -5)]),
    st.integers(0, 10_000),
)
def test_blur_pooling_errs_less_than_max_pooling_on_smooth_inputs(smoothness, moved, seed):
    noise = np.random.default_rng(seed).standard_normal((1, 48, 56))
    image = gaussian_filter(noise, (0, smoothness, smoothness), mode="wrap")
    errors = []
    for text in ("M2x2/2", "M2x2/1 -> B3x3/2"):
        result = equivariance_errors(exact_network(Stack.parse(text)), image, moved)[-1]
        assert result.blend_error is not None
        errors.append(result.blend_error / result.scale)
    assert errors[1] < errors[0]


def test_the_numbers_of_one_example_by_hand():
    # Along the columns 4 windows of 2; the image moves by 1 pixel, half a cell.
    image = np.zeros((1, 2, 8))
    image[0, :, 2:4] = 1, 4
    (result,) = equivariance_errors(exact_network(Stack.parse("M2")), image, (0, 1))
    # Before: 0 4 0 0. Shifted by half a cell, as a blend: 0 2 2 0. What comes out: 0 1 4 0.
    assert result.shift == (0, Fraction(1, 2))
    assert result.error is None
    assert result.blend_error == 2
    assert result.border_error is None
    assert result.scale == 4


def test_float32_differs_by_rounding_only():
    stack = Stack.parse("C3p1c16 R C3p1c16 R C3p1c16")
    network = Network.with_filters(stack, padding_mode="circular")
    image = place(draw_background("meadow", 64), draw_pattern("cat", 16), 9, 9)
    for layer in equivariance_errors(network, image, (5, 3), fill="circular"):
        assert layer.error is not None
        assert layer.error <= 1e-6 * layer.scale
    assert first_break(network, image, (5, 3), fill="circular") is None


# What breaks


def break_in(text: str, moved: tuple[int, int], fill: str = "zeros", **options: Any):
    network = exact_network(Stack.parse(text), **options)
    return first_break(network, whole_numbers((1, 24, 24)) + 9, moved, fill=fill)


@pytest.mark.parametrize(
    ("text", "moved", "want"),
    [
        ("C3 R C3", (1, -2), None),
        ("C3 M2 C3", (2, 4), None),
        ("C3 M2 C3", (2, 3), Break(1, "stride")),
        ("C3 M2 C3/2", (2, 4), Break(2, "stride")),
        ("C3/3x2 C3", (3, 3), Break(0, "stride")),
        ("C3 C3p1 C3", (0, 1), Break(1, "border")),
        ("R B3/2", (2, 0), Break(1, "border")),
        ("C3 R GA", (1, 1), Break(2, "global")),
        ("M2 GM", (2, 2), Break(1, "global")),
    ],
)
def test_the_first_break_and_its_reason(text, moved, want):
    assert break_in(text, moved) == want


def test_padding_breaks_a_circular_shift_unless_it_is_circular_too():
    for mode in PADDING_MODES:
        want = None if mode == "circular" else Break(0, "border")
        assert break_in("C3p1 R C3p1", (3, 5), fill="circular", padding_mode=mode) == want


def test_a_layer_that_treats_places_differently_is_an_operation_that_breaks():
    class Untied(Network):
        def forward(self, x):
            maps = super().forward(x)
            return (*maps[:-1], maps[-1] * np.arange(maps[-1].shape[2]))

    stack = Stack.parse("C3 C3")
    network = exact_network(stack)
    untied = Untied(stack, network.kernels)
    image = whole_numbers((1, 12, 12))
    assert first_break(untied, image, (0, 1)) == Break(1, "operation")
    assert first_break(untied, image, (1, 0)) is None


def test_an_error_within_tolerance_is_no_break():
    network, image = exact_network(Stack.parse("C3p1")), whole_numbers((1, 24, 24))
    (result,) = equivariance_errors(network, image, (0, 1))
    share = result.border_error / result.scale
    assert first_break(network, image, (0, 1), tolerance=1.01 * share) is None
    assert first_break(network, image, (0, 1), tolerance=0.99 * share) == Break(0, "border")


def test_a_nan_breaks():
    image = np.zeros((1, 9, 9))
    image[0, 4, 4] = np.nan
    assert first_break(exact_network(Stack.parse("C3")), image, (0, 1)) == Break(0, "operation")


@pytest.mark.parametrize("tolerance", [-1e-9, np.nan])
def test_a_tolerance_must_be_at_least_0(tolerance):
    network, image = exact_network(Stack.parse("C3")), whole_numbers((1, 9, 9))
    with pytest.raises(ShiftError, match=f"tolerance must be at least 0, got {tolerance}"):
        first_break(network, image, (0, 1), tolerance=tolerance)
    with pytest.raises(ShiftError, match=f"tolerance must be at least 0, got {tolerance}"):
        orbit_map(network, image, PEAK, (4, 4), 1, tolerance=tolerance)


def test_errors_are_measured_on_one_image_that_fits():
    network = exact_network(Stack.parse("C3"))
    with pytest.raises(ShapeError, match=re.escape("an image is one map (channels, rows, cols)")):
        equivariance_errors(network, np.zeros((2, 1, 9, 9)), (0, 1))
    with pytest.raises(ShiftError, match=re.escape("moved must be (rows, cols), got (1,)")):
        equivariance_errors(network, np.zeros((1, 9, 9)), (1,))
    with pytest.raises(LayerError, match=r"^network must be a Network, as Network\.with_filters"):
        equivariance_errors(network.stack, np.zeros((1, 9, 9)), (1, 1))
    with pytest.raises(ShiftError, match="tolerance must be at least 0, got 'a'"):
        first_break(network, np.zeros((1, 9, 9)), (1, 1), tolerance="a")
    with pytest.raises(ShapeError, match="layer 1, C3x3/1 does not fit"):
        equivariance_errors(network, np.zeros((1, 2, 9)), (0, 1))
    with pytest.raises(ShiftError, match=r"rows of moved must be a whole number, got 0\.5"):
        equivariance_errors(network, np.zeros((1, 9, 9)), (0.5, 1))


@settings(deadline=None)
@given(st.lists(rings(), min_size=1, max_size=4), moves, moves, st.integers(0, 99))
def test_circular_padding_at_stride_1_commutes_with_every_shift(layers, rows, cols, seed):
    network = exact_network(Stack(tuple(layers)), padding_mode="circular")
    assert_commutes(network, whole_numbers((1, 9, 14), seed), (rows, cols))


# Planted bugs are caught by the checks above


def check_strided() -> None:
    network = exact_network(Stack.parse("C3p1 M2 C3/2p1"), padding_mode="circular")
    assert_commutes(network, whole_numbers((1, 24, 24)), (4, -8))


def test_a_pool_whose_stride_is_off_by_one_is_caught(monkeypatch):
    max_pool2d = rfcore.ops.max_pool2d

    def off_by_one(x, kernel_size, *, stride, **rest):
        return max_pool2d(x, kernel_size, stride=(stride[0] + 1, stride[1] + 1), **rest)

    check_strided()
    monkeypatch.setattr(rfcore.ops, "max_pool2d", off_by_one)
    with pytest.raises(ShapeError, match="layer 2, M2x2/2, of an image of 24x24 has a map"):
        check_strided()


def test_own_stride_in_place_of_the_jump_is_caught(monkeypatch):
    def own_strides(stack, sizes):
        return tuple(
            replace(field, jump=layer.window(sizes).stride)
            for layer, field in zip(stack, receptive_fields(stack, sizes), strict=True)
        )

    check_strided()
    monkeypatch.setattr(rfcore.shifted_maps, "receptive_fields", own_strides)
    unremembered = rfcore.shifted_maps._shifts_along.__wrapped__
    monkeypatch.setattr(rfcore.shifted_maps, "_shifts_along", unremembered)
    with pytest.raises(AssertionError, match="layer 2"):
        check_strided()


def test_zeros_under_a_max_pool_are_caught(monkeypatch):
    network, image = exact_network(Stack.parse("M3/1p1")), np.full((1, 9, 9), -1.0)
    border_of = rfcore.ops.border_of
    assert first_break(network, image, (0, 1), fill="circular") is None
    monkeypatch.setattr(
        rfcore.ops.pooling,
        "border_of",
        lambda *arguments: border_of(*arguments)._replace(value=0.0),
    )
    assert first_break(network, image, (0, 1), fill="circular") == Break(0, "border")
