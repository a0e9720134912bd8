"""Toy patterns and backgrounds: what they are made of, and where `place` puts them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from rfcore.errors import PatternError
from rfcore.pictures.backgrounds import BACKGROUNDS, draw_background
from rfcore.pictures.patterns import PATTERNS, Pattern, draw_pattern, place
from tests.support.names import BACKGROUND_NAMES, PATTERN_NAMES
from tests.support.picture_files import assert_bytes_keep


def test_names_and_their_order() -> None:
    assert tuple(PATTERNS) == PATTERN_NAMES
    assert tuple(BACKGROUNDS) == BACKGROUND_NAMES


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("size", [4, 5, 16, 33, 128])
def test_pattern_has_its_shape_and_survives_bytes(name: str, size: int) -> None:
    pattern = draw_pattern(name, size)
    assert pattern.name == name
    assert pattern.values.shape == pattern.alpha.shape
    assert pattern.values.shape == ((1, 1) if name == "pixel" else (size, size))
    assert_bytes_keep(pattern.values)
    assert_bytes_keep(pattern.alpha)
    assert pattern.alpha.max() > (0.7 if size < 8 else 0.99)
    np.testing.assert_array_equal(pattern.values[pattern.alpha == 0], 0)


@pytest.mark.parametrize("name", PATTERNS)
def test_pattern_is_read_only_and_the_same_each_time(name: str) -> None:
    pattern, again = draw_pattern(name, 24), draw_pattern(name, 24)
    np.testing.assert_array_equal(pattern.values, again.values)
    np.testing.assert_array_equal(pattern.alpha, again.alpha)
    for plane in (pattern.values, pattern.alpha):
        with pytest.raises(ValueError, match="read-only"):
            plane[0, 0] = 0.5
    with pytest.raises(dataclasses.FrozenInstanceError):
        pattern.name = "other"


def test_pixel_is_one_white_pixel_at_any_size() -> None:
    for size in (4, 128):
        pattern = draw_pattern("pixel", size)
        np.testing.assert_array_equal(pattern.values, [[1]])
        np.testing.assert_array_equal(pattern.alpha, [[1]])


@pytest.mark.parametrize("size", range(4, 129))
def test_straight_shapes_are_crisp_and_centred(size: int) -> None:
    for name in ("bar", "cross", "square"):
        alpha = draw_pattern(name, size).alpha
        assert set(np.unique(alpha)) <= {0, 1}, name
        np.testing.assert_array_equal(alpha, alpha[:, ::-1], err_msg=name)
        np.testing.assert_array_equal(alpha, alpha[::-1], err_msg=name)


@pytest.mark.parametrize("name", PATTERNS[1:7])
def test_plain_shapes_are_white_up_to_their_edge(name: str) -> None:
    pattern = draw_pattern(name, 21)
    np.testing.assert_array_equal(pattern.values, pattern.alpha > 0)


def test_bar_is_upright_and_narrow() -> None:
    alpha = draw_pattern("bar", 20).alpha
    np.testing.assert_array_equal(alpha[0], [0] * 8 + [1] * 4 + [0] * 8)
    np.testing.assert_array_equal(alpha, np.broadcast_to(alpha[0], alpha.shape))


def test_cross_is_the_bar_and_the_bar_turned() -> None:
    bar, cross = draw_pattern("bar", 20).alpha, draw_pattern("cross", 20).alpha
    np.testing.assert_array_equal(cross, np.maximum(bar, bar.T))


def test_disc_and_ring_cover_the_area_of_their_circles() -> None:
    disc, ring = draw_pattern("disc", 64).alpha, draw_pattern("ring", 64).alpha
    assert disc.mean() == pytest.approx(np.pi * 0.48**2, abs=0.005)
    assert ring.mean() == pytest.approx(np.pi * (0.48**2 - 0.3**2), abs=0.005)
    assert ring[32, 32] == 0
    assert 90 < ((disc > 0) & (disc < 1)).sum() < 300, "the edge is anti-aliased"


def test_triangle_stands_on_its_side() -> None:
    alpha = draw_pattern("triangle", 32).alpha
    assert alpha[29].sum() > 3 * alpha[10].sum() > 0
    assert alpha.mean() == pytest.approx(0.5 * 1 * (0.9375 - 0.06), abs=0.01)


@pytest.mark.parametrize("size", [4, 6, 16, 31])
def test_checker_is_opaque_with_four_cells_a_side(size: int) -> None:
    pattern = draw_pattern("checker", size)
    np.testing.assert_array_equal(pattern.alpha, 1)
    cell = np.arange(size) * 4 // size
    np.testing.assert_array_equal(pattern.values, (cell[:, None] + cell) % 2)


@pytest.mark.parametrize("name", ["letter", "dog", "face"])
def test_asymmetric_patterns_show_a_flip(name: str) -> None:
    values = draw_pattern(name, 32).values
    assert np.abs(values - values[:, ::-1]).max() > 0.2
    assert np.abs(values - values[::-1]).max() > 0.2


@pytest.mark.parametrize("name", ["cat", "dog", "face"])
@pytest.mark.parametrize("size", [16, 32, 64])
@pytest.mark.parametrize("gray", [0.0, 0.25, 0.5, 0.86, 1.0])
def test_animals_stand_out_from_every_gray(name: str, size: int, gray: float) -> None:
    pattern = draw_pattern(name, size)
    background = np.full((1, size, size), gray, np.float32)
    difference = np.abs(place(background, pattern, 0, 0) - background)
    assert (difference > 0.3).mean() > 0.08
    opaque = pattern.values[pattern.alpha == 1]
    assert opaque.min() < 0.15
    assert opaque.max() > 0.8


def test_every_pattern_differs_from_every_other() -> None:
    drawn = [draw_pattern(name, 32) for name in PATTERNS[1:]]
    over_black = {(pattern.values * pattern.alpha).tobytes() for pattern in drawn}
    assert len(over_black) == len(drawn)


@pytest.mark.parametrize("name", BACKGROUNDS)
@pytest.mark.parametrize("size", [16, 45, 64, 512])
def test_background_has_its_shape_survives_bytes_and_is_the_same_each_time(
    name: str, size: int
) -> None:
    background = draw_background(name, size)
    assert background.shape == (1, size, size)
    assert_bytes_keep(background)
    np.testing.assert_array_equal(background, draw_background(name, size))


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_background_leaves_contrast_to_the_pattern(name: str) -> None:
    background = draw_background(name, 64)
    assert background.max() <= 0.8
    assert background.mean() <= 0.55
    assert (background.std() == 0) == (name in ("flat", "black"))


def test_flat_and_black_are_one_gray() -> None:
    np.testing.assert_array_equal(draw_background("black", 16), 0)
    np.testing.assert_array_equal(draw_background("flat", 16), np.float32(64) / np.float32(255))


@pytest.mark.parametrize("name", ["gradient", "stripes", "dots", "noise", "meadow"])
def test_background_looks_the_same_at_twice_the_size(name: str) -> None:
    small, large = draw_background(name, 64)[0], draw_background(name, 128)[0]
    halved = large.reshape(64, 2, 64, 2).mean(axis=(1, 3))
    assert np.abs(small - halved).mean() < 0.02


def test_noise_has_no_seams() -> None:
    noise = draw_background("noise", 256)[0]
    for axis in (0, 1):
        assert np.abs(np.diff(noise, axis=axis)).max() < 0.06


def placed_naively(background: np.ndarray, pattern: Pattern, row: int, col: int) -> np.ndarray:
    composite = background.copy()
    for r in range(background.shape[1]):
        for c in range(background.shape[2]):
            i, j = r - row, c - col
            if 0 <= i < pattern.alpha.shape[0] and 0 <= j < pattern.alpha.shape[1]:
                alpha = pattern.alpha[i, j]
                composite[0, r, c] = (
                    background[0, r, c] * (1 - alpha) + pattern.values[i, j] * alpha
                )
    return composite


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("row", "col"),
    [
        (0, 0),
        (2, 5),
        (-3, 1),
        (4, -6),
        (9, 15),
        (-7, -7),
        (-8, 0),
        (-10, 2),
        (2, -11),
        (12, 0),
        (0, 20),
        (99, -99),
    ],
)
def test_place_equals_a_naive_loop(dtype: type[np.floating], row: int, col: int) -> None:
    random = np.random.default_rng(1)
    background = random.random((1, 12, 20)).astype(dtype)
    before = background.copy()
    pattern = Pattern("any", *random.random((2, 8, 9)).astype(np.float32))
    composite = place(background, pattern, row, col)
    assert composite.dtype == dtype
    np.testing.assert_array_equal(composite, placed_naively(background, pattern, row, col))
    np.testing.assert_array_equal(background, before)
    assert not np.shares_memory(composite, background)


def test_place_takes_a_pattern_larger_than_the_background_and_numpy_positions() -> None:
    background = draw_background("noise", 16)
    pattern = draw_pattern("cat", 40)
    want = placed_naively(background, pattern, -10, 3)
    np.testing.assert_array_equal(place(background, pattern, np.int64(-10), np.uint8(3)), want)
    tall, disc = np.zeros((1, 270, 9), np.float32), draw_pattern("disc", 9)
    want = placed_naively(tall, disc, 250, 0)
    np.testing.assert_array_equal(place(tall, disc, np.uint8(250), 0), want)


@pytest.mark.parametrize("position", [1.0, True, "1", None, np.float32(2)])
def test_place_refuses_a_position_that_is_not_an_int(position: object) -> None:
    background, pattern = draw_background("flat", 16), draw_pattern("disc", 8)
    for row, col, axis in ((position, 0, "row"), (0, position, "col")):
        with pytest.raises(PatternError) as caught:
            place(background, pattern, row, col)
        assert str(caught.value) == f"{axis} must be a whole number, got {position!r}"


@pytest.mark.parametrize("shape", [(16, 16), (3, 16, 16), (1, 1, 16, 16), (16,)])
def test_place_refuses_a_background_of_another_rank(shape: tuple[int, ...]) -> None:
    with pytest.raises(PatternError) as caught:
        place(np.zeros(shape, np.float32), draw_pattern("disc", 8), 0, 0)
    assert str(caught.value) == f"background must have shape (1, rows, cols), got {shape}"


def test_place_refuses_a_list_and_a_name() -> None:
    with pytest.raises(PatternError, match=r"^background must be an array, got <class 'list'>$"):
        place([[[0.0]]], draw_pattern("disc", 8), 0, 0)
    message = "pattern must be a Pattern, as draw_pattern gives, got 'disc'"
    with pytest.raises(PatternError, match=f"^{message}$"):
        place(np.zeros((1, 16, 16), np.float32), "disc", 0, 0)


PLANE = np.ones((2, 3), np.float32)


@pytest.mark.parametrize(
    ("values", "alpha", "message"),
    [
        (PLANE, PLANE.T, "values and alpha must have one shape, got (2, 3) and (3, 2)"),
        (PLANE * np.nan, PLANE, "values must be from 0 to 1, got nan to nan"),
        (PLANE, PLANE * 2, "alpha must be from 0 to 1, got 2.0 to 2.0"),
        (PLANE, PLANE.tolist(), "alpha must be an array (rows, cols), got <class 'list'>"),
        (PLANE[0], PLANE, "values must be an array (rows, cols), got shape (3,)"),
        (PLANE[:0], PLANE[:0], "values must be an array (rows, cols), got shape (0, 3)"),
        (PLANE.astype(int), PLANE, f"values must hold floats, got {np.dtype(int)}"),
    ],
)
def test_a_pattern_that_cannot_be_placed_is_refused(
    values: np.ndarray, alpha: np.ndarray, message: str
) -> None:
    with pytest.raises(PatternError) as caught:
        Pattern("any", values, alpha)
    assert str(caught.value) == message


def test_place_refuses_bytes() -> None:
    with pytest.raises(PatternError, match=r"^background must hold floats, got uint8$"):
        place(np.zeros((1, 16, 16), np.uint8), draw_pattern("disc", 8), 0, 0)


@pytest.mark.parametrize(
    ("draw", "kind", "names"),
    [(draw_pattern, "pattern", PATTERN_NAMES), (draw_background, "background", BACKGROUND_NAMES)],
)
@pytest.mark.parametrize("name", ["Cat", "", None, 3, []])
def test_unknown_name_is_named_with_the_known_ones(
    draw: Callable[[str, int], object], kind: str, names: list[str], name: str
) -> None:
    with pytest.raises(PatternError) as caught:
        draw(name, 32)
    assert str(caught.value) == f"{kind} must be one of {', '.join(names)}, got {name!r}"


@pytest.mark.parametrize(
    ("draw", "name", "sizes", "rule"),
    [
        (draw_pattern, "cat", (3, 129, -4), "pattern size must be a whole number from 4 to 128"),
        (draw_pattern, "pixel", (3, 129, 0), "pattern size must be a whole number from 4 to 128"),
        (
            draw_background,
            "flat",
            (15, 513),
            "background size must be a whole number from 16 to 512",
        ),
    ],
)
def test_size_out_of_range_or_not_an_int_is_named_with_the_rule(
    draw: Callable[[str, int], object], name: str, sizes: tuple[int, ...], rule: str
) -> None:
    for size in (*sizes, 32.0, True, "32", None):
        with pytest.raises(PatternError) as caught:
            draw(name, size)
        assert str(caught.value) == f"{rule}, got {size!r}"
