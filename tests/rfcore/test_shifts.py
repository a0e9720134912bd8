"""Measured shifts equal those of a search over all shifts; a copy differs from a similar map."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rfcore.shifts
from rfcore import (
    Network,
    ShapeError,
    ShiftError,
    Stack,
    changed_cells,
    expected_shift,
    measured_shift,
)
from rfcore.shifts import EXACT, MeasuredShift


def boxes_meet(before: np.ndarray, after: np.ndarray, shift: tuple[int, int]) -> bool:
    for axis in (0, 1):
        here = np.flatnonzero(before.any(axis=1 - axis)) + shift[axis]
        there = np.flatnonzero(after.any(axis=1 - axis))
        if here.max() < there.min() or there.max() < here.min():
            return False
    return True


def similarities(before: np.ndarray, after: np.ndarray) -> dict[tuple[int, int], float]:
    """How alike the two are for every shift of whole cells, by plain loops."""
    rows, cols = before.shape
    cells = [(r, c) for r in range(rows) for c in range(cols) if before[r, c] != 0]
    energy = (float((before**2).sum()) + float((after**2).sum())) / 2
    found = {}
    for down in range(1 - rows, rows):
        for right in range(1 - cols, cols):
            if boxes_meet(before, after, (down, right)):
                found[down, right] = (
                    sum(
                        float(before[r, c]) * float(after[r + down, c + right])
                        for r, c in cells
                        if 0 <= r + down < rows and 0 <= c + right < cols
                    )
                    / energy
                )
    return found


def check(
    before: np.ndarray,
    after: np.ndarray,
    near: tuple[float, float],
    measure: Callable[..., MeasuredShift | None] = measured_shift,
) -> MeasuredShift:
    """Compare with the search over every shift, ties to be broken by the distance from `near`."""
    measured = measure(before, after, near=near)
    assert measured is not None
    every = similarities(before, after)
    best = max(every.values())
    assert every[measured.shift] == pytest.approx(best, abs=1e-8)
    assert measured.similarity == pytest.approx(best, abs=1e-8)
    distance = min(
        abs(row - near[0]) + abs(col - near[1])
        for (row, col), similarity in every.items()
        if similarity > best - 1e-12
    )
    row, col = measured.shift
    assert abs(row - near[0]) + abs(col - near[1]) <= distance
    assert {type(measured.shift[0]), type(measured.shift[1])} == {int}
    assert type(measured.similarity) is float
    return measured


def blob(rng: np.random.Generator, rows: int, cols: int, *, whole: bool) -> np.ndarray:
    """A response of both signs; small whole numbers make many shifts fit equally well."""
    if whole:
        values = rng.integers(-1, 2, (rows, cols)).astype(float)
    else:
        values = rng.standard_normal((rows, cols))
    values[0, 0] = values[-1, -1] = 1.0
    return values


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    size=st.tuples(st.integers(4, 8), st.integers(4, 9)),
    whole=st.booleans(),
    near=st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    half=st.booleans(),
)
def test_measured_shift_is_the_best_of_every_shift(seed, size, whole, near, half):
    rng = np.random.default_rng(seed)
    pair = []
    for _ in range(2):
        response = np.zeros(size)
        rows, cols = rng.integers(1, 5), rng.integers(1, 5)
        row, col = rng.integers(0, size[0] - rows + 1), rng.integers(0, size[1] - cols + 1)
        response[row : row + rows, col : col + cols] = blob(rng, rows, cols, whole=whole)
        pair.append(response)
    check(*pair, near=(near[0] / 2, near[1] / 2) if half else near)


def turned(by: Callable[[tuple[int, int]], tuple[int, int]]) -> Callable[..., MeasuredShift]:
    """The measurement as it is, with another shift said."""

    def measure(*arguments: np.ndarray, near: tuple[float, float]) -> MeasuredShift:
        measured = measured_shift(*arguments, near=near)
        assert measured is not None
        return replace(measured, shift=by(measured.shift))

    return measure


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param(turned(lambda cells: (-cells[0], -cells[1])), id="sign of the shift"),
        pytest.param(turned(lambda cells: (cells[0], -cells[1])), id="sign of the cols"),
        pytest.param(turned(lambda cells: (cells[1], cells[0])), id="rows for cols"),
        pytest.param(turned(lambda cells: (cells[0] + 1, cells[1])), id="one cell too far"),
        pytest.param(
            lambda before, after, near: measured_shift(after, before, near=near), id="backwards"
        ),
        pytest.param(
            lambda before, after, near: measured_shift(before, after), id="near forgotten"
        ),
    ],
)
def test_the_search_finds_a_planted_bug(planted):
    """One cell, then two alike: a tie that `near` decides, away from both axes."""
    before, after = np.zeros((7, 9)), np.zeros((7, 9))
    before[3, 4] = 1
    after[2, 2] = after[5, 8] = 1
    assert check(before, after, (2, 4)).shift == (2, 4)
    with pytest.raises((AssertionError, KeyError)):
        check(before, after, (2, 4), planted)


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    start=st.tuples(st.integers(0, 6), st.integers(0, 8)),
    end=st.tuples(st.integers(0, 6), st.integers(0, 8)),
    dtype=st.sampled_from([np.float32, np.float64]),
    scale=st.sampled_from([1.0, 1e-30, 1e30]),
)
def test_an_exact_copy_is_found_wherever_it_went(seed, start, end, dtype, scale):
    values = blob(np.random.default_rng(seed), 3, 4, whole=False) * scale
    before, after = np.zeros((2, 9, 12), dtype)
    before[start[0] : start[0] + 3, start[1] : start[1] + 4] = values
    after[end[0] : end[0] + 3, end[1] : end[1] + 4] = values
    kept = before.copy(), after.copy()
    measured = measured_shift(before, after)
    assert measured.shift == (end[0] - start[0], end[1] - start[1])
    assert measured.similarity == pytest.approx(1, abs=1e-8)
    assert measured.similarity <= 1
    assert measured.is_exact
    np.testing.assert_array_equal([before, after], kept)


@pytest.mark.parametrize(
    "near",
    [
        (1, 2),
        (1.0, 2.0),
        expected_shift((2, 4), (2, 2)),
        (0, 0),
        (np.nextafter(1, 0), 2),
        (np.float16(0.9995), 2),
        (np.int8(1), np.int8(2)),
    ],
)
def test_a_copy_is_the_same_wherever_it_was_expected(near):
    before, after = np.zeros((6, 7)), np.zeros((6, 7))
    before[1:3, 1:4] = after[2:4, 3:6] = [[0.1, 0.7, 0.3], [0.2, -0.6, 0.9]]
    assert check(before, after, near) == MeasuredShift((1, 2), 1.0)


def shifted_by_one_in_its_box() -> tuple[np.ndarray, np.ndarray]:
    """Two responses whose boxes are (1, 2) apart, and what is in them (1, 3)."""
    before, after = np.zeros((4, 9)), np.zeros((4, 9))
    before[1, 1:5] = [1, 7, 5, 1]
    after[2, 3:7] = [1, 1, 7, 5]
    return before, after


def nearly_a_copy() -> tuple[np.ndarray, np.ndarray]:
    """Two responses (1, 2) apart that one cell tells from copies: alike by 1 - 2e-6."""
    before, after = np.zeros((6, 7)), np.zeros((6, 7))
    before[1:3, 1:4] = after[2:4, 3:6] = [[0.1, 0.7, 0.3], [0.2, -0.6, 0.9]]
    after[2, 4] += 2.7e-3
    return before, after


def test_what_only_fills_the_same_box_is_no_copy():
    assert check(*shifted_by_one_in_its_box(), near=(1, 2)).shift == (1, 3)


def test_what_begins_at_the_same_cell_is_no_copy():
    before, after = np.zeros((6, 6)), np.zeros((6, 6))
    before[1:3, 1:3] = after[1:4, 1:3] = 1
    assert check(before, after, near=(0, 0)) == MeasuredShift((0, 0), 0.8)


def test_nearly_a_copy_is_no_copy(monkeypatch):
    measured = check(*nearly_a_copy(), near=(1, 2))
    assert 1 - 4e-6 < measured.similarity < 1 - 1e-6
    assert measured == measured_shift(*nearly_a_copy())  # as by a search that begins elsewhere
    monkeypatch.setattr(rfcore.shifts, "_COPY", 1e-5)
    assert measured_shift(*nearly_a_copy(), near=(1, 2)) != measured


def test_a_response_cut_at_the_border_is_no_longer_exact():
    rng = np.random.default_rng(0)
    values = rng.random((4, 4)) + 0.5
    before, after = np.zeros((8, 8)), np.zeros((8, 8))
    before[2:6, 2:6] = values
    after[:3, 5:] = values[1:, :3]
    measured = check(before, after, near=(0, 0))
    assert measured.shift == (-3, 3)
    assert not measured.is_exact
    assert 0.5 < measured.similarity < 1


def test_a_negative_response_moves_like_any_other():
    before, after = np.zeros((6, 7)), np.zeros((6, 7))
    before[1:3, 1:3] = [[-1, -5], [2, -3]]
    after[3:5, 4:6] = [[-1, -5], [2, -3]]
    assert check(before, after, near=(0, 0)) == MeasuredShift((2, 3), 1.0)


def test_an_upside_down_response_is_not_the_same():
    before, after = np.zeros((5, 5)), np.zeros((5, 5))
    before[1, 1], after[3, 2] = 2, -2
    measured = check(before, after, near=(0, 0))
    assert measured == MeasuredShift((2, 1), -1.0)
    assert not measured.is_exact


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.1, 2, 100])
def test_a_fainter_copy_is_not_the_same_response(factor):
    """Planted bug: with a correlation that ignores scale, half a response counts as exact."""
    before, after = np.zeros((6, 6)), np.zeros((6, 6))
    before[1:3, 1:3] = [[1, 2], [3, 5]]
    after[2:4, 3:5] = factor * before[1:3, 1:3]
    measured = check(before, after, near=(0, 0))
    assert measured.shift == (1, 2)
    assert measured.similarity == pytest.approx(2 * factor / (1 + factor**2), abs=1e-8)
    assert not measured.is_exact


def test_half_a_cell_cannot_pass_for_a_shift():
    """A bar of two pixels under a stride of 2: the one that is met decides what is left of it."""
    network = Network.with_filters(Stack.parse("C1/2c1"), 1, ("identity",))
    image = np.zeros((1, 8, 12), np.float32)
    image[0, 2:6, 4:6] = [0.5, 1]
    before = network.forward(image)[0][0]
    after = network.forward(np.roll(image, 1, axis=2))[0][0]
    assert not measured_shift(before, after).is_exact
    moved_on = network.forward(np.roll(image, 2, axis=2))[0][0]
    assert measured_shift(before, moved_on) == MeasuredShift((0, 1), 1.0)


def test_of_equal_fits_the_nearest_is_taken():
    """One cell, then two alike: it may have gone to either."""
    before, after = np.zeros((5, 9)), np.zeros((5, 9))
    before[2, 4] = 1
    after[2, 1] = after[2, 8] = 1
    for near, want in [
        ((0, 0), (0, -3)),
        ((0, 1), (0, 4)),
        ((0, 0.75), (0, 4)),
        ((0, 0.25), (0, -3)),
        ((0, -8), (0, -3)),
        ((3, 4), (0, 4)),
        (expected_shift((0, 3), (2, 2)), (0, 4)),
    ]:
        assert check(before, after, near=near).shift == want
    assert measured_shift(before, after).shift == (0, -3)


def test_rows_count_as_much_as_cols_in_nearness():
    before, after = np.zeros((9, 9)), np.zeros((9, 9))
    before[4, 4] = 1
    after[2, 4] = after[4, 7] = after[8, 8] = 1
    assert check(before, after, near=(0, 0)).shift == (-2, 0)
    assert check(before, after, near=(1, 2)).shift == (0, 3)
    assert check(before, after, near=(3, 3)).shift == (4, 4)


@pytest.mark.parametrize("silent", ["before", "after", "both"])
def test_no_response_has_no_shift(silent):
    response = np.eye(4)
    nothing = np.zeros((4, 4))
    before = response if silent == "after" else nothing
    after = response if silent == "before" else nothing
    assert measured_shift(before, after) is None


@pytest.mark.parametrize("tiny", [1e-200, 5e-324, 1e200])
def test_numbers_whose_squares_vanish_or_overflow(tiny):
    before, after = np.zeros((4, 4)), np.zeros((4, 4))
    before[0, 0] = after[1, 2] = tiny
    assert measured_shift(before, after) == MeasuredShift((1, 2), 1.0)


def test_a_whisper_and_a_shout_have_nothing_in_common():
    before, after = np.zeros((4, 4)), np.zeros((4, 4))
    before[0, 0], after[1, 2] = 1e-200, 1e200
    assert measured_shift(before, after) == MeasuredShift((1, 2), 0.0)
    assert measured_shift(after, before) == MeasuredShift((-1, -2), 0.0)


def test_exact_leaves_room_for_rounding_only():
    assert MeasuredShift((0, 0), EXACT).is_exact
    assert not MeasuredShift((0, 0), 0.9999).is_exact
    assert pytest.approx(1 - 1e-5, abs=1e-9) == EXACT


def test_convolution_follows_and_pooling_does_not():
    """What the app is about, with the real network: jump 1 follows, jump 2 on even moves only."""
    network = Network.with_filters(Stack.parse("C3c4 -> M2"), seed=1)
    image = np.zeros((1, 24, 26), np.float32)
    image[0, 8:13, 9:15] = np.random.default_rng(2).random((5, 6))
    start = network.forward(image)
    for move in [(0, 1), (3, -2), (-4, 4)]:
        moved = network.forward(np.roll(image, move, axis=(1, 2)))
        convolved = measured_shift(start[0][0], moved[0][0])
        assert convolved == MeasuredShift(move, 1.0)
        pooled = measured_shift(start[1][0], moved[1][0])
        expected = expected_shift(move, (2, 2))
        whole = all(shift.denominator == 1 for shift in expected)
        assert pooled.is_exact is whole
        assert not whole or pooled.shift == expected


# Expected shifts and changed cells


@pytest.mark.parametrize(
    ("moved", "jump", "want"),
    [
        ((3, -4), (2, 2), (Fraction(3, 2), Fraction(-2))),
        ((1, 1), (1, 8), (Fraction(1), Fraction(1, 8))),
        ((0, -6), (3, 4), (Fraction(0), Fraction(-3, 2))),
    ],
)
def test_expected_shift(moved, jump, want):
    assert expected_shift(moved, jump) == want


def test_changed_cells():
    before = np.array([[[1.0, 2.0], [3.0, 0.0]]], np.float32)
    assert changed_cells(before, before.copy()) == 0
    after = before + np.array([[[0, 1e-6], [-4, 0]]], np.float32)
    assert changed_cells(before, after) == 2
    assert changed_cells(before, -before) == 3
    assert type(changed_cells(before, after)) is int


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: changed_cells(np.ones((2, 3)), np.ones((3, 2))),
            "two maps of one shape are compared, got (2, 3), (3, 2)",
        ),
        (
            lambda: changed_cells(np.ones((2, 3)), np.ones((1, 3))),
            "two maps of one shape are compared, got (2, 3), (1, 3)",
        ),
        (
            lambda: changed_cells([1.0], np.ones(1)),
            "before must be an array, got <class 'list'>",
        ),
        (
            lambda: changed_cells(np.ones(1), [1.0]),
            "after must be an array, got <class 'list'>",
        ),
        (
            lambda: measured_shift(np.ones((1, 1)), [[1.0]]),
            "after must be an array, got <class 'list'>",
        ),
        (
            lambda: measured_shift(np.ones((2, 3)), np.ones((2, 4))),
            "two maps (rows, cols) of one shape are compared, got (2, 3), (2, 4)",
        ),
        (
            lambda: measured_shift(np.ones((1, 2, 3)), np.ones((1, 2, 3))),
            "two maps (rows, cols) of one shape are compared, got (1, 2, 3), (1, 2, 3)",
        ),
    ],
)
def test_says_what_is_wrong(call, message):
    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: measured_shift(np.full((2, 2), np.nan), np.ones((2, 2))),
            "before must hold finite numbers, got NaN, infinity or no numbers",
        ),
        (
            lambda: measured_shift(np.ones((2, 2)), np.array([[1, np.inf], [0, 0]])),
            "after must hold finite numbers, got NaN, infinity or no numbers",
        ),
        (
            lambda: measured_shift(np.ones((2, 2)), np.full((2, 2), "a")),
            "after must hold finite numbers, got NaN, infinity or no numbers",
        ),
        (
            lambda: measured_shift(np.ones((2, 2)), np.ones((2, 2)), near=(1,)),
            "near must be (rows, cols), got (1,)",
        ),
        (
            lambda: measured_shift(np.ones((2, 2)), np.ones((2, 2)), near=(0, np.nan)),
            "near must be two finite numbers (rows, cols), got (0, nan)",
        ),
        (lambda: expected_shift((1, 2, 3), (1, 1)), "moved must be (rows, cols), got (1, 2, 3)"),
        (lambda: expected_shift((1, 2), (1, 1, 1)), "jump must be (rows, cols), got (1, 1, 1)"),
        (lambda: expected_shift(1, (1, 1)), "moved must be (rows, cols), got 1"),
        (lambda: expected_shift("12", (1, 1)), "moved must be (rows, cols), got '12'"),
    ],
)
def test_says_which_shift_cannot_be(call, message):
    with pytest.raises(ShiftError, match=f"^{re.escape(message)}$"):
        call()
