"""Claims about receptive fields, decided by lighting up pixels and looking which units answer."""

from __future__ import annotations

import numpy as np

from rfcore.claims.bright import Box, answers_to_pixels, counted_boxes, measured_field
from rfcore.claims.case import Case, Figure
from rfcore.depths import DEPTHS
from rfcore.gradient import effective_receptive_field, middle_share, used_pixels
from rfcore.layers import Pair
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.patterns import draw_background
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack

NOTED = "C3x3/1 -> M2x2/2 -> C3x3/1"
_PADDED = "C3x3/1p1 -> M2x2/2 -> C3x3/1p1"
_SIZE = 24  # pixels a side; wide enough for units whose field meets no border
_UNIT = (4, 4)  # in the middle of the last map


def field_of_eight() -> tuple[Case, ...]:
    """Try out: C3x3/1, M2x2/2, C3x3/1 gives each neuron an 8x8 field, cut only by the border."""
    plain, padded = (counted_boxes(text, _SIZE) for text in (NOTED, _PADDED))
    inner = {at: box for at, box in padded.items() if min(box) > 0 and max(box) < _SIZE}
    (row, col), box = next(iter(inner.items()))
    corner = padded[0, 0]
    # Where the corner's field lies if all are equal: 2 pixels further up and left from each unit.
    begins, ends = (box[0] - 2 * row, box[2] - 2 * col), (box[1] - 2 * row, box[3] - 2 * col)
    whole = max(begins[0], 0), ends[0], max(begins[1], 0), ends[1]
    return (
        Case(
            "written",
            "the stack has no padding",
            set(map(_size, plain.values())) == {(8, 8)},
            _sizes(list(plain.values())),
        ),
        Case(
            "inside",
            "there is padding, away from the border",
            set(map(_size, inner.values())) == {(8, 8)},
            _sizes(list(inner.values())),
        ),
        Case(
            "corner",
            "there is padding, and the border cuts the field",
            corner == whole and (ends[0] - begins[0], ends[1] - begins[1]) == (8, 8),
            _sizes([corner]),
        ),
    )


def anywhere_in_the_field() -> tuple[Case, ...]:
    """Try out: a neuron answers to a thing anywhere in its field."""
    network = Network.with_filters(Stack.parse(NOTED))
    box = receptive_fields(network.stack)[-1].span(*_UNIT)
    pictures = (
        ("black", "a bright spot lies on black", np.zeros((1, _SIZE, _SIZE))),
        ("meadow", "a spot lies on a picture", draw_background("meadow", _SIZE).astype(float)),
    )
    cases = []
    for name, condition, picture in pictures:
        changes = _changes(network, picture)[box[0] : box[1], box[2] : box[3]]
        figures = [
            Figure("places in the field", changes.size),
            Figure("places it answers to", int((changes > 0).sum())),
            Figure("weakest, of the strongest", _share(changes.min() / changes.max()), "share"),
        ]
        if name == "meadow":  # on black all cells of a window tie, and none is a real winner
            effective = effective_receptive_field(network, picture, -1, _UNIT, channel=0)
            used = used_pixels(network, picture, -1, _UNIT, channel=0)
            figures += [
                Figure("pixels whose slightest change shows", int(used.sum())),
                Figure(
                    "weight of the middle quarter", _share(middle_share(effective, box)), "share"
                ),
            ]
        cases.append(Case(name, condition, bool((changes > 0).all()), tuple(figures)))
    return tuple(cases)


def pooling_widens() -> tuple[Case, ...]:
    """Try out: each 2x2 pool of stride 2 widens the field, and doubles the jump."""
    cases, before = [], 1
    for pools in (1, 2, 3):
        width, jump = measured_field("C3" + " M2 C3" * pools)
        without, _ = measured_field("C3" + " C3" * pools)
        cases.append(
            Case(
                f"pools{pools}",
                "there is 1 pool" if pools == 1 else f"there are {pools} pools",
                width > without and jump == 2 * before,
                (
                    Figure("field", width, "px"),
                    Figure("without pools", without, "px"),
                    Figure("jump", jump, "px"),
                ),
            )
        )
        before = jump
    return tuple(cases)


def field_covers_the_picture() -> tuple[Case, ...]:
    """Try out: where the last field covers the picture, any pixel can excite any neuron."""
    cases: list[Case] = []
    size = 32
    shallow = answers_to_pixels(str(DEPTHS[1]), size)
    for stack in DEPTHS[3:]:
        answers = answers_to_pixels(str(stack), size)
        strongest = answers.max(axis=(2, 3), keepdims=True)
        field = receptive_fields(stack)[-1].size[0]
        figures = [
            Figure("pairs that answer", _share((answers > 0).mean()), "share"),
            Figure("weakest, of the strongest", _share((answers / strongest).min()), "share"),
        ]
        if not cases:
            figures += [
                Figure("pairs of pixel and neuron", answers.size),
                Figure("pairs in a shallow stack", _share((shallow > 0).mean()), "share"),
            ]
        condition = f"the field has {field} px a side, the picture {size}"
        cases.append(Case(f"field{field}", condition, bool((answers > 0).all()), tuple(figures)))
    return tuple(cases)


def _changes(network: Network, picture: Array) -> Array:
    """Return how much one unit changes when each pixel alone turns white, or black if it is light.

    Over all channels, (rows, cols).
    """
    size = picture.shape[-1]
    spots = np.repeat(picture[None], size * size, axis=0)
    flat = spots.reshape(size * size, -1)
    diagonal = np.arange(size * size)
    flat[diagonal, diagonal] = np.where(picture.ravel() < 0.5, 1.0, 0.0)
    before = network.forward(picture)[-1][(..., *_UNIT)]
    after = network.forward(spots)[-1][(..., *_UNIT)]
    changes: Array = np.abs(after - before).max(axis=1).reshape(size, size)
    return changes


def _sizes(boxes: list[Box]) -> tuple[Figure, ...]:
    sizes = sorted(map(_size, boxes))
    return (
        Figure("neurons", len(boxes)),
        Figure("smallest field", sizes[0], "box"),
        Figure("largest field", sizes[-1], "box"),
    )


def _size(box: Box) -> Pair:
    return box[1] - box[0], box[3] - box[2]


def _share(value: float) -> float:
    return float(value)
