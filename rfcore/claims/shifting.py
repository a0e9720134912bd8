"""Claims about convolution under shifts: is it equivariant, and is weight sharing the reason?"""

from __future__ import annotations

from itertools import product

import numpy as np

from rfcore import ops
from rfcore.claims.cases import Case, Figure
from rfcore.equivariance import LayerEquivariance, equivariance_errors
from rfcore.filters import BANK, convolution_kernels
from rfcore.layers import Conv2d
from rfcore.network import Network
from rfcore.ops import Array, PaddingMode
from rfcore.ops.locally_connected import locally_connected_conv2d, locally_connected_kernels
from rfcore.pictures.backgrounds import draw_background
from rfcore.pictures.patterns import draw_pattern, place
from rfcore.shifts import ShiftFill
from rfcore.stack import Stack

_ROUNDING = 1e-5  # share of the largest activation; float32 sums in another order differ by less


def convolution_is_equivariant() -> tuple[Case, ...]:
    """Try out: shifting the picture shifts the map of a convolution, and changes nothing else."""
    return (
        _shifted("stride1", "the stride is 1, away from the border", "C3x3/1p1", 1),
        _shifted("circular", "the stride is 1 and the border circular", "C3x3/1p1", 1, "circular"),
        _shifted(
            "divides", "the stride is 2 and divides the shift, away from the border", "C3x3/2p1", 2
        ),
        _shifted("between", "the stride is 2 and the shift 1 px", "C3x3/2p1", 1),
        _shifted("border", "zeros lie beyond the border, near it", "C3x3/1p1", 1, at_border=True),
    )


def shared_weights_find_it() -> tuple[Case, ...]:
    """Try out: shared weights find a pattern at every place; weights for each place do not."""
    layer, size, cat = Conv2d(3), 32, draw_pattern("cat", 8)
    shared = convolution_kernels(BANK, layer, 1)
    locally_connected = locally_connected_kernels(layer, 1, (size, size))
    places = list(product(range(2, size - 9, 3), repeat=2))
    pictures = np.stack([place(np.zeros((1, size, size)), cat, *at) for at in places])
    cases = []
    for name, condition, maps, finds in (
        ("shared", "all places share one set of weights", ops.conv2d(pictures, shared), True),
        (
            "untied",
            "each place has weights of its own",
            locally_connected_conv2d(pictures, locally_connected),
            False,
        ),
    ):
        # All cells that see the cat: those of the 3x3 windows that touch its 8x8 pixels.
        answers = [
            map_[:, row - 2 : row + 8, col - 2 : col + 8]
            for map_, (row, col) in zip(maps, places, strict=True)
        ]
        same = sum(_alike(answer, answers[0]) for answer in answers)
        figures = (
            Figure("places of the pattern", len(places)),
            Figure("places with the same answer", same),
            Figure("weights", int(shared.size if finds else locally_connected.size)),
        )
        cases.append(Case(name, condition, (same == len(places)) is finds, figures))
    return tuple(cases)


def _shifted(
    name: str,
    condition: str,
    text: str,
    moved: int,
    mode: PaddingMode = "zeros",
    *,
    at_border: bool = False,
) -> Case:
    """Shift a picture to the right by `moved` pixels; compare the map with the shifted map."""
    network = Network.with_filters(Stack.parse(text), padding_mode=mode)
    picture = place(draw_background("meadow", 32), draw_pattern("cat", 8), 12, 12)
    fill: ShiftFill = "circular" if mode == "circular" else "zeros"
    (result,) = equivariance_errors(network, picture, (0, moved), fill=fill)
    error = _error(result, at_border=at_border) / result.scale
    figures = (
        Figure("cells to move", result.shift[1]),
        Figure("largest error", error, "share"),
    )
    return Case(name, condition, result.is_representable and error <= _ROUNDING, figures)


def _error(result: LayerEquivariance, *, at_border: bool) -> float:
    """Return the largest error of a kind of cells; infinite when there is no such cell."""
    error = result.border_error if at_border else result.error
    if error is None and not result.is_representable:
        error = result.blend_error  # the shift lies between two cells: the error of their blend
    return float("inf") if error is None else error


def _alike(one: Array, other: Array) -> bool:
    return bool(np.abs(one - other).max() <= _ROUNDING * np.abs(other).max())
