"""The sentences and readouts: every branch, its grammar, and rfcore's own figures in it."""

from fractions import Fraction
from typing import Any, get_args

import numpy as np
import pytest

from pages.ui.render.maps import pattern_sentence, picture_sentence
from pages.ui.render.readings import (
    ALIKE,
    LayerReading,
    break_text,
    error_text,
    expected_text,
    measured_text,
)
from pages.ui.render.window import response_sentence
from pages.ui.text.format import arrows, direction, percent
from rfcore.equivariance import (
    Break,
    BreakReason,
    LayerEquivariance,
    equivariance_errors,
    first_break,
)
from rfcore.layers import Conv2d, GlobalAvgPool2d, Layer, MaxPool2d, Pair
from rfcore.network import Network
from rfcore.ops import PaddingMode
from rfcore.receptive_field import receptive_fields
from rfcore.shifts import (
    EXACT,
    MeasuredShift,
    ShiftFill,
    changed_cells,
    expected_shift,
    measured_shift,
    shift,
)
from rfcore.stack import Stack

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
CONVOLUTION = Conv2d(3)
NOWHERE = (Fraction(0), Fraction(0))


def reading(
    expected: tuple[object, object] = (1, 0),
    measured: tuple[int, int] | None = (1, 0),
    similarity: float = 1.0,
    *,
    number: int = 1,
    layer: Layer = CONVOLUTION,
    jump: tuple[int, int] = (1, 1),
    changed: int = 12,
    cells: int = 3844,
) -> LayerReading:
    return LayerReading(
        number=number,
        layer=layer,
        jump=jump,
        expected=(Fraction(expected[0]), Fraction(expected[1])),
        measured=None if measured is None else MeasuredShift(measured, similarity),
        changed=changed,
        cells=cells,
    )


def pool(expected: tuple[object, object] = (1, 0), *rest: object, **more: object) -> LayerReading:
    own = {"number": 2, "layer": MaxPool2d(2), "jump": (2, 2), "cells": 961}
    return reading(expected, *rest, **{**own, **more})


# ---- quantities


@pytest.mark.parametrize(
    ("amount", "short", "words"),
    [
        ((0, 0), "0 cells", "0 cells"),
        ((1, 0), "↓ 1 cell", "1 cell down"),
        ((-1, 0), "↑ 1 cell", "1 cell up"),
        ((0, 1), "→ 1 cell", "1 cell right"),
        ((0, -1), "← 1 cell", "1 cell left"),
        ((2, 0), "↓ 2 cells", "2 cells down"),
        ((0, -12), "← 12 cells", "12 cells left"),
        ((1, 1), "↓ 1 → 1 cells", "1 cell down, 1 cell right"),
        ((-1, 3), "↑ 1 → 3 cells", "1 cell up, 3 cells right"),
        ((HALF, 0), "↓ 0.5 cells", "0.5 cells down"),
        ((HALF, -HALF), "↓ 0.5 ← 0.5 cells", "0.5 cells down, 0.5 cells left"),
        ((0, Fraction(-5, 2)), "← 2.5 cells", "2.5 cells left"),
        ((Fraction(-7, 4), 0), "↑ 1.75 cells", "1.75 cells up"),
        ((Fraction(1, 4), 1), "↓ 0.25 → 1 cells", "0.25 cells down, 1 cell right"),
        ((THIRD, 0), "↓ 1/3 cells", "1/3 cells down"),
        ((0, -4 * THIRD), "← 1 1/3 cells", "1 1/3 cells left"),
        ((Fraction(17, 8), 2 * THIRD), "↓ 2 1/8 → 2/3 cells", "2 1/8 cells down, 2/3 cells right"),
    ],
)
def test_quantity_in_short_and_in_words(
    amount: tuple[Fraction, Fraction], short: str, words: str
) -> None:
    assert arrows(amount) == short
    assert direction(amount, "cell") == words


def test_quantity_in_pixels_has_no_plural() -> None:
    assert arrows((0, 0), "px", plural="px") == "0 px"
    assert arrows((0, 1), "px", plural="px") == "→ 1 px"
    assert arrows((-3, 2), "px", plural="px") == "↑ 3 → 2 px"
    assert direction((-3, 2), "px", plural="px") == "3 px up, 2 px right"
    assert direction((0, 0), "px", plural="px") == "0 px"


# ---- what a reading knows


@pytest.mark.parametrize(
    ("expected", "between"),
    [((1, 2), False), ((0, 0), False), ((HALF, 0), True), ((3, -HALF), True), ((THIRD, 1), True)],
)
def test_shift_can_lie_between_two_cells(expected: tuple[object, object], between: bool) -> None:
    one = reading(expected)
    assert one.between_cells is between
    short = arrows(one.expected)
    if between:
        short = short.replace(" cells", "").replace(" cell", "") + ", between two cells"
    assert expected_text(one) == short


@pytest.mark.parametrize(
    ("one", "followed"),
    [
        (reading((1, 0), (1, 0)), True),
        (reading((1, 0), (1, 0), ALIKE), True),
        (reading((1, 0), (1, 0), ALIKE - 1e-9), False),
        (reading((1, 0), (0, 1)), False),
        (reading((1, 0), (-1, 0)), False),
        (reading((HALF, 0), (0, 0)), False),
        (reading((HALF, 0), (1, 0)), False),
        (reading((1, 0), None), False),
    ],
)
def test_map_followed_when_it_went_there_and_stayed_alike(
    one: LayerReading, followed: bool
) -> None:
    assert one.followed is followed


@pytest.mark.parametrize(
    ("similarity", "followed", "short", "sentence"),
    [
        (0.82, False, "no clear shift, 82 % alike", " shows no clear shift, only 82 % alike. "),
        (0.87, True, "↓ 1 cell, 87 % alike", " followed, 87 % alike."),
    ],
)
def test_a_response_counts_as_the_same_from_85_percent(
    similarity: float, followed: bool, short: str, sentence: str
) -> None:
    one = reading((1, 0), (1, 0), similarity)
    assert one.followed is followed
    assert measured_text(one) == short
    assert sentence in pattern_sentence("dog", (1, 0), [one])


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (reading((1, 0), (1, 0)), "↓ 1 cell"),
        (reading((1, 0), (1, 0), EXACT), "↓ 1 cell"),
        (reading((1, 0), (1, 0), EXACT - 1e-9), "↓ 1 cell, 99 % alike"),
        (reading((1, 0), (0, -2), 0.639), "no clear shift, 63 % alike"),
        (reading((1, 0), (0, 0), -0.2), "no clear shift, 0 % alike"),
        (reading((1, 0), None, changed=0), "no response"),
        (reading((1, 0), None, changed=1), "not at both places"),
        (reading((1, 0), (0, -2), 0.9), "← 2 cells, 90 % alike"),
        (pool((THIRD, 0), (0, 0), cells=1), "no places left"),
    ],
)
def test_measured_shift_in_short(one: LayerReading, text: str) -> None:
    assert measured_text(one) == text


# ---- the sentence


def test_before_anything_moved_the_sentence_asks() -> None:
    assert pattern_sentence("dog", (0, 0), [reading(NOWHERE, (0, 0), changed=0)]) == (
        "Drag the dog. Which maps follow?"
    )


@pytest.mark.parametrize(
    ("readings", "rest"),
    [
        # all of them follow
        ([reading()], "Layer 1 (convolution) followed."),
        ([reading(similarity=0.9)], "Layer 1 (convolution) followed, 90 % alike."),
        ([reading(), pool()], "Every map followed."),
        ([reading(similarity=0.97), pool((1, 0), (1, 0), 0.881)],
         "Every map followed, 88 % alike."),
        # some of them do
        ([reading(), pool((1, 0), (1, 0), 0.5, changed=40)],
         "Layer 1 (convolution) followed. "
         "Layer 2 (max pool) shows no clear shift, only 50 % alike. 40 of 961 cells changed."),
        ([reading(), pool(), reading((1, 0), (0, 0), 0.2, number=3, changed=1)],
         "Layers 1 to 2 followed. "
         "Layer 3 (convolution) shows no clear shift, only 20 % alike. 1 of 3,844 cells changed."),
        # the first one that breaks, for each reason there is
        ([reading((1, 0), None, changed=0)],
         "Layer 1 (convolution) shows nothing of the pattern."),
        ([reading((HALF, 0), None, changed=1)],
         "Layer 1 (convolution) does not show the pattern at both places. "
         "1 of 3,844 cells changed."),
        ([reading(), pool((HALF, 0), (0, 0), 1.0, changed=0)],
         "Layer 1 (convolution) followed. "
         "Layer 2 (max pool) did not notice: no cell of this channel changed."),
        ([pool((HALF, 0), (1, 0), 0.7, changed=64)],
         "Layer 2 (max pool) cannot follow: 0.5 cells down lies between two cells of 2 px. "
         "64 of 961 cells changed."),
        ([pool((HALF, -THIRD), (1, 0), 0.7, changed=1234, cells=12345)],
         "Layer 2 (max pool) cannot follow: 0.5 cells down, 1/3 cells left lies between two cells "
         "of 2 px. 1,234 of 12,345 cells changed."),
        ([pool((2, THIRD), (2, 0), 0.7, changed=3)],  # only what is broken is to blame
         "Layer 2 (max pool) cannot follow: 1/3 cells right lies between two cells of 2 px. "
         "3 of 961 cells changed."),
        ([pool((1, 0), (0, -3), 0.99, changed=5)],
         "Layer 2 (max pool) went 3 cells left instead, 99 % alike. 5 of 961 cells changed."),
        ([pool((HALF, THIRD), (1, 0), 0.7, jump=(2, 3), changed=3)],
         "Layer 2 (max pool) cannot follow: 0.5 cells down, 1/3 cells right lies between two cells "
         "of 2 by 3 px. 3 of 961 cells changed."),
        # a map of one cell knows no places
        ([reading(), pool((THIRD, 0), (0, 0), 0.99, layer=GlobalAvgPool2d(), cells=1, changed=1)],
         "Layer 1 (convolution) followed. "
         "Layer 2 (global average pool) has no places left: its value changed."),
        ([pool((THIRD, 0), (0, 0), 1.0, layer=GlobalAvgPool2d(), cells=1, changed=0)],
         "Layer 2 (global average pool) has no places left: its value stayed."),
        # what comes after a break is not said
        ([pool((HALF, 0), (1, 0), 0.7, changed=64), reading(number=3)],
         "Layer 2 (max pool) cannot follow: 0.5 cells down lies between two cells of 2 px. "
         "64 of 961 cells changed."),
    ],
)  # fmt: skip
def test_sentence_tells_how_far_the_maps_followed(readings: list[LayerReading], rest: str) -> None:
    assert pattern_sentence("cat", (2, -1), readings) == f"Moved 2 px down, 1 px left. {rest}"


# ---- the figures are rfcore's


def test_texts_carry_what_rfcore_measured() -> None:
    before, after = np.zeros((6, 9)), np.zeros((6, 9))
    before[1:3, 2:4] = [[4, 1], [0, 2]]
    after[3:5, 1:3] = [[4, 1], [0, 1]]
    measured = measured_shift(before, after)
    assert measured is not None
    one = LayerReading(
        number=4,
        layer=MaxPool2d(3),
        jump=(2, 3),
        expected=expected_shift((4, -3), (2, 3)),
        measured=measured,
        changed=changed_cells(before, after),
        cells=before.size,
    )
    # 16 + 1 + 2 in common, over the mean of 21 and 18
    assert measured.similarity == pytest.approx(19 / 19.5)
    assert expected_text(one) == "↓ 2 ← 1 cells"
    assert measured_text(one) == "↓ 2 ← 1 cells, 97 % alike"
    assert pattern_sentence("cat", (4, -3), [one]) == (
        "Moved 4 px down, 3 px left. Layer 4 (max pool) followed, 97 % alike."
    )


# ---- the whole picture moves


def errors_of(
    stack: str, moved: Pair, *, fill: ShiftFill = "zeros", mode: PaddingMode = "zeros"
) -> tuple[list[LayerReading], tuple[LayerEquivariance, ...], Break | None]:
    """What a stack does with a noisy picture that moves as a whole, by rfcore alone."""
    image = np.random.default_rng(3).random((1, 24, 24))
    network = Network.with_filters(Stack.parse(stack), padding_mode=mode)
    errors = equivariance_errors(network, image, moved, fill=fill)
    now = network.forward(shift(image, *moved, fill=fill))
    readings = [
        LayerReading(
            number=number,
            layer=layer,
            jump=field.jump,
            expected=expected_shift(moved, field.jump),
            measured=None,
            changed=changed_cells(before, after),
            cells=after[0].size,
        )
        for number, (layer, field, before, after) in enumerate(
            zip(
                network.stack,
                receptive_fields(network.stack, (24, 24)),
                network.forward(image),
                now,
                strict=True,
            ),
            1,
        )
    ]
    return readings, errors, first_break(network, image, moved, fill=fill)


@pytest.mark.parametrize(
    ("stack", "moved", "options", "text", "readouts"),
    [
        ("C3 M2", (0, 0), {}, "Drag: the whole picture moves. Which maps follow?", ["0 cells"] * 2),
        (
            "C3p1 M2",
            (0, 2),
            {"fill": "circular", "mode": "circular"},
            "The whole picture moved 2 px right. Every map followed, cell for cell.",
            ["→ 2 cells", "→ 1 cell"],
        ),
        (
            "C3p1 M2",
            (1, 0),
            {"fill": "circular", "mode": "circular"},
            "The whole picture moved 1 px down. Layer 1 followed, cell for cell. "
            "Layer 2 (max pool) cannot follow: 0.5 cells down lies between two cells of 2 px.",
            ["↓ 1 cell", "no shift can, {blend} % off"],
        ),
        (
            "C3p1 R",
            (0, 3),
            {"fill": "circular"},
            "The whole picture moved 3 px right. Layer 1 (convolution) is up to {border} % off its "
            "largest value, but only where it meets the border.",
            ["→ 3 cells; border {border} % off", "→ 3 cells; border {border2} % off"],
        ),
        (
            "C3 R GM",
            (0, 1),
            {"fill": "zeros"},
            "The whole picture moved 1 px right. Layers 1 to 2 followed, cell for cell. Layer 3 "
            "(global max pool) has no places left: its value {value}.",
            ["→ 1 cell", "→ 1 cell", "no places left"],
        ),
    ],
)
def test_whole_picture_sentences(
    stack: str, moved: Pair, options: dict[str, Any], text: str, readouts: list[str]
) -> None:
    readings, errors, broken = errors_of(stack, moved, **options)

    def percent(amount: float | None, error: LayerEquivariance) -> str:
        return f"{100 * (amount or 0) / error.scale:.0f}"

    figures = {
        "blend": percent(errors[1].blend_error, errors[1]),
        "border": percent(errors[0].border_error, errors[0]),
        "border2": percent(errors[1].border_error, errors[1]),
        "value": "changed" if readings[-1].changed else "stayed",
    }
    assert picture_sentence(moved, readings, errors, broken) == text.format(**figures)
    shown = [error_text(r, e) for r, e in zip(readings, errors, strict=True)]
    assert shown == [readout.format(**figures) for readout in readouts]


def test_an_error_away_from_the_border_is_said() -> None:
    reading_, error = reading((0, 1)), LayerEquivariance(NOWHERE, 0.5, None, 0.0, 2.0)
    text = picture_sentence((0, 1), [reading_], (error,), Break(0, "operation"))
    assert text == (
        "The whole picture moved 1 px right. Layer 1 (convolution) is up to 25 % off its largest "
        "value, away from the border as well."
    )
    assert error_text(reading_, error) == "25 % off"
    small = LayerEquivariance(NOWHERE, 0.001, None, 0.0, 2.0)
    assert error_text(reading_, small) == "under 1 % off"


@pytest.mark.parametrize("reason", get_args(BreakReason))
def test_every_reason_to_part_has_words(reason: BreakReason) -> None:
    assert len(break_text(Break(0, reason))) > 10


def test_a_map_of_which_nothing_is_left_is_not_said_to_have_followed() -> None:
    readings, errors, broken = errors_of("C13x13/1c1 -> C9x9/1c1", (0, 14), fill="circular")
    assert [error.is_comparable for error in errors] == [False, False]
    assert picture_sentence((0, 14), readings, errors, broken) == (
        "The whole picture moved 14 px right. Nothing of layer 1 (convolution) is left to compare."
    )
    shown = [error_text(r, e) for r, e in zip(readings, errors, strict=True)]
    assert shown == ["nothing left to compare"] * 2


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"), (0.001, "under 1 %"), (0.007, "under 1 %"), (0.01, "1 %"), (0.5, "50 %"),
        (0.99, "99 %"), (0.992, "over 99 %"), (1 - 1e-12, "100 %"), (1, "100 %"), (2.5, "250 %"),
    ],
)  # fmt: skip
def test_percent_never_rounds_to_none_or_all(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("similarity", "how"), [(1.0, "the same numbers at other places"), (0.9, "90 % alike")]
)
def test_the_sentence_claims_the_same_numbers_only_for_a_copy(similarity: float, how: str) -> None:
    followed = reading((1, 0), (1, 0), similarity)
    assert response_sentence("cat", (1, 0), followed) == (
        f"Moved 1 px down. The response moved 1 cell down: {how}."
    )
