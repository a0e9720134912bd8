"""Shifts: what commutes with them, what breaks first, and which of them a layer can tell apart."""

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
    Pattern,
    PatternError,
    ReLU,
    ShapeError,
    ShiftError,
    Stack,
    break_of,
    compare_activations,
    draw_background,
    draw_pattern,
    equivariance_errors,
    first_break,
    is_representable,
    orbit_map,
    peak_orbit,
    peak_share_unchanged,
    place,
    receptive_fields,
    share_unchanged,
    shift,
    shifted_activations,
    steps_unchanged,
)
from rfcore.equivariance import Break
from rfcore.orbits import OUTSIDE
from rfcore.shifted_maps import map_shifts

PEAK = Pattern("peak", np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))


def whole_numbers(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Make numbers whose sums and products are exact, in any order."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(float)


def exact_network(stack: Stack, **options: Any) -> Network:
    kernels: list[np.ndarray | None] = []
    channels = 1
    for number, layer in enumerate(stack):
        kernels.append(None)
        if isinstance(layer, Conv2d):
            shape = (layer.out_channels, channels, *layer.kernel_size)
            kernels[-1] = whole_numbers(shape, number)
            channels = layer.out_channels
    return Network(stack, tuple(kernels), **options)


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
@given(st.lists(rings(), min_size=1, max_size=4), moves, moves, st.integers(0, 99))
def test_circular_padding_at_stride_1_commutes_with_every_shift(layers, rows, cols, seed):
    network = exact_network(Stack(tuple(layers)), padding_mode="circular")
    assert_commutes(network, whole_numbers((1, 9, 14), seed), (rows, cols))


STRIDED = (
    "C3x3/2p1c2 -> R -> M2x2/2",
    "C3x5/1p1x2c2 -> M2x3/2x3 -> R -> C3x3/1p1c3",
    "A2x2/2 -> C3x1/2x1p1x0c2 -> M2x2/2",
    "C4x3/2x1p1c2 -> M1x2/1x2 -> C3p1c1",
    "C1x1/2x3c2 -> M2x2/2",
)


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


# Maps that are there already


ANY_STACK = (*STRIDED, "C3 M3/2p1 B3/2 C3p1", "B4/1 C3p2d2c2 A3/1p1", "M2 C3 R GM", "A3/1 M2/3 GA")


def naive_shift(x: np.ndarray, cells: tuple[Fraction, Fraction], rings: list[bool]) -> np.ndarray:
    """Move one map in plain loops: every cell is the blend of the cells it should come from."""
    out = np.zeros(x.shape)
    for row, col in np.ndindex(x.shape[1:]):
        places = []
        for at, by, size, ring in zip((row, col), cells, x.shape[1:], rings, strict=True):
            low = (at - by).__floor__()
            share = float(at - by - low)
            near = [(low, 1 - share), (low + 1, share)] if share else [(low, 1.0)]
            near = [(place % size, weight) if ring else (place, weight) for place, weight in near]
            places.append([(place, weight) for place, weight in near if 0 <= place < size])
        for (r, one), (c, other) in itertools.product(*places):
            out[:, row, col] += one * other * x[:, r, c]
    return out


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(ANY_STACK),
    st.sampled_from(PADDING_MODES),
    st.sampled_from(["zeros", "circular"]),
    st.tuples(moves, moves),
)
def test_shifted_activations_and_errors_against_loops(text, mode, fill, moved):
    size = (28, 24)
    network = exact_network(Stack.parse(text), padding_mode=mode)
    image = whole_numbers((1, *size))
    before, after = network.forward(image), network.forward(shift(image, *moved, fill=fill))
    options = {"padding_mode": mode, "fill": fill}
    shifted = shifted_activations(network.stack, before, moved, size, **options)
    results = compare_activations(network.stack, before, after, moved, size, **options)
    rings, sizes = [fill == "circular"] * 2, size
    for old, new, got, result, layer, field in zip(
        before,
        after,
        shifted,
        results,
        network.stack,
        receptive_fields(network.stack, size),
        strict=True,
    ):
        for axis in (0, 1):
            window = layer.window(sizes)
            border = window.padding[axis] or (str(layer)[0] == "B" and layer.kernel_size[axis] > 1)
            wraps = not border or (isinstance(layer, Conv2d) and mode == "circular")
            rings[axis] &= wraps and old.shape[axis + 1] * window.stride[axis] == sizes[axis]
        sizes = old.shape[1:]
        cells = tuple(Fraction(by, jump) for by, jump in zip(moved, field.jump, strict=True))
        want = naive_shift(old, cells, rings)
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-9)
        clear, border = [], []
        ones = naive_shift(np.ones_like(old), cells, rings)[0]
        inside = np.ones((1, *sizes))
        for row, col in np.ndindex(sizes):
            row0, row1, col0, col1 = field.span(row, col)
            rows_in, cols_in = row0 >= 0 and row1 <= size[0], col0 >= 0 and col1 <= size[1]
            inside[0, row, col] = (rows_in or rings[0]) and (cols_in or rings[1])
        both = naive_shift(inside, cells, rings)[0]
        for row, col in np.ndindex(sizes):
            error = np.abs(new - want)[:, row, col].max()
            if inside[0, row, col] and both[row, col] > 1 - 1e-9:
                clear.append(error)
            elif ones[row, col] > 1 - 1e-9:
                border.append(error)
        whole = all(by.denominator == 1 for by in cells)
        assert result.shift == cells
        assert result.error == pytest.approx(max(clear) if clear and whole else None)
        assert result.blend_error == pytest.approx(max(clear) if clear and not whole else None)
        assert result.border_error == pytest.approx(max(border) if border else None)


@pytest.mark.parametrize("fill", ["zeros", "circular"])
@pytest.mark.parametrize("text", ANY_STACK)
def test_no_move_leaves_every_map_as_it_is(text, fill):
    network = exact_network(Stack.parse(text))
    maps = network.forward(whole_numbers((1, 28, 24)))
    shifted = shifted_activations(network.stack, maps, (0, 0), (28, 24), fill=fill)
    for got, want in zip(shifted, maps, strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("moved", [(2, 4), (0, 1), (40, -3)])
def test_one_channel_of_each_layer_is_compared_as_that_channel(moved):
    network = Network.with_filters(Stack.parse("C3p1 M2 C3"), padding_mode="reflect")
    image = draw_background("meadow", 32)
    before, after = network.forward(image), network.forward(shift(image, *moved))
    size, options = (32, 32), {"padding_mode": "reflect"}
    whole = compare_activations(network.stack, before, after, moved, size, **options)
    assert whole == equivariance_errors(network, image, moved)
    single = [
        compare_activations(
            network.stack,
            [x[channel : channel + 1] for x in before],
            [x[channel : channel + 1] for x in after],
            moved,
            size,
            **options,
        )
        for channel in range(8)
    ]
    for name in ("error", "blend_error", "border_error", "scale"):
        for number, layer in enumerate(whole):
            values = [getattr(one[number], name) for one in single]
            largest = None if None in values else max(values)
            assert getattr(layer, name) == largest, name


def test_the_break_is_found_in_errors_that_are_there_already():
    network, image = exact_network(Stack.parse("C3 M2 C3p1")), whole_numbers((1, 24, 24)) + 9
    for moved, want in (((2, 3), Break(1, "stride")), ((2, 4), Break(2, "border"))):
        errors = equivariance_errors(network, image, moved)
        assert break_of(network.stack, errors) == want == first_break(network, image, moved)
    share = errors[2].border_error / errors[2].scale
    assert break_of(network.stack, errors, tolerance=1.01 * share) is None


MAPS_STACK = Stack.parse("C3 M2")
MAPS = (np.zeros((2, 6, 7)), np.zeros((2, 3, 3)))


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        (
            {"before": MAPS[:1]},
            ShapeError,
            "before must be 2 maps, one for each layer, got 1",
        ),
        ({"after": None}, ShapeError, "after must be 2 maps, one for each layer, got <class 'No"),
        (
            {"after": (MAPS[0], np.zeros((2, 3, 4)))},
            ShapeError,
            "layer 2, M2x2/2, of an image of 8x9 has a map (channels, 3, 3), "
            "got shape (2, 3, 4) in after",
        ),
        (
            {"after": (MAPS[0][:1], MAPS[1])},
            ShapeError,
            "the maps of layer 1 must have one shape before and after, got (2, 6, 7), (1, 6, 7)",
        ),
        ({"image_size": (8, 2)}, ShapeError, "layer 1, C3x3/1 does not fit"),
        ({"image_size": 8}, ShapeError, "image_size must be (rows, cols), got 8"),
        ({"moved": (0.5, 1)}, ShiftError, "rows of moved must be a whole number, got 0.5"),
        ({"fill": "reflect"}, ShiftError, "fill must be one of zeros, circular, got 'reflect'"),
        ({"padding_mode": "wrap"}, LayerError, "padding_mode must be one of zeros, circular, refl"),
        ({"stack": "C3"}, LayerError, "stack must be a Stack, as Stack.parse gives, got 'C3'"),
    ],
)
def test_maps_that_cannot_be_compared_are_refused(changed, error, message):
    arguments: dict[str, Any] = {
        "stack": MAPS_STACK,
        "before": MAPS,
        "after": MAPS,
        "moved": (1, 1),
        "image_size": (8, 9),
        **changed,
    }
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        compare_activations(**arguments)
    if "before" not in changed and "after" not in changed:
        arguments["activations"] = arguments.pop("before")
        del arguments["after"]
        with pytest.raises(error, match=f"^{re.escape(message)}"):
            shifted_activations(**arguments)


def test_what_are_no_errors_of_the_stack_is_refused():
    errors = compare_activations(MAPS_STACK, MAPS, MAPS, (0, 0), (8, 9))
    for wrong, message in (
        (errors[:1], "errors must be 2, one for each layer, got 1"),
        (3, "errors must be 2, one for each layer, got <class 'int'>"),
        ((0.5, 0.5), "each of errors must be a LayerEquivariance, as equivariance_errors gives"),
    ):
        with pytest.raises(ShiftError, match=f"^{re.escape(message)}"):
            break_of(MAPS_STACK, wrong)
    with pytest.raises(ShiftError, match="tolerance must be at least 0, got -1"):
        break_of(MAPS_STACK, errors, tolerance=-1)


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


# Orbits


@pytest.mark.parametrize("layer", [0, 1, 2, None])
def test_labels_are_equal_just_where_the_outputs_are(layer):
    network = exact_network(Stack.parse("C3x1c2 -> M2x3/2x3 -> R"))
    background = np.zeros((1, 13, 17))
    pattern = Pattern("bar", np.ones((1, 4), np.float32), np.ones((1, 4), np.float32))
    labels = orbit_map(network, background, pattern, (4, 3), 3, layer)
    outputs = [
        network.forward(place(background, pattern, 4 + row, 3 + col))[
            -1 if layer is None else layer
        ]
        for row, col in itertools.product(range(-3, 4), repeat=2)
    ]
    same = [[np.array_equal(a, b) for b in outputs] for a in outputs]
    np.testing.assert_array_equal(labels.reshape(-1, 1) == labels.reshape(1, -1), same)
    assert labels[3, 3] == 0
    # In reading order, each new label is one more than the largest so far.
    seen = np.maximum.accumulate([0, *labels.ravel()])
    assert set(np.diff(seen)) <= {0, 1}


def test_a_function_gives_the_labels_of_the_network_that_it_runs():
    network = exact_network(Stack.parse("C3c2 -> M2 -> GM"))
    background, pattern = whole_numbers((1, 20, 20)), draw_pattern("cat", 6)
    labels = orbit_map(network, background, pattern, (7, 7), 3)
    by_function = orbit_map(lambda x: network.forward(x)[-1], background, pattern, (7, 7), 3)
    np.testing.assert_array_equal(by_function, labels)


def test_a_function_may_return_any_numbers():
    background = np.zeros((1, 9, 9))
    labels = orbit_map(lambda x: x[0, :, :5].any(), background, PEAK, (4, 4), 2)
    np.testing.assert_array_equal(labels, [[0, 0, 0, 1, 1]] * 5)


def test_where_the_pattern_would_be_cut_off_is_outside():
    network = exact_network(Stack.parse("C1c1"))
    labels = orbit_map(network, np.zeros((1, 6, 7)), draw_pattern("square", 4), (1, 3), 3)
    inside = labels != OUTSIDE
    want = [
        [0 <= 1 + row <= 2 and 0 <= 3 + col <= 3 for col in range(-3, 4)] for row in range(-3, 4)
    ]
    np.testing.assert_array_equal(inside, want)


def test_a_global_pool_cannot_tell_places_apart_but_for_rounding():
    network = Network.with_filters(Stack.parse("C3p1c16 R C3p1c16 R GA"))
    background, pattern = np.zeros((1, 48, 48), np.float32), draw_pattern("cat", 16)
    assert not orbit_map(network, background, pattern, (16, 16), 6).any()
    assert orbit_map(network, background, pattern, (16, 16), 6, tolerance=0).any()
    # A change that is no rounding tells them apart all the same.
    background[0, 10, 10] = 0.01
    assert orbit_map(network, background, pattern, (16, 16), 6).any()


def test_a_reach_of_0_looks_at_the_origin_alone():
    network = exact_network(Stack.parse("C3"))
    np.testing.assert_array_equal(orbit_map(network, np.zeros((1, 9, 9)), PEAK, (4, 4), 0), [[0]])


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"reach": -1}, ShiftError, "reach must be at least 0, got -1"),
        ({"reach": 1.5}, ShiftError, "reach must be a whole number, got 1.5"),
        ({"origin": (4.0, 4)}, ShiftError, "row of origin must be a whole number, got 4.0"),
        ({"origin": (1,)}, ShiftError, "origin must be (row, col), got (1,)"),
        ({"origin": 4}, ShiftError, "origin must be (row, col), got 4"),
        ({"pattern": "cat"}, PatternError, "pattern must be a Pattern, as draw_pattern gives"),
        ({"run": "C3"}, LayerError, "run must be a Network or a function of an image, got 'C3'"),
        ({"origin": (4, 9)}, PatternError, "from (0, 0) to (8, 8), got (4, 9)"),
        ({"origin": (-1, 4)}, PatternError, "from (0, 0) to (8, 8), got (-1, 4)"),
        (
            {"layer": 1},
            LayerError,
            "layer must be a whole number from 0 to 0 in a stack of 1 layers, got 1",
        ),
        (
            {"layer": -1},
            LayerError,
            "layer must be a whole number from 0 to 0 in a stack of 1 layers, got -1",
        ),
        ({"layer": 0, "run": np.sum}, LayerError, "has no layers to choose from, got layer 0"),
        ({"background": np.zeros((9, 9))}, ShapeError, "a map is an array"),
        ({"background": np.zeros((2, 9, 9))}, PatternError, "shape (1, rows, cols)"),
        ({"background": np.zeros((2, 9, 9)), "run": np.sum}, PatternError, "shape (1, rows, cols)"),
    ],
)
def test_orbit_map_refuses(changed, error, message):
    arguments: dict[str, Any] = {
        "run": exact_network(Stack.parse("C3")),
        "background": np.zeros((1, 9, 9)),
        "pattern": PEAK,
        "origin": (4, 4),
        "reach": 1,
        **changed,
    }
    with pytest.raises(error, match=re.escape(message)):
        orbit_map(**arguments)


# Shares of steps that change nothing


@pytest.mark.parametrize(("size", "share"), [(2, Fraction(3, 8)), (3, Fraction(5, 9))])
def test_how_often_a_peak_stays_in_its_window(size, share):
    network = exact_network(Stack.parse(f"M{size}"))
    assert peak_share_unchanged(network) == share
    assert share != Fraction(5, 8)  # which is often said of 3x3


@pytest.mark.parametrize("text", ["M1", "M2", "M3", "M4", "M5", "M2x3", "M4x1", "M2 M2", "M3 M2"])
def test_a_peak_s_share_is_that_of_neighbours_that_share_a_window(text):
    network = exact_network(Stack.parse(text))
    rows, cols = receptive_fields(network.stack)[-1].jump
    together = sum(
        0 <= row + down < rows and 0 <= col + right < cols
        for row, col in itertools.product(range(rows), range(cols))
        for down, right in itertools.product((-1, 0, 1), repeat=2)
        if (down, right) != (0, 0)
    )
    assert peak_share_unchanged(network) == Fraction(together, 8 * rows * cols)


def test_a_peak_at_the_corner_the_edge_and_the_centre_of_a_3x3_window():
    network = exact_network(Stack.parse("M3"))
    image = np.zeros((1, 15, 15))
    shares = {
        place: share_unchanged(orbit_map(network, image, PEAK, place, 1))
        for place in ((6, 6), (6, 7), (7, 7))
    }
    assert shares == {(6, 6): Fraction(3, 8), (6, 7): Fraction(5, 8), (7, 7): 1}


@pytest.mark.parametrize("text", ["M2", "M3", "M2x3", "M4x1", "M3 M2", "M3p1", "M5x2p2x1 M1x2"])
def test_steps_inside_a_window_change_nothing_place_by_place(text):
    network = exact_network(Stack.parse(text))
    rows, cols = receptive_fields(network.stack)[-1].jump
    want = [
        [
            sum(
                0 <= row + down < rows and 0 <= col + right < cols
                for down, right in itertools.product((-1, 0, 1), repeat=2)
                if (down, right) != (0, 0)
            )
            for col in range(cols)
        ]
        for row in range(rows)
    ]
    np.testing.assert_array_equal(steps_unchanged(peak_orbit(network), (rows, cols)), want)


def test_the_steps_of_a_3x3_window_add_up_to_its_share():
    network = exact_network(Stack.parse("M3"))
    steps = steps_unchanged(peak_orbit(network), (3, 3))
    np.testing.assert_array_equal(steps, [[3, 5, 3], [5, 8, 5], [3, 5, 3]])
    assert Fraction(int(steps.sum()), 72) == Fraction(5, 9) == peak_share_unchanged(network)


@given(st.integers(1, 4), st.data())
def test_steps_and_share_against_a_loop(reach, data):
    side = 2 * reach + 1
    numbers = st.lists(st.integers(-1, 2), min_size=side * side, max_size=side * side)
    labels = np.array(data.draw(numbers)).reshape(side, side)
    places = data.draw(st.tuples(st.integers(1, reach), st.integers(1, reach)))
    want, counted = np.zeros(places, int), 0
    for row, col in np.ndindex(places):
        here = labels[reach + row, reach + col]
        for down, right in itertools.product((-1, 0, 1), repeat=2):
            there = labels[reach + row + down, reach + col + right]
            if (down, right) == (0, 0) or OUTSIDE in (here, there):
                continue
            counted += 1
            want[row, col] += here == there
    steps = steps_unchanged(labels, places)
    assert steps.dtype == np.int64
    np.testing.assert_array_equal(steps, want)
    if counted:
        assert share_unchanged(labels, places) == Fraction(int(want.sum()), counted)


@pytest.mark.parametrize(
    ("text", "share"), [("C3", 0), ("M3/2", 0), ("M2/1 B3/2", 0), ("C3 M2", 0)]
)
def test_what_sees_every_step_of_a_peak(text, share):
    assert peak_share_unchanged(Network.with_filters(Stack.parse(text))) == share


def test_a_global_pool_has_no_share_without_an_image():
    with pytest.raises(ShapeError, match="must be at most 2000 pixels together, got 4096"):
        peak_share_unchanged(Network.with_filters(Stack.parse("M2 " * 11)))
    with pytest.raises(ShapeError, match="GM looks at the whole map"):
        peak_share_unchanged(exact_network(Stack.parse("M2 GM")))


def test_steps_that_lead_outside_are_not_counted():
    labels = np.array([[-1, 0, 1], [-1, 0, 0], [-1, -1, -1]])
    assert share_unchanged(labels) == Fraction(2, 3)


def test_the_average_over_places_counts_every_step_once():
    labels = np.arange(25).reshape(5, 5)
    labels[2:4, 2:4] = 0
    assert share_unchanged(labels, (2, 2)) == Fraction(12, 32)
    assert share_unchanged(labels, (1, 2)) == Fraction(6, 16)


@pytest.mark.parametrize(
    ("labels", "places", "error", "message"),
    [
        (np.zeros((3, 5), int), (1, 1), ShapeError, "got shape (3, 5)"),
        (
            np.zeros((4, 4), int),
            (1, 1),
            ShapeError,
            "(2 * reach + 1, 2 * reach + 1), got shape (4, 4)",
        ),
        (
            [[0]],
            (1, 1),
            ShapeError,
            "labels must be an orbit map (2 * reach + 1, 2 * reach + 1), got <class 'list'>",
        ),
        (np.zeros((5, 5), int), 1, ShiftError, "places must be (rows, cols), got 1"),
        (np.zeros(9, int), (1, 1), ShapeError, "got shape (9,)"),
        (np.zeros((1, 1), int), (1, 1), ShiftError, "the reach of the labels, 0, got (1, 1)"),
        (np.zeros((5, 5), int), (3, 1), ShiftError, "the reach of the labels, 2, got (3, 1)"),
        (np.zeros((5, 5), int), (1, 0), ShiftError, "places must be at least 1"),
        (
            np.zeros((5, 5), int),
            (1, 1.0),
            ShiftError,
            "cols of places must be a whole number, got 1.0",
        ),
        (np.full((3, 3), OUTSIDE), (1, 1), ShiftError, "no one-pixel step keeps the pattern"),
    ],
)
def test_share_unchanged_refuses(labels, places, error, message):
    with pytest.raises(error, match=re.escape(message)):
        share_unchanged(labels, places)
    if "no one-pixel step" not in message:
        with pytest.raises(error, match=re.escape(message)):
            steps_unchanged(labels, places)


def test_where_every_step_leads_outside_none_changes_nothing():
    np.testing.assert_array_equal(steps_unchanged(np.full((3, 3), OUTSIDE)), [[0]])


def test_what_moves_of_a_drag_should_do_is_remembered_within_a_bound():
    limit = rfcore.shifted_maps._shifts_along.cache_info().maxsize
    assert limit is not None
    stack = Stack.parse("R")
    for moved in range(limit + 1):
        map_shifts(stack, (moved, 0), (5, 5), "zeros", "zeros")
    assert rfcore.shifted_maps._shifts_along.cache_info().currsize == limit
