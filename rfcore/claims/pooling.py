"""Claims about max pooling, decided by moving one bright pixel step by step."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np

from rfcore import ops
from rfcore.claims.cases import Case, Figure
from rfcore.layers import Pair
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.orbits import ONE_PIXEL_STEPS
from rfcore.pictures.backgrounds import draw_background
from rfcore.pictures.patterns import draw_pattern, place
from rfcore.stack import Stack

_PATCHES = (1, 0, 0, 0), (0, 0, 0, 1), (0, 1, 0, 0)


def somewhat_invariant() -> tuple[Case, ...]:
    """Try out: a small shift does not change the output of a max pool."""
    steps = list(_steps(2))
    cases = []
    for name, condition, inside in (
        ("inside", "a single bright pixel stays in its window", True),
        ("across", "a single bright pixel crosses into another window", False),
    ):
        found = [same for stays, same, _ in steps if stays is inside]
        figures = (
            Figure("steps of 1 px", len(found)),
            Figure("steps that change nothing", Fraction(sum(found), len(found)), "share"),
        )
        cases.append(Case(name, condition, all(found), figures))
    return (*cases, _moved_cat())


def three_patches() -> tuple[Case, ...]:
    """Try out: [1,0,0,0], [0,0,0,1] and [0,1,0,0] are all 1 after max pooling by 2."""
    cases = []
    for name, condition, shape, window in (
        ("patches", "each is read as a patch of 2×2", (1, 2, 2), (2, 2)),
        ("rows", "each is read as a row with windows of 2", (1, 1, 4), (1, 2)),
    ):
        pooled = [
            tuple(ops.max_pool2d(np.array(patch, float).reshape(shape), window).ravel().tolist())
            for patch in _PATCHES
        ]
        figures = tuple(
            Figure(f"[{','.join(map(str, patch))}] gives", values, "list")
            for patch, values in zip(_PATCHES, pooled, strict=True)
        )
        cases.append(Case(name, condition, all(set(values) == {1.0} for values in pooled), figures))
    return tuple(cases)


def steps_inside() -> tuple[Case, ...]:
    """Try out: of 8 one-pixel steps 3/8 stay in a 2x2 window, and 5/8 in one of 3x3."""
    cases = []
    for window, said in ((2, Fraction(3, 8)), (3, Fraction(5, 8))):
        same = [same for _, same, _ in _steps(window)]
        counted = Fraction(sum(same), len(same))
        figures = (
            Figure("said", said, "share"),
            Figure("counted", counted, "share"),
            Figure("steps", len(same)),
        )
        condition = f"windows are {window}×{window}"
        cases.append(Case(f"window{window}", condition, counted == said, figures))
    return tuple(cases)


def five_eighths() -> tuple[Case, ...]:
    """Try out: 5/8 of the steps keep a bright pixel in its 3x3 window, wherever it lies in it."""
    corners, sides = product((0, 2), repeat=2), ((0, 1), (1, 0), (1, 2), (2, 1))
    steps, cases = list(_steps(3)), []
    for name, condition, places in (
        ("corner", "the pixel lies in a corner of the window", set(corners)),
        ("side", "the pixel lies in the middle of a side", set(sides)),
        ("middle", "the pixel lies in the middle of the window", {(1, 1)}),
        ("average", "all nine places are averaged", set(product(range(3), repeat=2))),
    ):
        same = [same for _, same, at in steps if at in places]
        counted = Fraction(sum(same), len(same))
        figures = Figure("steps", len(same)), Figure("steps that stay", counted, "share")
        cases.append(Case(name, condition, counted == Fraction(5, 8), figures))
    return tuple(cases)


def shifts_up_to_a_cap() -> tuple[Case, ...]:
    """Try out: when no shift up to some cap changes a pool's output, none does.

    A bright pixel goes right over windows of 4x4, from each column of a window.
    """
    window, row = 4, 4
    cases = []
    for shift in range(1, 7):
        changed = []
        for col in range(window, 2 * window):
            before, after = (_pooled_pixel((row, at), window) for at in (col, col + shift))
            changed.append(int((before != after).sum()))
        unchanged = Fraction(changed.count(0), window)
        figures = (
            Figure("cells changed", changed[0]),
            Figure("starts unchanged", unchanged, "share"),
        )
        cases.append(Case(f"shift{shift}", f"the shift is {shift} px", unchanged == 1, figures))
    return tuple(cases)


def _moved_cat() -> Case:
    network = Network.with_filters(Stack.parse("C3x3/1 -> M2x2/2"))
    meadow, cat = draw_background("meadow", 64), draw_pattern("cat", 16)
    before = network.forward(place(meadow, cat, 24, 24))[-1]
    after = [
        network.forward(place(meadow, cat, 24 + row, 24 + col))[-1] for row, col in ONE_PIXEL_STEPS
    ]
    same = [bool((map_ == before).all()) for map_ in after]
    changed = float(np.mean([map_ != before for map_ in after]))
    figures = (
        Figure("steps of 1 px", len(same)),
        Figure("steps that change nothing", Fraction(sum(same), len(same)), "share"),
        Figure("cells that change", changed, "share"),
    )
    return Case("cat", "a whole cat moves over a picture", all(same), figures)


def _steps(window: int) -> Iterator[tuple[bool, bool, Pair]]:
    """Take every one-pixel step of a bright pixel, from every place of one window.

    Yields whether the pixel stays in its window, whether the pooled map stays the same, and where
    in the window the step began, (row, col).
    """
    for row, col in product(range(window), repeat=2):
        before = _pooled_pixel((window + row, window + col), window)
        for down, right in ONE_PIXEL_STEPS:
            after = _pooled_pixel((window + row + down, window + col + right), window)
            stays = 0 <= row + down < window and 0 <= col + right < window
            yield stays, bool((before == after).all()), (row, col)


def _pooled_pixel(at: Pair, window: int) -> Array:
    """Return the max-pooled map of a black picture with one bright pixel."""
    picture = np.zeros((1, 4 * window, 4 * window))
    picture[(0, *at)] = 1
    return ops.max_pool2d(picture, window)
