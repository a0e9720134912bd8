"""Claims about receptive fields, decided by changing pixels and finding the units that respond."""

from __future__ import annotations

import numpy as np

from rfcore.claims.cases import Case, Figure
from rfcore.claims.impulse_response import (
    PixelBox,
    answers_to_pixels,
    counted_boxes,
    measured_field,
)
from rfcore.filters import RANDOM
from rfcore.gradient import effective_receptive_field, middle_share, used_pixels
from rfcore.heads.depth_study import DEPTHS
from rfcore.layers import Pair
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.pictures.backgrounds import draw_background
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
    corner, whole = padded[0, 0], _carried_on(inner, (0, 0))
    cut = tuple(max(bound, 0) for bound in whole)
    return (
        _all_eight("written", "the stack has no padding", list(plain.values())),
        _all_eight("inside", "there is padding, away from the border", list(inner.values())),
        Case(
            "corner",
            "there is padding, and the border cuts the field",
            corner == cut != whole and _size(whole) == (8, 8),
            _sizes([corner]),
        ),
    )


def _all_eight(name: str, condition: str, boxes: list[PixelBox]) -> Case:
    return Case(name, condition, set(map(_size, boxes)) == {(8, 8)}, _sizes(boxes))


def _carried_on(boxes: dict[Pair, PixelBox], to: Pair) -> PixelBox:
    """Return a unit's uncut box, extrapolated from the first box and its two neighbours."""
    (row, col), box = next(iter(boxes.items()))
    down, across = boxes[row + 1, col][0] - box[0], boxes[row, col + 1][2] - box[2]
    rows, cols = down * (to[0] - row), across * (to[1] - col)
    return box[0] + rows, box[1] + rows, box[2] + cols, box[3] + cols


def anywhere_in_the_field() -> tuple[Case, ...]:
    """Try out: a neuron answers to a thing anywhere in its field.

    It tests every neuron at one place, each with its own kernel. The claim fails if one fails.
    """
    stack = Stack.parse(NOTED)
    random = Network.with_filters(stack, filters=(RANDOM, RANDOM))
    black, meadow = np.zeros((1, _SIZE, _SIZE)), draw_background("meadow", _SIZE).astype(float)
    return (
        _answers_in_field("black", "no weight is 0, and the rest is black", random, black),
        # On black all cells of a window tie, so a gradient says nothing. A picture has few ties.
        _answers_in_field(
            "meadow",
            "no weight is 0, and the rest is a picture",
            random,
            meadow,
            *_effective_figures(random, meadow),
        ),
        _answers_in_field("zeros", "some weights are 0", Network.with_filters(stack), meadow),
    )


def _answers_in_field(
    name: str, condition: str, network: Network, picture: Array, *more: Figure
) -> Case:
    box = receptive_fields(network.stack)[-1].span(*_UNIT)
    changes = _changes(network, picture)[:, box[0] : box[1], box[2] : box[3]]
    answered = np.count_nonzero(changes, axis=(1, 2))
    strongest = np.maximum(changes.max(axis=(1, 2)), np.finfo(float).tiny)  # no 0 / 0
    weakest = (changes.min(axis=(1, 2)) / strongest).min()
    figures = (
        Figure("neurons", len(changes)),
        Figure("weights of 0", sum(int((k == 0).sum()) for k in network.kernels if k is not None)),
        Figure("places in the field", changes[0].size),
        Figure("fewest places that one answers to", int(answered.min())),
        Figure("weakest, of the strongest", float(weakest), "share"),
    )
    return Case(name, condition, bool((changes > 0).all()), (*figures, *more))


def _effective_figures(network: Network, picture: Array) -> tuple[Figure, ...]:
    box = receptive_fields(network.stack)[-1].span(*_UNIT)
    effective = effective_receptive_field(network, picture, -1, _UNIT, channel=0)
    used = used_pixels(network, picture, -1, _UNIT, channel=0)
    return (
        Figure("pixels whose slightest change shows", int(used.sum())),
        Figure("weight of the middle quarter", float(middle_share(effective, box)), "share"),
    )


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
            Figure("pairs that answer", float((answers > 0).mean()), "share"),
            Figure("weakest, of the strongest", float((answers / strongest).min()), "share"),
        ]
        if not cases:
            figures += [
                Figure("pairs of pixel and neuron", answers.size),
                Figure("pairs in a shallow stack", float((shallow > 0).mean()), "share"),
            ]
        condition = f"the field has {field} px a side, the picture {size}"
        cases.append(Case(f"field{field}", condition, bool((answers > 0).all()), tuple(figures)))
    return tuple(cases)


def _changes(network: Network, picture: Array) -> Array:
    """Return how much each neuron at one place changes when a single pixel changes.

    A dark pixel turns white and a light one black. picture: (1, size, size). Returns (channels of
    the last map, size, size).
    """
    size = picture.shape[-1]
    spots = np.repeat(picture[None], size * size, axis=0)
    flat = spots.reshape(size * size, -1)
    diagonal = np.arange(size * size)
    flat[diagonal, diagonal] = np.where(picture.ravel() < 0.5, 1.0, 0.0)
    before = network.forward(picture)[-1][(..., *_UNIT)]
    after = network.forward(spots)[-1][(..., *_UNIT)]
    changes: Array = np.abs(after - before).T.reshape(-1, size, size)
    return changes


def _sizes(boxes: list[PixelBox]) -> tuple[Figure, ...]:
    sizes = sorted(map(_size, boxes))
    return (
        Figure("neurons", len(boxes)),
        Figure("smallest field", sizes[0], "box"),
        Figure("largest field", sizes[-1], "box"),
    )


def _size(box: PixelBox) -> Pair:
    return box[1] - box[0], box[3] - box[2]
