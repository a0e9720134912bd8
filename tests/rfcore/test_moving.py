"""A moved pattern's maps are the bits of a full pass, and its work follows the pattern."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rfcore.ops
import rfcore.regions
from rfcore import (
    PADDING_MODES,
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    MaxPool2d,
    MovingPattern,
    Network,
    Pattern,
    PatternError,
    ReLU,
    ShapeError,
    Stack,
    place,
)
from rfcore.regions import Axis, LayerUpdate
from tests.support.random_networks import make_network

Position = tuple[int, int]

STACKS = {
    "drag": "C3p1c3 R M2 C3p1c4 R M2 C3p1c2",
    "valid": "C3x2c2 -> M2x2/2 -> C3x3c2",
    "strides": "C3x5/2x1p1x2c3 -> C2/3c2",
    "stride beyond the kernel": "C1/3 -> M1x2/2x4",
    "dilation": "C3p2d2c2 -> R -> C2x3p1x3d1x3c2",
    "overlapping pools": "M3/2p1 -> A3/1p1 -> M2x3/1d2x1",
    "wide border": "C3p3c2 -> A2 -> C5x1p4x0",
    "large windows": "C9p4c2 -> R -> M9/1p4 -> C16x5p8x2c3 -> A9/2p3 -> C1x9p0x4c12",
    "blur": "M2/1 -> B3/2 -> B4x5/1 -> B2/2",
    "average head": "C3p1c3 -> R -> GA",
    "maximum head": "C3p1c3 -> M2 -> GM -> C1c2",
}


def bits(array: np.ndarray) -> np.ndarray:
    """Show what tells a 0 from a -0 and one NaN from another."""
    return np.ascontiguousarray(array).view(f"u{array.itemsize}")


def assert_follows(
    network: Network, background: np.ndarray, pattern: Pattern, positions: Iterable[Position]
) -> None:
    moving = MovingPattern(network, background, pattern)
    for row, col in positions:
        image = place(background, pattern, row, col)
        got = moving.move_to(row, col)
        np.testing.assert_array_equal(moving.image, image)
        for number, (now, want) in enumerate(zip(got, network.forward(image), strict=True)):
            assert (now.shape, now.dtype) == (want.shape, want.dtype)
            where = f"layer {number} of {network.stack} at {row, col}"
            np.testing.assert_array_equal(bits(now), bits(want), err_msg=where)


def random_background(rows: int, cols: int, dtype: type = np.float32, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((1, rows, cols)).astype(dtype)


def random_pattern(rows: int, cols: int, seed: int = 0) -> Pattern:
    generator = np.random.default_rng(seed)
    alpha = np.round(2 * generator.random((rows, cols), np.float32)) / 2
    return Pattern("random", generator.random((rows, cols), np.float32), alpha)


# The same maps as a full pass


@pytest.mark.parametrize(
    ("mode", "dtype"),
    [
        ("zeros", np.float32),
        ("zeros", np.float64),
        ("circular", np.float32),
        ("reflect", np.float64),
        ("replicate", np.float32),
    ],
)
@pytest.mark.exhaustive
def test_every_position_gives_the_bits_of_a_full_pass(mode, dtype):
    network = make_network(STACKS["drag"], mode=mode)
    positions = itertools.product(range(-3, 12), range(-5, 14))
    assert_follows(network, random_background(10, 13, dtype), random_pattern(3, 5), positions)


@pytest.mark.exhaustive
@pytest.mark.parametrize("mode", PADDING_MODES)
@pytest.mark.parametrize("text", STACKS.values(), ids=STACKS)
def test_jumps_between_all_positions(text, mode):
    network = make_network(text, mode=mode)
    places = [(row, col) for row in range(-4, 21) for col in range(-3, 26)]
    order = np.random.default_rng(3).permutation(len(places))[:120]
    positions = [places[index] for index in order]
    assert_follows(network, random_background(20, 25), random_pattern(4, 3), positions)


@pytest.mark.parametrize("mode", PADDING_MODES)
def test_spans_that_cross_tiles(mode):
    # A tile is 32 columns; the last one of each map is cut.
    network = make_network("C3p1c3 R M2 C3p1c2", mode=mode)
    positions = [(5, col) for col in range(0, 150, 7)]
    positions += [(2, col) for col in range(26, 37)]
    assert_follows(network, random_background(12, 150), random_pattern(5, 9), positions)


@pytest.mark.parametrize("mode", ["zeros", "replicate"])
def test_kernels_so_large_that_they_are_worked_off_row_by_row(mode):
    network = make_network("C9p4c2 -> M9/1p4 -> C16x5p8x2c3", mode=mode)
    positions = [(row, col) for row in (0, 7, 8, 19) for col in (0, 27, 28, 60)]
    assert_follows(network, random_background(24, 70), random_pattern(5, 9), positions)


@pytest.mark.parametrize("rows", [1, 40])
def test_a_pattern_as_large_as_the_image_or_larger(rows):
    network = make_network("C3p1c2 -> M2/1x2")
    positions = [(0, 0), (1, -1), (-39, 3), (0, 0)]
    assert_follows(network, random_background(9, 11), random_pattern(rows, 40), positions)


def test_signed_zeros_and_the_unseen_pattern():
    network = make_network("M2/1 R A2/1 B3/1")
    background = -np.zeros((1, 9, 40), np.float32)
    pattern = Pattern("clear", np.ones((3, 3), np.float32), np.zeros((3, 3), np.float32))
    assert_follows(network, background, pattern, [(2, col) for col in range(-3, 41, 5)])


pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def layers(draw):
    kind = draw(st.sampled_from([Conv2d, Conv2d, MaxPool2d, AvgPool2d, BlurPool2d, ReLU]))
    if kind is ReLU:
        return ReLU()
    kernel, stride = draw(pairs), draw(pairs)
    if kind is BlurPool2d:
        return BlurPool2d((kernel[0] + 1, kernel[1] + 3), stride)
    if kind is Conv2d:
        padding = draw(st.tuples(st.integers(0, 4), st.integers(0, 4)))
        channels = draw(st.integers(1, 3))
        dilation = draw(pairs)
        return Conv2d(kernel, stride, padding=padding, dilation=dilation, out_channels=channels)
    padding = tuple(draw(st.integers(0, size // 2)) for size in kernel)
    if kind is AvgPool2d:
        return AvgPool2d(kernel, stride, padding=padding)
    return MaxPool2d(kernel, stride, padding=padding, dilation=draw(pairs))


heads = st.sampled_from([(), (), (GlobalAvgPool2d(),), (GlobalMaxPool2d(),)])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_network_and_any_walk(data):
    stack = Stack((*data.draw(st.lists(layers(), min_size=1, max_size=5)), *data.draw(heads)))
    network = make_network(stack, mode=data.draw(st.sampled_from(PADDING_MODES)))
    rows, cols = data.draw(st.integers(3, 40)), data.draw(st.integers(3, 90))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    background = random_background(rows, cols, dtype)
    try:
        network.forward(background)
    except ShapeError as error:
        with pytest.raises(ShapeError, match=re.escape(str(error))):
            MovingPattern(network, background, random_pattern(2, 2))
        return
    pattern = random_pattern(data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9)))
    places = st.tuples(st.integers(-10, rows + 1), st.integers(-10, cols + 1))
    positions = data.draw(st.lists(places, min_size=1, max_size=6))
    steps = data.draw(st.tuples(st.integers(-2, 2), st.integers(-2, 2)))
    row, col = positions[-1]
    assert_follows(network, background, pattern, [*positions, (row + steps[0], col + steps[1])])


# What comes back


def test_before_the_first_move_the_pattern_is_nowhere():
    network = make_network(STACKS["drag"])
    background = random_background(16, 16)
    moving = MovingPattern(network, background, random_pattern(3, 3))
    np.testing.assert_array_equal(moving.image, background)
    for now, want in zip(moving.activations, network.forward(background), strict=True):
        np.testing.assert_array_equal(now, want)


def test_the_maps_are_read_only_and_the_same_arrays_at_every_move():
    network = make_network(STACKS["drag"])
    moving = MovingPattern(network, random_background(16, 16), random_pattern(3, 3))
    first, image = moving.move_to(1, 1), moving.image
    second = moving.move_to(4, 9)
    assert all(a is b for a, b in zip(first, second, strict=True))
    assert moving.image is image
    for array in (image, *second):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def test_the_background_given_is_neither_changed_nor_kept():
    network = make_network("C3p1")
    background, pattern = random_background(9, 9), random_pattern(3, 3)
    original = background.copy()
    moving = MovingPattern(network, background, pattern)
    moving.move_to(2, 2)
    np.testing.assert_array_equal(background, original)
    background[:] = 7
    np.testing.assert_array_equal(
        moving.move_to(5, 5)[0], network.forward(place(original, pattern, 5, 5))[0]
    )


def test_numpy_integers_are_positions():
    network = make_network("C3p1")
    background, pattern = random_background(9, 9), random_pattern(3, 3)
    moving = MovingPattern(network, background, pattern)
    moving.move_to(np.uint8(1), np.int64(2))
    np.testing.assert_array_equal(moving.image, place(background, pattern, 1, 2))


# The work


def recomputed_cells(size: int, positions: list[Position], monkeypatch, text: str) -> list[int]:
    """Count, move by move, the cells of all maps that are recomputed."""
    cells = 0
    refresh = LayerUpdate.refresh

    def counting(step, rows, cols):
        nonlocal cells
        rows, cols = refresh(step, rows, cols)
        cells += sum(b - a for a, b in rows) * sum(b - a for a, b in cols)
        return rows, cols

    monkeypatch.setattr(LayerUpdate, "refresh", counting)
    network = make_network(text)
    moving = MovingPattern(network, random_background(size, size), random_pattern(16, 16))
    counts = []
    for position in positions:
        cells = 0
        moving.move_to(*position)
        counts.append(cells)
    return counts


@pytest.mark.parametrize("text", ["C3p1c4 R M2 C3p1c4 R M2 C3p1c4", "C3p1c2 M2 GM"])
def test_the_work_does_not_grow_with_the_image(text, monkeypatch):
    positions = [(20, 20), (20, 21), (21, 22)]
    small = recomputed_cells(64, positions, monkeypatch, text)
    assert recomputed_cells(256, positions, monkeypatch, text) == small


def test_a_jump_costs_two_places_however_far(monkeypatch):
    positions = [(100, 100), (104, 140), (100, 100), (40, 200)]
    text = "C3p1c4 R M2 C3p1c4 R M2 C3p1c4"
    first, near, back, far = recomputed_cells(256, positions, monkeypatch, text)
    assert near == back == far == 2 * first


def test_a_small_step_costs_hardly_more_than_one_place(monkeypatch):
    text = "C3p1c4 R M2 C3p1c4 R M2 C3p1c4"
    first, step, diagonal = recomputed_cells(64, [(20, 20), (20, 21), (21, 22)], monkeypatch, text)
    assert first < step < 1.2 * first
    assert first < diagonal < 1.3 * first


def test_no_move_costs_nothing_and_an_unseen_pattern_only_its_old_place(monkeypatch):
    positions = [(20, 20), (20, 20), (-16, 20), (-16, 30), (20, 20)]
    counts = recomputed_cells(64, positions, monkeypatch, "C3p1c2 M2")
    assert counts == [counts[0], 0, counts[0], 0, counts[0]]


# What is refused


@pytest.mark.parametrize("wrong", [1.5, "3", None, True, np.float32(2)])
@pytest.mark.parametrize("name", ["row", "col"])
def test_a_position_must_be_an_int(name, wrong):
    moving = MovingPattern(make_network("C3"), random_background(9, 9), random_pattern(3, 3))
    position = {"row": 1, "col": 1, name: wrong}
    with pytest.raises(
        PatternError, match=f"^{name} must be a whole number, got {re.escape(repr(wrong))}"
    ):
        moving.move_to(**position)
    np.testing.assert_array_equal(moving.image, random_background(9, 9))


@pytest.mark.parametrize(
    ("background", "error", "message"),
    [
        (np.zeros((9, 9)), ShapeError, "a map is an array (channels, rows, cols)"),
        (np.zeros((1, 9, 9), int), ShapeError, "a map holds float32 or float64 numbers, got int64"),
        (np.zeros((1, 0, 9)), ShapeError, "a map needs at least one cell, got shape (1, 0, 9)"),
        (np.zeros((2, 9, 9)), PatternError, "shape (1, rows, cols), got (2, 9, 9)"),
        (np.zeros((1, 1, 9, 9)), PatternError, "shape (1, rows, cols), got (1, 1, 9, 9)"),
        (np.zeros((1, 2, 9)), ShapeError, "layer 1, C3x3/1 does not fit"),
    ],
)
def test_a_background_must_be_one_map_that_the_network_fits(background, error, message):
    with pytest.raises(error, match=re.escape(message)):
        MovingPattern(make_network("C3"), background, random_pattern(3, 3))


def test_a_network_for_colour_images_is_refused():
    network = Network.with_filters(Stack.parse("C3"), in_channels=3)
    with pytest.raises(ShapeError, match="layer 1, the kernels expect 3 channels, the map has 1"):
        MovingPattern(network, random_background(9, 9), random_pattern(3, 3))


# Each planted bug is caught by the comparison above


def walk(text: str, **options: Any) -> None:
    positions = [(row, col) for row in range(-2, 14, 3) for col in range(-2, 16, 3)]
    network = make_network(text, **options)
    assert_follows(network, random_background(13, 16), random_pattern(3, 4), positions)


def test_a_stride_off_by_one_is_caught(monkeypatch):
    units = Axis.units

    def off_by_one(axis, dirty):
        wrong = Axis(axis.before, axis.repeats, axis.reach, axis.stride + 1, axis.count)
        return units(wrong, dirty)

    walk("C3p1 M2 C3")
    monkeypatch.setattr(Axis, "units", off_by_one)
    with pytest.raises(AssertionError, match="layer 0"):
        walk("C3p1 M2 C3")


def test_dilation_left_out_of_the_reach_is_caught(monkeypatch):
    of = Axis.of.__func__

    def undilated(cls, layer, *rest):
        axis = of(cls, layer, *rest)
        return Axis(axis.before, axis.repeats, axis.reach // 2, axis.stride, axis.count)

    walk("C3p2d2")
    monkeypatch.setattr(Axis, "of", classmethod(undilated))
    with pytest.raises(AssertionError, match="layer 0"):
        walk("C3p2d2")


def test_zeros_under_a_max_pool_are_caught(monkeypatch):
    border_of = rfcore.ops.border_of
    add_border = rfcore.ops.add_border
    walk("C1 M3/1p1")
    steps = rfcore.regions.build_updates

    def with_zeros(*arguments):
        with monkeypatch.context() as patch:
            patch.setattr(
                rfcore.ops,
                "add_border",
                lambda x, border: add_border(x, border._replace(value=0.0)),
            )
            return steps(*arguments)

    assert border_of(MaxPool2d(3, padding=1)).value == -np.inf
    monkeypatch.setattr("rfcore.moving.build_updates", with_zeros)
    with pytest.raises(AssertionError, match="layer 1"):
        walk("C1 M3/1p1")


@pytest.mark.parametrize("mode", ["circular", "reflect", "replicate"])
def test_a_border_that_is_not_refreshed_is_caught(mode, monkeypatch):
    walk("C3p1", mode=mode)
    monkeypatch.setattr(Axis, "dirty_repeats", lambda *_: [])
    with pytest.raises(AssertionError, match="layer 0"):
        walk("C3p1", mode=mode)


def test_an_old_place_left_as_it_was_is_caught(monkeypatch):
    monkeypatch.setattr("rfcore.moving._Work.joined", lambda _, spans: spans[-1:])
    with pytest.raises(AssertionError):
        walk("C3p1")
