"""Exact fields against brute force: switch on one pixel and see which units notice."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfcore.errors import LayerError, RfcoreError, ShapeError
from rfcore.exact_fields import ExactField, exact_fields
from rfcore.gradient import gaussian_width, middle_share
from rfcore.ops import PADDING_MODES, Array, PaddingMode
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack
from tests.support.exact_networks import all_ones
from tests.support.random_scenes import CALM, any_stack

Fields = Callable[..., tuple[ExactField, ...]]
SIZES = (11, 13)


def check_by_lighting_each_pixel(fields: Fields, stack: Stack, padding_mode: PaddingMode) -> None:
    """One pixel on black: through weights that add up exactly the units that it reaches light."""
    rows, cols = SIZES
    pictures = np.eye(rows * cols).reshape(-1, 1, rows, cols)
    lit = [maps[:, 0] > 0 for maps in all_ones(stack, padding_mode).forward(pictures)]
    got = fields(stack, SIZES, padding_mode=padding_mode)
    assert len(got) == len(lit)
    for field, want in zip(got, lit, strict=True):
        want = want.reshape(rows, cols, *want.shape[1:])
        both = np.einsum("ir,jc->rcij", field.rows, field.cols)
        np.testing.assert_array_equal(both, want)
        for row, col in ((0, 0), (rows - 1, 3), (5, cols - 1)):
            np.testing.assert_array_equal(np.outer(*field.reached_from(row, col)), want[row, col])
        i, j = (size - 1 for size in want.shape[2:])
        np.testing.assert_array_equal(np.outer(*field.seen_by(i, j)), want[..., i, j])


@settings(CALM, max_examples=60)
@given(any_stack(min(SIZES)), st.sampled_from(PADDING_MODES))
def test_a_pixel_reaches_exactly_the_units_that_notice_it(
    stack: Stack, padding_mode: PaddingMode
) -> None:
    try:
        all_ones(stack, padding_mode).forward(np.zeros((1, *SIZES)))
    except ShapeError:  # a map is too small to mirror or wrap
        with pytest.raises(ShapeError):
            exact_fields(stack, SIZES, padding_mode=padding_mode)
        return
    check_by_lighting_each_pixel(exact_fields, stack, padding_mode)


HOLES = Stack.parse("C3d2p2 -> C2x3/2 -> B3 -> R -> C2/3p1")


@pytest.mark.parametrize("padding_mode", PADDING_MODES)
def test_holes_borders_and_strides_at_once(padding_mode: PaddingMode) -> None:
    check_by_lighting_each_pixel(exact_fields, HOLES, padding_mode)


def filled(stack: Stack, sizes: tuple[int, int], **_: object) -> tuple[ExactField, ...]:
    """The planted bug: the box by the arithmetic, holes and copies forgotten."""
    fields = []
    for field, (_, *counts) in zip(
        receptive_fields(stack, sizes), stack.shapes((1, *sizes)), strict=True
    ):
        tables = []
        for axis in (0, 1):
            begin = field.start[axis] + np.arange(counts[axis])[:, None] * field.jump[axis]
            places = np.arange(sizes[axis])
            tables.append((places >= begin) & (places < begin + field.size[axis]))
        fields.append(ExactField(*tables))
    return tuple(fields)


def zeros_always(stack: Stack, sizes: tuple[int, int], **_: object) -> tuple[ExactField, ...]:
    """The planted bug: a border that wraps or mirrors is taken for zeros."""
    return exact_fields(stack, sizes)


def transposed(stack: Stack, sizes: tuple[int, int], **options: PaddingMode) -> object:
    """The planted bug: rows for cols."""
    return tuple(
        replace(field, rows=field.rows[::-1]) for field in exact_fields(stack, sizes, **options)
    )


@pytest.mark.parametrize("planted", [filled, zeros_always, transposed])
def test_the_brute_force_catches_a_planted_bug(planted: Fields) -> None:
    with pytest.raises(AssertionError):
        check_by_lighting_each_pixel(planted, HOLES, "circular")


@settings(CALM, max_examples=60)
@given(any_stack(12))
def test_without_copies_it_is_the_box_less_its_holes(stack: Stack) -> None:
    if "B" in str(stack):
        return  # a blur pool mirrors its border
    boxes = receptive_fields(stack, (12, 12))
    for box, field in zip(boxes, exact_fields(stack, (12, 12)), strict=True):
        for row in range(len(field.rows)):
            begin, end, _, _ = box.span(row, 0)
            seen = field.rows[row]
            assert not seen[: max(0, begin)].any()
            assert not seen[max(0, end) :].any()
            # At the border a layer in between may pad where pixels are left over.
            if not box.has_holes and begin >= 0 and end <= 12:
                assert seen[begin:end].all()


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ((7, 0), "row must be a whole number from 0 to 6 on an image of 7x9, got 7"),
        ((0, 1.5), "col must be a whole number"),
        ((-1, 0), "row must be a whole number from 0 to 6"),
    ],
)
def test_a_pixel_must_be_on_the_image(place: tuple[int, int], sentence: str) -> None:
    field = exact_fields(Stack.parse("C3"), (7, 9))[0]
    with pytest.raises(ShapeError, match=sentence):
        field.reached_from(*place)


def test_what_cannot_be_is_refused() -> None:
    field = exact_fields(Stack.parse("C3"), (7, 9))[0]
    with pytest.raises(
        ShapeError, match="col must be a whole number from 0 to 6 on a map of 5x7, got 7"
    ):
        field.seen_by(0, 7)
    with pytest.raises(LayerError, match="padding_mode"):
        exact_fields(Stack.parse("C3"), (7, 9), padding_mode="mirror")  # type: ignore[arg-type]
    with pytest.raises(RfcoreError):
        exact_fields(Stack.parse("C9"), (7, 9))
    with pytest.raises(LayerError, match="stack"):
        exact_fields("C3", (7, 9))  # type: ignore[arg-type]


# ---- the middle of a field


def finely(field: Array, span: tuple[int, int, int, int]) -> float:
    """The share of the middle half, counted on cells cut in four each way."""
    fine = np.kron(np.abs(field), np.ones((4, 4)))
    counted = 0.0
    for row, col in np.argwhere(fine):
        inside = [
            4 * begin + (end - begin) <= at < 4 * end - (end - begin)
            for at, begin, end in ((row, *span[:2]), (col, *span[2:]))
        ]
        counted += fine[row, col] * all(inside)
    return float(counted / fine.sum())


@given(
    st.integers(0, 2**32),
    st.tuples(*[st.integers(-4, 5)] * 2),
    st.tuples(*[st.integers(1, 12)] * 2),
)
def test_the_middle_share_is_that_of_a_finer_grid(
    seed: int, corner: tuple[int, int], extent: tuple[int, int]
) -> None:
    field = np.random.default_rng(seed).integers(-3, 4, (6, 8)) + 0.5
    span = (corner[0], corner[0] + extent[0], corner[1], corner[1] + extent[1])
    assert middle_share(field, span) == pytest.approx(finely(field, span), abs=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_an_even_field_has_a_quarter_in_its_middle(size: int) -> None:
    field = np.zeros((12, 12))
    field[2 : 2 + size, 3 : 3 + size] = -2
    assert middle_share(field, (2, 2 + size, 3, 3 + size)) == pytest.approx(0.25)


@pytest.mark.parametrize("measure", [gaussian_width, lambda f: middle_share(f, (0, 1, 0, 1))])
def test_a_field_must_be_one_of_finite_numbers(measure: Callable[[Array], object]) -> None:
    with pytest.raises(ShapeError, match=r"\(rows, cols\)"):
        measure(np.ones((1, 2, 2)))
    with pytest.raises(ShapeError, match="finite"):
        measure(np.array([[np.nan]]))


def test_a_field_of_zeros_has_nothing_in_its_middle() -> None:
    assert middle_share(np.zeros((3, 3)), (0, 3, 0, 3)) == 0
