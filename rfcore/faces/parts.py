"""Toy faces made of parts: eyes, nose and mouth, in their own places or swapped."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rfcore.checks import as_fields, check_choice, whole_number, whole_number_within, whole_pair
from rfcore.errors import PatternError
from rfcore.layers import Pair
from rfcore.pictures.drawing import FUR, INK, Pen, quantised
from rfcore.pictures.patterns import Pattern, place

FACE_PARTS: tuple[str, ...] = ("left eye", "right eye", "nose", "mouth")
"""The parts of a face, in the order in which `Places` has them."""

Places = tuple[Pair, ...]
"""The (row, col) of the middle of each of FACE_PARTS, in pixels of the face's own square."""

MIN_FACE_SIZE, MAX_FACE_SIZE = 42, 128
"""Pixels a side of a face: in a smaller one, parts that swap their places would touch."""

_EYES, _CHEEKS = ((0.313, 0.315), (0.313, 0.685)), ((0.576, 0.237), (0.576, 0.763))
_SPOTS = (*_EYES, (0.516, 0.5), (0.778, 0.5), *_CHEEKS, (0.13, 0.5))
"""(row, col) as shares of the size: the places of FACE_PARTS, then empty ones. They are far enough
from each other and from the rim that any part fits at any of them."""

_SIDES = {"eye": 0.16, "nose": 0.18, "mouth": 0.28}
_MAX_SWAPS = 3


def draw_face(places: Places, size: int) -> Pattern:
    """Draw a face with its parts at some places.

    places: the (row, col) of the middle of each of FACE_PARTS, from 0 up to, not including, `size`.
    size: its side, 42 to 128 pixels. A part has the same pixels wherever it is. Where
    two overlap, the later one in FACE_PARTS is drawn on top. The square clips them.
    Returns a Pattern (size, size), light on a darker background, multiples of 1/255.
    Raises PatternError for other places or another size.

    >>> draw_face(face_places(48), 48).values.shape
    (48, 48)
    """
    size = _checked_size(size)
    return _drawn(_checked_places(places, size), size)


def face_places(size: int) -> Places:
    """Return where the parts of a face of `size` pixels belong.

    Raises PatternError for a size outside 42 to 128.

    >>> face_places(48)
    ((15, 15), (15, 33), (25, 24), (37, 24))
    """
    return _spots(_checked_size(size))[: len(FACE_PARTS)]


def scrambled_places(size: int, seed: int) -> Places:
    """Return the places of a scrambled face, in which some parts swapped places or moved.

    A part swaps with another, or moves to an empty spot on a cheek; this happens one to three
    times. No scramble looks like the face. Parts never overlap or leave the face, so a scramble
    differs from the face only in the places. size: pixels. seed: from 0; the same seed gives the
    same scramble. Raises PatternError for a size outside 42 to 128 or an invalid seed.

    >>> scrambled_places(48, seed=1) != face_places(48)
    True
    """
    spots = _spots(_checked_size(size))
    generator = np.random.default_rng(whole_number(seed, "seed", 0, error=PatternError))
    while True:
        order = list(range(len(spots)))
        for _ in range(generator.integers(1, _MAX_SWAPS + 1)):
            part, other = generator.integers(len(FACE_PARTS)), generator.integers(len(spots))
            order[part], order[other] = order[other], order[part]
        # The eyes are alike: when only they swapped, it is the face.
        if {*order[:2]} != {0, 1} or order[2:4] != [2, 3]:
            return tuple(spots[spot] for spot in order[: len(FACE_PARTS)])


def draw_part(part: str, size: int) -> Pattern:
    """Draw one of FACE_PARTS alone, as it is in a face of `size` pixels.

    Returns a square Pattern. Raises PatternError for an unknown part, or a size outside 42 to 128.

    >>> draw_part("mouth", 48).alpha.shape
    (13, 13)
    """
    check_choice(part, "part", FACE_PARTS, error=PatternError)
    return _part(part.split()[-1], _checked_size(size))


def part_box(part: str, middle: Pair, size: int) -> tuple[int, int, int, int]:
    """Return the (row0, row1, col0, col1), half-open, of a part's square within the face.

    part: one of FACE_PARTS. middle: its (row, col). size: the face's side; all in pixels.
    Raises PatternError for an unknown part, or a place or a size out of range.

    >>> part_box("mouth", (37, 24), 48)
    (31, 44, 18, 31)
    """
    row, col = whole_pair(middle, "middle", error=PatternError)
    side = draw_part(part, size).alpha.shape[0]
    return row - side // 2, row - side // 2 + side, col - side // 2, col - side // 2 + side


@lru_cache(maxsize=256)  # more than all scrambles of one size
def _drawn(places: Places, size: int) -> Pattern:
    head = _part("head", size)
    values, alpha = (head.values * head.alpha)[None], head.alpha[None]
    for part, middle in zip(FACE_PARTS, places, strict=True):
        drawn, (row, _, col, _) = draw_part(part, size), part_box(part, middle, size)
        cover = Pattern(part, np.ones_like(drawn.alpha), drawn.alpha)
        values, alpha = place(values, drawn, row, col), place(alpha, cover, row, col)
    return Pattern(
        "face",
        quantised(np.divide(values, alpha, out=np.zeros_like(values), where=alpha > 0)[0]),
        quantised(alpha[0]),
    )


@lru_cache(maxsize=64)
def _part(kind: str, size: int) -> Pattern:
    pen = Pen(round(_SIDES.get(kind, 1) * size))
    if kind == "eye":
        pen.paint(pen.ellipse(pen.x, (0.5, 0.5), (0.42, 0.49)), INK)
        pen.paint(pen.ellipse(pen.x, (0.38, 0.3), (0.15, 0.15)), 1.0)
    elif kind == "nose":
        pen.paint(pen.stroke(pen.x, 0.2, (0.5, 0.1), (0.7, 0.85), (0.3, 0.9)), 0.3)
    elif kind == "mouth":
        smile = ((0, 0.62), (0.2, 0.58), (0.34, 0.48), (0.4, 0.38))
        pen.paint(pen.stroke(pen.side, 0.17, *smile), INK)
    else:  # no dark rim: the filters would respond to it more than to the parts
        pen.paint(pen.ellipse(pen.x, (0.5, 0.5), (0.49, 0.49)), FUR)
    return Pattern(kind, *pen.planes())


def _spots(size: int) -> Places:
    return tuple((round(row * size), round(col * size)) for row, col in _SPOTS)


def _checked_size(size: int) -> int:
    return whole_number_within(size, "face size", MIN_FACE_SIZE, MAX_FACE_SIZE, error=PatternError)


def _checked_places(places: Places, size: int) -> Places:
    checked = []
    for part, middle in zip(
        FACE_PARTS, as_fields(places, "places", FACE_PARTS, error=PatternError), strict=True
    ):
        row, col = whole_pair(middle, f"place of the {part}", 0, error=PatternError)
        if max(row, col) >= size:
            raise PatternError(
                f"place of the {part} must be on the face, row and col at most {size - 1}, "
                f"got ({row}, {col})"
            )
        checked.append((row, col))
    return tuple(checked)
