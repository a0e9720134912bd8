"""Equivariance, measured: does shifting the image only shift the maps of a network?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import floor
from typing import Literal

import numpy as np

from rfcore.checks import whole_pair
from rfcore.errors import ShapeError, ShiftError
from rfcore.layers import GlobalAvgPool2d, GlobalMaxPool2d, Layer, Pair
from rfcore.network import Network, checked_network
from rfcore.ops import Array, PaddingMode, border_of, checked_map
from rfcore.receptive_field import receptive_fields
from rfcore.shifts import ShiftFill, checked_fill, checked_tolerance, expected_shift, shift

BreakReason = Literal["global", "stride", "operation", "border"]


@dataclass(frozen=True)
class LayerEquivariance:
    """How far shift-then-network and network-then-shift differ in the map of one layer.

    Every number is the largest absolute difference over the cells it speaks of and all channels;
    None when there is no such cell. A cell is clear of the border when its field is inside the
    image in both, and so is the field of the cell that it should have come from.

    shift: (rows, cols) cells that the map should move; a fraction lies between two cells.
    error: over the clear cells, when the shift is of whole cells.
    blend_error: over the clear cells, when it is not: no shift of the map can then be right, and
    the linear blend of the nearest cells stands in for it.
    border_error: over the other cells whose counterpart exists, against shift or blend.
    scale: the largest absolute activation in either map, to compare the errors with.

    >>> from rfcore import Stack
    >>> network = Network.with_filters(Stack.parse("M2x2/2"))
    >>> layer = equivariance_errors(network, np.eye(8)[None], (0, 1))[0]
    >>> layer.is_representable, layer.error, layer.blend_error, layer.scale
    (False, None, 0.5, 1.0)
    """

    shift: tuple[Fraction, Fraction]
    error: float | None
    blend_error: float | None
    border_error: float | None
    scale: float

    @property
    def is_representable(self) -> bool:
        """Whether the map can show the move: the shift is of whole cells."""
        return all(cells.denominator == 1 for cells in self.shift)


@dataclass(frozen=True)
class Break:
    """The first layer that does not follow a shift, counted from 0, and why.

    reason: "global", its map is one cell, in which no place is left; "stride", its jump does not
    divide the shift; "operation", it differs although its field is clear of the border;
    "border", it differs only where its field meets the border.

    >>> from rfcore import Stack
    >>> first_break(Network.with_filters(Stack.parse("R -> GM")), np.eye(8)[None], (0, 1))
    Break(layer=1, reason='global')
    """

    layer: int
    reason: BreakReason


def equivariance_errors(
    network: Network, image: Array, moved: Pair, *, fill: ShiftFill = "zeros"
) -> tuple[LayerEquivariance, ...]:
    """Compare shift-then-network with network-then-shift in the map of every layer, in order.

    image: (channels, rows, cols). moved: (rows, cols) in pixels. fill: what the shift brings in,
    of image and maps. With a circular fill every cell is clear of the border along an axis as
    long as the layers wrap round it: circular padding, or none needed, and strides that divide
    the sizes.
    Raises ShapeError when `image` is no map or a layer does not fit it, ShiftError for a move
    that is no int or another fill, LayerError for what is no Network.
    Source: Zhang 2019, "Making Convolutional Networks Shift-Invariant Again", section 3.1, whose
    definition this is.

    >>> from rfcore import Stack, draw_background
    >>> network = Network.with_filters(Stack.parse("C3x3/1 -> M2x2/2"))
    >>> layers = equivariance_errors(network, draw_background("meadow", 32), (0, 1))
    >>> [str(layer.shift[1]) for layer in layers], layers[0].error, layers[1].error
    (['1', '1/2'], 0.0, None)
    """
    checked_network(network)
    checked_fill(fill)
    moved = whole_pair(moved, "moved", error=ShiftError)
    if checked_map(image).ndim != 3:
        raise ShapeError(f"an image is one map (channels, rows, cols), got shape {image.shape}")
    before = (image, *network.forward(image))
    after = network.forward(shift(image, *moved, fill=fill))
    fills = [fill, fill]
    results = []
    for index, (layer, field) in enumerate(
        zip(network.stack, receptive_fields(network.stack, image.shape[1:]), strict=True)
    ):
        insides = []
        for axis in (0, 1):
            size, count = (activation.shape[axis + 1] for activation in before[index : index + 2])
            if not _wraps(layer, network.padding_mode, axis, size, count):
                fills[axis] = "zeros"
            first = field.start[axis] + field.jump[axis] * np.arange(count)
            clear = (first >= 0) & (first + field.size[axis] <= image.shape[axis + 1])
            insides.append(clear | (fills[axis] == "circular"))
        inside = np.logical_and.outer(*insides)
        shifted = expected_shift(moved, field.jump)
        results.append(_compare(before[index + 1], after[index], shifted, inside, fills))
    return tuple(results)


def first_break(
    network: Network,
    image: Array,
    moved: Pair,
    *,
    fill: ShiftFill = "zeros",
    tolerance: float = 1e-5,
) -> Break | None:
    """Return the first layer whose map does not follow a shift of the image; None when all do.

    image, moved, fill: as for `equivariance_errors`. tolerance: how large an error passes for
    rounding, as a share of the layer's largest absolute activation.
    Raises as `equivariance_errors` does, and ShiftError for a negative tolerance.

    >>> from rfcore import Stack, draw_background
    >>> network = Network.with_filters(Stack.parse("C3x3/1 -> M2x2/2"))
    >>> first_break(network, draw_background("meadow", 32), (0, 1))
    Break(layer=1, reason='stride')
    >>> first_break(network, draw_background("meadow", 32), (0, 2)) is None
    True
    """
    checked_tolerance(tolerance)
    layers = equivariance_errors(network, image, moved, fill=fill)
    for index, (layer, result) in enumerate(zip(network.stack, layers, strict=True)):
        reason = _reason(layer, result, tolerance * result.scale)
        if reason is not None:
            return Break(index, reason)
    return None


def _reason(layer: Layer, result: LayerEquivariance, most: float) -> BreakReason | None:
    if isinstance(layer, GlobalAvgPool2d | GlobalMaxPool2d):
        return "global"
    if not result.is_representable:
        return "stride"
    # A NaN is no error that passes: it is not at most anything.
    if result.error is not None and not result.error <= most:
        return "operation"
    if result.border_error is not None and not result.border_error <= most:
        return "border"
    return None


def _wraps(layer: Layer, mode: PaddingMode, axis: int, size: int, count: int) -> bool:
    """Return whether a layer on a ring of `size` cells makes a ring: turning it turns the map."""
    border, stride = border_of(layer, mode), layer.window((size, size)).stride[axis]
    no_edge = border.mode == "circular" or not any((border.rows, border.cols)[axis])
    return no_edge and count * stride == size


def _compare(
    old: Array,
    new: Array,
    cells: tuple[Fraction, Fraction],
    inside: Array,
    fills: Sequence[ShiftFill],
) -> LayerEquivariance:
    """Compare one map with what the other should have become; `inside`: clear units of either."""

    def moved(x: Array, rows: int, cols: int) -> Array:
        return shift(shift(x, rows, 0, fill=fills[0]), 0, cols, fill=fills[1])

    expected, clear, there = np.zeros_like(old), inside, np.ones_like(inside)
    for (rows, row_weight), (cols, col_weight) in product(*map(_nearest, cells)):
        expected += row_weight * col_weight * moved(old, rows, cols)
        clear = clear & moved(inside, rows, cols)
        there = there & moved(np.ones_like(inside), rows, cols)
    difference = np.abs(new - expected).max(axis=0)
    error = _largest(difference[clear])
    whole = all(shift.denominator == 1 for shift in cells)
    return LayerEquivariance(
        shift=cells,
        error=error if whole else None,
        blend_error=None if whole else error,
        border_error=_largest(difference[there & ~clear]),
        scale=max(float(np.abs(old).max()), float(np.abs(new).max())),
    )


def _nearest(cells: Fraction) -> list[tuple[int, float]]:
    """Return the whole shifts next to one along an axis, and the weight of each in a blend."""
    whole = floor(cells)
    part = float(cells - whole)
    return [(whole, 1 - part), (whole + 1, part)] if part else [(whole, 1.0)]


def _largest(differences: Array) -> float | None:
    return float(differences.max()) if differences.size else None
