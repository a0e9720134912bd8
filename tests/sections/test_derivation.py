"""The derivation's sentences, against fields that are found by following every tap."""

import re
from functools import cache

import pytest

from pages.ui.sections.derivation import (
    derivation,
    derivation_intro,
    field_comparison,
    first_whole_picture_layer,
    growth_sentence,
    whole_picture_text,
)
from rfcore import GlobalAvgPool2d, GlobalMaxPool2d, ShapeError, Stack, receptive_fields
from rfcore.layers import Window
from rfcore.zoo import ZOO

TEXTBOOK = Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1")
STACKS = (
    "C3x3/1 -> M2x2/2 -> C3x3/1",
    "C3p1 -> R -> M2 -> C3p1 -> R -> M2 -> C3p1d2",
    "C5/2p2, A3/2p1, B3, C1/3, C3p1",
    "C3x5p1x2, M1x2, C5x1d2x1, C3/2x1p0x1",
    "C3d4, C2/3, M3/4p1",
    "C3/2, C2d5p1, GA",
    "C3x2p1, M2x3/1x2, GM, R",
    "R",
)
PICTURES = ((64, 64), (31, 31), (40, 50))
CASES = [(text, picture) for text in STACKS for picture in PICTURES]


def windows(stack: Stack, picture: tuple[int, int]) -> list[tuple[Window, tuple[int, int]]]:
    """The window of each layer with the size of its map, counted place by place."""
    found, sizes = [], picture
    for layer in stack:
        window = layer.window(sizes)
        if isinstance(layer, GlobalAvgPool2d | GlobalMaxPool2d):
            sizes = (1, 1)
        elif layer.symbol == "B":  # its mirrored border has no cells of its own
            sizes = tuple(len(range(0, n, s)) for n, s in zip(sizes, layer.stride, strict=True))
        else:
            sizes = tuple(
                sum(at + d * (k - 1) < n + p for at in range(-p, n + p, s))
                for n, k, s, p, d in zip(sizes, *window, strict=True)
            )
        found.append((window, sizes))
    return found


def tracer(stack: Stack, picture: tuple[int, int]):
    """A function that follows every tap of a unit down to the pixels, padding included."""
    found = windows(stack, picture)

    @cache
    def pixels(layer: int, unit: int, axis: int) -> frozenset[int]:
        if layer < 0:
            return frozenset({unit})
        kernel, stride, padding, dilation = (pair[axis] for pair in found[layer][0])
        return frozenset().union(
            *(
                pixels(layer - 1, unit * stride - padding + tap * dilation, axis)
                for tap in range(kernel)
            )
        )

    return pixels


def traced(stack: Stack, picture: tuple[int, int], layer: int, axis: int) -> tuple[int, int, int]:
    """Size, jump and start of a layer along one axis, as its first two units show them."""
    pixels = tracer(stack, picture)
    first, second = pixels(layer, 0, axis), pixels(layer, 1, axis)
    return max(first) - min(first) + 1, min(second) - min(first), min(first)


def numbers(pattern: str, words: str) -> list[tuple[int, ...]]:
    """What stands in the groups of each match."""
    return [
        tuple(int((group or "1").replace("−", "-")) for group in match.groups())
        for match in re.finditer(pattern, words)
    ]


GROWTH = (
    r"(?:Dilation (\d+) × )?\(kernel (\d+) − 1\) × jump (\d+) = (\d+) pixels? more: "
    r"(\d+) \+ (\d+) = (\d+)\."
)
JUMP = r"Its stride makes the jump (\d+) × (\d+) = (\d+)\."
START = (
    r"Padding (\d+) × jump (\d+) = (\d+) pixels? earlier: the start is (−?\d+) − (\d+) = (−?\d+)\."
)


def own_part(words: str, axis: int) -> str:
    """What the words say of one axis: all that is not said of the other alone."""
    other = ("Columns", "Rows")[axis]
    return re.sub(rf"{other}: .*?(?=Rows: |Columns: |$)", "", words)


def test_the_textbook_line_is_worked_out_in_words() -> None:
    steps = derivation(TEXTBOOK, (64, 64))
    assert [(step.label, step.result, step.words) for step in steps] == [
        (
            "1 C3x3/1",
            "C3x3/1: 3 pixels, jump 1.",
            "(kernel 3 − 1) × jump 1 = 2 pixels more: 1 + 2 = 3.",
        ),
        (
            "2 M2x2/2",
            "M2x2/2: 4 pixels, jump 2.",
            "(kernel 2 − 1) × jump 1 = 1 pixel more: 3 + 1 = 4. "
            "Its stride makes the jump 1 × 2 = 2.",
        ),
        (
            "3 C3x3/1",
            "C3x3/1: 8 pixels, jump 2.",
            "(kernel 3 − 1) × jump 2 = 4 pixels more: 4 + 4 = 8.",
        ),
    ]
    assert (
        growth_sentence(steps) == "The field grows layer by layer: 3, then 4, then 8 pixels a side."
    )
    assert "**Jump**: how many pixels apart" in derivation_intro(steps)
    assert "Start" not in derivation_intro(steps)


def test_padding_dilation_and_what_adds_nothing_are_said() -> None:
    steps = derivation(Stack.parse("C3p1, R, C3p2d2, C1/2, M2/4, GA"), (64, 64))
    assert [step.words for step in steps] == [
        "(kernel 3 − 1) × jump 1 = 2 pixels more: 1 + 2 = 3. "
        "Padding 1 × jump 1 = 1 pixel earlier: the start is 0 − 1 = −1.",
        "It looks at one cell at a time: nothing is added.",
        "Dilation 2 × (kernel 3 − 1) × jump 1 = 4 pixels more: 3 + 4 = 7. "
        "Padding 2 × jump 1 = 2 pixels earlier: the start is −1 − 2 = −3.",
        "It looks at one cell at a time: nothing is added. Its stride makes the jump 1 × 2 = 2.",
        "(kernel 2 − 1) × jump 2 = 2 pixels more: 7 + 2 = 9. Its stride makes the jump 2 × 4 = 8.",
        "Its kernel is the whole map, 8×8 cells. (kernel 8 − 1) × jump 8 = 56 pixels more: "
        "9 + 56 = 65. Its stride makes the jump 8 × 8 = 64. One neuron is left.",
    ]
    assert "**Start**: the pixel where the first neuron" in derivation_intro(steps)


def test_rows_and_columns_are_said_apart_only_where_they_differ() -> None:
    words = [step.words for step in derivation(Stack.parse("C3x5, M2, C1x3"), (64, 64))]
    assert words == [
        "Rows: (kernel 3 − 1) × jump 1 = 2 pixels more: 1 + 2 = 3. "
        "Columns: (kernel 5 − 1) × jump 1 = 4 pixels more: 1 + 4 = 5.",
        "Rows: (kernel 2 − 1) × jump 1 = 1 pixel more: 3 + 1 = 4. "
        "Columns: (kernel 2 − 1) × jump 1 = 1 pixel more: 5 + 1 = 6. "
        "Its stride makes the jump 1 × 2 = 2.",
        "Rows: It looks at one cell at a time: nothing is added. "
        "Columns: (kernel 3 − 1) × jump 2 = 4 pixels more: 6 + 4 = 10.",
    ]


@pytest.mark.parametrize(("text", "picture"), CASES)
def test_every_number_is_what_following_the_taps_finds(text: str, picture: tuple[int, int]) -> None:
    stack = Stack.parse(text)
    found = windows(stack, picture)
    for at, step in enumerate(derivation(stack, picture)):
        for axis in (0, 1):
            before = traced(stack, picture, at - 1, axis) if at else (1, 1, 0)
            size, jump, start = traced(stack, picture, at, axis)
            assert (step.field.size[axis], step.field.jump[axis]) == (size, jump)
            kernel, stride, padding, dilation = (pair[axis] for pair in found[at][0])
            words = step.words
            more = size - before[0]
            grown = (dilation, kernel, before[1], more, before[0], more, size)
            assert (kernel == 1) or grown in numbers(GROWTH, words)
            assert dilation * (kernel - 1) * before[1] == more
            assert (stride == 1) or (before[1], stride, jump) in numbers(JUMP, words)
            earlier = before[2] - start
            said = (padding, before[1], earlier, before[2], earlier, start)
            assert (padding == 0) or said in numbers(START, words)


def test_nothing_is_said_of_a_stride_or_a_padding_that_is_not_there() -> None:
    for text, picture in CASES:
        stack = Stack.parse(text)
        for (window, _), step in zip(
            windows(stack, picture), derivation(stack, picture), strict=True
        ):
            assert (window.stride == (1, 1)) == ("stride" not in step.words)
            assert (window.padding == (0, 0)) == ("Padding" not in step.words)
            assert (window.dilation == (1, 1)) == ("Dilation" not in step.words)


def test_holes_are_told_where_they_come_and_not_again() -> None:
    steps = derivation(Stack.parse("C3d2, C3, C2d9, R"), (64, 64))
    pixels = tracer(Stack.parse("C3d2, C3, C2d9, R"), (64, 64))
    seen = [pixels(at, 0, 0) for at in range(4)]
    has_holes = [len(unit) <= max(unit) - min(unit) for unit in seen]
    assert has_holes == [True, False, True, True]
    assert ["holes" in step.words for step in steps] == [True, False, True, False]


@pytest.mark.parametrize("architecture", ZOO, ids=lambda architecture: architecture.name)
def test_two_hundred_layers_are_derived_too(architecture) -> None:
    steps = derivation(architecture.stack, (321, 321))
    assert len(steps) == len(architecture.stack)
    assert steps[-1].field.size == (architecture.published_size,) * 2
    adds = [parts[3] for step in steps for parts in numbers(GROWTH, own_part(step.words, 0))]
    assert 1 + sum(adds) == architecture.published_size
    if len(steps) > 12:
        assert growth_sentence(steps) == (
            f"The field grows over {len(steps)} layers, from "
            f"{receptive_fields(architecture.stack)[0].size[0]} to {architecture.published_size} "
            "pixels a side."
        )


def test_growth_of_one_layer_and_of_unequal_sides() -> None:
    assert growth_sentence(derivation(Stack.parse("M2"), (8, 8))) == (
        "One layer: its field is 2 pixels a side."
    )
    assert growth_sentence(derivation(Stack.parse("C3, C1x3"), (8, 8))) == (
        "The field grows layer by layer: 3×3, then 3×5 pixels."
    )


# ---- who sees the whole picture


def layers_that_see_all(stack: Stack, picture: tuple[int, int]) -> list[bool]:
    """For each layer, whether the span of some unit covers the picture; every unit is tried."""
    pixels = tracer(stack, picture)
    return [
        all(
            any(
                min(pixels(at, unit, axis)) <= 0
                and max(pixels(at, unit, axis)) >= picture[axis] - 1
                for unit in range(sizes[axis])
            )
            for axis in (0, 1)
        )
        for at, (_, sizes) in enumerate(windows(stack, picture))
    ]


@pytest.mark.parametrize(
    ("text", "picture"),
    [
        *CASES,
        ("C3, M2, C3", (8, 8)),
        ("C3, M2, C3", (8, 9)),
        ("C5p2, C5p2, C5p2, C5p2", (9, 9)),
        ("C5p2, C5p2, C5p2, C5p2", (10, 10)),
        ("C3p1, M2, C3p1, M2, C3p1, M2, C3p1, M2", (17, 17)),
        ("C9/4p8, R", (9, 9)),
        ("C9/4p6, C1", (9, 9)),
        ("C9p4, C1/5", (9, 9)),
        ("C9p4, C1/5p1", (9, 9)),
    ],
)
def test_the_first_layer_that_sees_all_is_the_first_that_does(
    text: str, picture: tuple[int, int]
) -> None:
    stack = Stack.parse(text)
    seeing = layers_that_see_all(stack, picture)
    last_blind = max((at for at, sees in enumerate(seeing, 1) if not sees), default=0)
    assert first_whole_picture_layer(stack, picture) == (last_blind + 1 if seeing[-1] else None)


def test_the_sentence_names_the_layer_or_what_is_missing() -> None:
    assert whole_picture_text(TEXTBOOK, (64, 64)) == (
        "No neuron of this stack can see the whole picture: the last sees 8 of 64 pixels a side."
    )
    assert whole_picture_text(TEXTBOOK, (8, 8)) == (
        "From layer 3 on, one neuron can see the whole picture."
    )
    assert whole_picture_text(TEXTBOOK, (9, 12)) == (
        "No neuron of this stack can see the whole picture: the last sees 8×8 of 9×12 pixels."
    )
    assert whole_picture_text(Stack.parse("C2d7"), (8, 8)) == (
        "From layer 1 on, one neuron can see the whole picture. "
        "Its field has holes there: it does not see every pixel."
    )


def test_a_large_field_beside_the_picture_does_not_see_it() -> None:
    stack = Stack.parse("C9/4p6, C1")
    assert receptive_fields(stack)[-1].size == (9, 9)
    assert layers_that_see_all(stack, (9, 9)) == [False, False]
    assert whole_picture_text(stack, (9, 9)) == (
        "The last field is 9×9 pixels, as large as the picture, but padding puts each of them "
        "partly beside it. So no neuron of the last layer can see all of it."
    )


def test_a_picture_that_is_too_small_is_refused() -> None:
    for answer in (derivation, whole_picture_text, first_whole_picture_layer):
        with pytest.raises(ShapeError, match=r"layer 3, C3x3/1 does not fit"):
            answer(TEXTBOOK, (6, 6))


# ---- what a change would do


def test_comparison_says_what_changes_and_what_does_not() -> None:
    before = receptive_fields(TEXTBOOK)[-1]
    pooled = receptive_fields(Stack.parse("M2, C3, M2, C3"))[-1]
    longer = receptive_fields(Stack.parse("C3, C3, M2, C3"))[-1]
    tall = receptive_fields(Stack.parse("C3, M2, C3, M2x1"))[-1]
    assert field_comparison(before, pooled) == (
        "The last neurons would see 16×16 pixels instead of 8×8, jump 4 instead of 2."
    )
    assert field_comparison(before, longer) == (
        "The last neurons would see 10×10 pixels instead of 8×8, jump 2 as before."
    )
    assert field_comparison(before, tall) == (
        "The last neurons would see 10×8 pixels instead of 8×8, jump 4×2 instead of 2."
    )
    assert field_comparison(before, before) == (
        "The last neurons would see 8×8 pixels as before, jump 2 as before."
    )
