"""Equivariance, measured: does shifting the image only shift the maps of a network?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from rfcore.checks import as_sequence, check_instance, describe_array, whole_pair
from rfcore.errors import ShapeError, ShiftError
from rfcore.layers import GlobalAvgPool2d, GlobalMaxPool2d, Layer, Pair
from rfcore.network import Network, checked_network
from rfcore.ops import Array, PaddingMode, checked_map
from rfcore.shifted_maps import MapShift, checked_activations, map_shifts
from rfcore.shifts import ShiftFill, checked_fill, checked_tolerance, shift
from rfcore.stack import Stack, checked_stack

BreakReason = Literal["global", "stride", "operation", "border"]


@dataclass(frozen=True)
class LayerEquivariance:
    """How far shift-then-network and network-then-shift differ in the map of one layer.

    Each error is the largest absolute difference over its cells and all channels, None when it has
    no cells. A cell is clear of the border when its field lies inside the image, and so does the
    field of the cell that it should have come from.

    shift: (rows, cols) cells that the map should move; a fraction lies between two cells.
    error: over the clear cells, when the shift is a whole number of cells.
    blend_error: over the clear cells, when it is not. No shift of the map is exact then, so the
    map is compared with the linear blend of the nearest cells.
    border_error: over the other cells that have a counterpart, against the shift or the blend.
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
        """Whether the shift is a whole number of cells, so that the map can show it."""
        return all(cells.denominator == 1 for cells in self.shift)

    @property
    def is_comparable(self) -> bool:
        """Whether any cell of the map came from a cell of the map before."""
        return not (self.error is self.blend_error is self.border_error is None)


@dataclass(frozen=True)
class Break:
    """The first layer that does not follow a shift, counted from 0, and why.

    reason: "global": its map is one cell, which holds no position. "stride": its jump does not
    divide the shift. "operation": cells differ whose field is clear of the border. "border": only
    cells differ whose field meets the border.

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

    image: (channels, rows, cols). moved: (rows, cols) in pixels. fill: what the shift of
    the image and of the maps brings in. With a circular fill every cell is clear of the border
    along an axis as long as the layers wrap round it: circular padding, or none needed, and
    strides that divide the sizes.
    Raises ShapeError when `image` is not a map or a layer does not fit it, ShiftError for a move
    that is not an int or an unknown fill, LayerError when `network` is not a Network.
    Source: the definition of Zhang 2019, "Making Convolutional Networks Shift-Invariant Again",
    section 3.1.

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
    return compare_activations(
        network.stack,
        network.forward(image),
        network.forward(shift(image, *moved, fill=fill)),
        moved,
        image.shape[1:],
        padding_mode=network.padding_mode,
        fill=fill,
    )


def compare_activations(
    stack: Stack,
    before: Sequence[Array],
    after: Sequence[Array],
    moved: Pair,
    image_size: Pair,
    *,
    padding_mode: PaddingMode = "zeros",
    fill: ShiftFill = "zeros",
) -> tuple[LayerEquivariance, ...]:
    """Compare the maps of an image with those of the shifted image, layer by layer, in order.

    As `equivariance_errors`, for maps that are computed already, or for some of their channels.
    before, after: one (channels, rows, cols) per layer, of any number of channels. moved: (rows,
    cols) in pixels. image_size: (rows, cols). padding_mode: that of the network's convolutions.
    fill: what the shift brought in.
    Raises ShapeError when a map does not fit the stack or its partner, ShiftError for a move that
    is not an int or an unknown fill, LayerError when `stack` is not a Stack or the mode is unknown.

    >>> before, after = np.eye(4)[None], np.eye(4, k=1)[None]
    >>> (layer,) = compare_activations(Stack.parse("R"), [before], [after], (0, 1), (4, 4))
    >>> layer.error, layer.border_error
    (0.0, None)
    """
    old = checked_activations(stack, before, image_size, "before")
    new = checked_activations(stack, after, image_size, "after")
    for number, (one, other) in enumerate(zip(old, new, strict=True), start=1):
        if one.shape != other.shape:
            raise ShapeError(
                f"the maps of layer {number} must have one shape before and after, "
                f"got {one.shape}, {other.shape}"
            )
    shifts = map_shifts(stack, moved, image_size, padding_mode, fill)
    return tuple(compare_map(*each) for each in zip(old, new, shifts, strict=True))


def first_break(
    network: Network,
    image: Array,
    moved: Pair,
    *,
    fill: ShiftFill = "zeros",
    tolerance: float = 1e-5,
) -> Break | None:
    """Return the first layer whose map does not follow a shift of the image; None when all do.

    image, moved, fill: as for `equivariance_errors`. tolerance: the largest error that
    counts as rounding, as a share of the layer's largest absolute activation.
    Raises as `equivariance_errors` does, and ShiftError for a negative tolerance.

    >>> from rfcore import Stack, draw_background
    >>> network = Network.with_filters(Stack.parse("C3x3/1 -> M2x2/2"))
    >>> first_break(network, draw_background("meadow", 32), (0, 1))
    Break(layer=1, reason='stride')
    >>> first_break(network, draw_background("meadow", 32), (0, 2)) is None
    True
    """
    checked_tolerance(tolerance)
    errors = equivariance_errors(network, image, moved, fill=fill)
    return break_of(network.stack, errors, tolerance=tolerance)


def break_of(
    stack: Stack, errors: Sequence[LayerEquivariance], *, tolerance: float = 1e-5
) -> Break | None:
    """Return the first layer whose errors show that it does not follow a shift, None when all do.

    errors: one for each layer, as `equivariance_errors` and `compare_activations` give.
    tolerance: as for `first_break`.
    Raises ShiftError for errors of another type or number or a negative tolerance, LayerError when
    `stack` is not a Stack.

    >>> stack, maps = Stack.parse("R"), [np.eye(4)[None]]
    >>> break_of(stack, compare_activations(stack, maps, maps, (0, 1), (4, 4)))
    Break(layer=0, reason='operation')
    """
    checked_stack(stack)
    checked_tolerance(tolerance)
    results = as_sequence(errors)
    if results is None or len(results) != len(stack):
        got = describe_array(errors) if results is None else len(results)
        raise ShiftError(f"errors must be {len(stack)}, one for each layer, got {got}")
    for index, (layer, result) in enumerate(zip(stack, results, strict=True)):
        hint = "as equivariance_errors gives"
        check_instance(result, LayerEquivariance, "each of errors", hint, error=ShiftError)
        reason = _reason(layer, result, tolerance * result.scale)
        if reason is not None:
            return Break(index, reason)
    return None


def _reason(layer: Layer, result: LayerEquivariance, most: float) -> BreakReason | None:
    if isinstance(layer, GlobalAvgPool2d | GlobalMaxPool2d):
        return "global"
    if not result.is_representable:
        return "stride"
    # Written with `not`, so that a NaN counts as an error.
    if result.error is not None and not result.error <= most:
        return "operation"
    if result.border_error is not None and not result.border_error <= most:
        return "border"
    return None


def compare_map(before: Array, after: Array, should: MapShift) -> LayerEquivariance:
    """Compare one layer's map of the shifted image with the map expected there.

    before, after: (channels, rows, cols), of one shape. should: as `map_shifts` gives for the
    layer.

    >>> before, after = np.eye(4)[None], np.eye(4, k=1)[None]
    >>> (should,) = map_shifts(Stack.parse("R"), (0, 1), (4, 4), "zeros", "zeros")
    >>> compare_map(before, after, should).error
    0.0
    """
    difference = np.abs(after - should.apply(before)).max(axis=0)
    error = _largest(difference[should.clear])
    border = np.zeros(difference.shape, bool)
    border[should.there] = True
    border[should.clear] = False
    whole = all(shift.denominator == 1 for shift in should.cells)
    return LayerEquivariance(
        shift=should.cells,
        error=error if whole else None,
        blend_error=None if whole else error,
        border_error=_largest(difference[border]),
        scale=max(float(np.abs(before).max()), float(np.abs(after).max())),
    )


def _largest(differences: Array) -> float | None:
    return float(differences.max()) if differences.size else None
