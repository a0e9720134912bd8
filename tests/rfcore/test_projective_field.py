"""The projective field is the receptive field read backwards: `reach` against `span`."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rfcore.network import Network
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.stack import Stack
from tests.support.operations import pairs

Rectangle = tuple[int, int, int, int]
Reach = Callable[[ReceptiveField, Rectangle], Rectangle]

fields = st.builds(ReceptiveField, size=pairs(1, 40), jump=pairs(1, 20), start=pairs(-30, 5))
DILATED = receptive_fields(Stack.parse("C3x5/2x1 p2x1 d2x3 -> M2x3/3x2"))[-1]


def test_every_unit_that_a_pixel_reaches_spans_that_pixel() -> None:
    field = receptive_fields(Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1"))[-1]
    assert field.reach((8, 9, 8, 9)) == (1, 5, 1, 5)
    assert [field.span(row, 0)[:2] for row in (0, 1, 4, 5)] == [(0, 8), (2, 10), (8, 16), (10, 18)]


def meets(span: Rectangle, pixels: Rectangle) -> bool:
    return all(
        max(span[axis], pixels[axis]) < min(span[axis + 1], pixels[axis + 1]) for axis in (0, 2)
    )


def check_round_trip(reach: Reach, field: ReceptiveField, pixels: Rectangle) -> None:
    """A unit is in the reach of some pixels exactly when one of them is in its span."""
    row0, row1, col0, col1 = reach(field, pixels)
    for row in range(row0 - 2, row1 + 2):
        for col in range(col0 - 2, col1 + 2):
            reached = row0 <= row < row1 and col0 <= col < col1
            assert reached == meets(field.span(row, col), pixels), (field, pixels, row, col)


@given(fields, pairs(-60, 60), pairs(1, 9))
@example(DILATED, (0, 0), (1, 1))
@example(ReceptiveField((1, 2), (3, 4), (0, 0)), (1, 2), (1, 2))  # pixels that no unit sees
def test_field_and_projective_field_round_trip(
    field: ReceptiveField, corner: tuple[int, int], sizes: tuple[int, int]
) -> None:
    pixels = (corner[0], corner[0] + sizes[0], corner[1], corner[1] + sizes[1])
    check_round_trip(ReceptiveField.reach, field, pixels)


@given(fields, pairs(-50, 50))
def test_the_span_of_a_unit_reaches_that_unit(field: ReceptiveField, unit: tuple[int, int]) -> None:
    row0, row1, col0, col1 = field.reach(field.span(*unit))
    assert row0 <= unit[0] < row1
    assert col0 <= unit[1] < col1


def truncating(field: ReceptiveField, pixels: Rectangle) -> Rectangle:
    """The planted bug of int(a / b), which rounds towards zero where the floor is meant."""
    units = []
    for axis, (begin, end) in enumerate((pixels[:2], pixels[2:])):
        units.append(int((begin - field.start[axis] - field.size[axis]) / field.jump[axis]) + 1)
        units.append(int((end - 1 - field.start[axis]) / field.jump[axis]) + 1)
    return units[0], units[1], units[2], units[3]


@pytest.mark.parametrize(
    "planted",
    [
        truncating,
        lambda field, pixels: replace(field, start=(0, 0)).reach(pixels),
        lambda field, pixels: replace(field, jump=(1, 2)).reach(pixels),  # the pool's own stride
        lambda field, pixels: replace(field, size=(field.size[0], 1)).reach(pixels),
        lambda field, pixels: field.reach((pixels[0], pixels[1] + 1, pixels[2], pixels[3])),
    ],
)
def test_the_round_trip_catches_a_planted_bug(planted: Reach) -> None:
    def check_all(reach: Reach) -> None:
        for row in range(-12, 13):
            check_round_trip(reach, DILATED, (row, row + 1, -row, 3 - row))

    check_all(ReceptiveField.reach)
    with pytest.raises(AssertionError):
        check_all(planted)


@given(fields, pairs(-60, 60), pairs(0, 9), pairs(1, 30))
def test_clipped_to_a_map_only_its_own_units_are_left(
    field: ReceptiveField, corner: tuple[int, int], extent: tuple[int, int], sizes: tuple[int, int]
) -> None:
    pixels = (corner[0], corner[0] + extent[0], corner[1], corner[1] + extent[1])
    whole, clipped = field.reach(pixels), field.reach(pixels, sizes)
    for axis in (0, 1):
        begin, end = clipped[2 * axis : 2 * axis + 2]
        assert 0 <= begin <= end <= sizes[axis]
        kept = set(range(*whole[2 * axis : 2 * axis + 2])) & set(range(sizes[axis]))
        assert set(range(begin, end)) == kept


def test_no_pixels_reach_no_units() -> None:
    row0, row1, col0, col1 = DILATED.reach((5, 5, 3, 9))
    assert row0 == row1
    assert col0 < col1


def test_numbers_far_beyond_a_float_stay_exact() -> None:
    field = ReceptiveField((3, 3), (7, 7), (-1, -1))
    far = 7 * 10**20
    assert field.reach((far, far + 1, 0, 1)) == (10**20, 10**20 + 1, 0, 1)


@pytest.mark.parametrize("notation", ["C3 p1 -> M2 -> C3", "C2x3/2x1 p1 -> B3 -> A2x1/1", "C5 d2"])
def test_only_reached_units_change_when_pixels_do(notation: str) -> None:
    """The arithmetic against the network itself, with zeros beyond the border."""
    network = Network.with_filters(Stack.parse(notation), filters=("random",), seed=1)
    generator = np.random.default_rng(0)
    image = generator.standard_normal((1, 19, 23))
    changed = image.copy()
    changed[:, 8:11, 9:11] += 1
    fields = receptive_fields(network.stack)
    for field, before, after in zip(
        fields, network.forward(image), network.forward(changed), strict=True
    ):
        row0, row1, col0, col1 = field.reach((8, 11, 9, 11), before.shape[1:])
        differs = (before != after).any(axis=0)
        assert differs[row0:row1, col0:col1].any()
        differs[row0:row1, col0:col1] = False
        assert not differs.any()
