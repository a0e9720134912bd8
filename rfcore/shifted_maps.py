"""Network, then shift: what the map of every layer should become when the image is shifted."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import ceil, floor
from typing import NamedTuple

import numpy as np

from rfcore.checks import as_sequence, describe_array, whole_pair
from rfcore.errors import ShapeError, ShiftError
from rfcore.layers import Layer, Pair
from rfcore.ops import Array, PaddingMode, border_of, checked_map, checked_mode
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.shifts import ShiftFill, checked_fill, shift
from rfcore.stack import Stack, checked_stack


@dataclass(frozen=True, eq=False)
class MapShift:
    """What a shift of the image should do to the map of one layer.

    cells: (rows, cols) that the map should move; a fraction lies between two cells.
    fills: what comes in along the rows and the columns.
    there: the rows and the columns of the cells whose new value comes from a cell of the map.
    clear: the rows and the columns of those cells of `there` whose field lies inside the image,
    both before and after the shift.
    """

    cells: tuple[Fraction, Fraction]
    fills: tuple[ShiftFill, ShiftFill]
    there: tuple[slice, slice]
    clear: tuple[slice, slice]

    def apply(self, x: Array) -> Array:
        """Return a map (..., rows, cols) moved so, the blend of the nearest cells in between."""
        expected = np.zeros_like(x)
        for (rows, row_weight), (cols, col_weight) in product(*map(_nearest, self.cells)):
            expected += row_weight * col_weight * self._moved(x, rows, cols)
        return expected

    def _moved(self, x: Array, rows: int, cols: int) -> Array:
        if self.fills[0] == self.fills[1]:
            return shift(x, rows, cols, fill=self.fills[0])
        return shift(shift(x, rows, 0, fill=self.fills[0]), 0, cols, fill=self.fills[1])


def shifted_activations(
    stack: Stack,
    activations: tuple[Array, ...],
    moved: Pair,
    image_size: Pair,
    *,
    padding_mode: PaddingMode = "zeros",
    fill: ShiftFill = "zeros",
) -> tuple[Array, ...]:
    """Shift the map of every layer as far as it should move when the image is shifted.

    activations: one (channels, rows, cols) per layer, of any number of channels. moved: (rows,
    cols) in pixels. image_size: (rows, cols). padding_mode: that of the network's convolutions.
    fill: what the shift brings in. A circular fill stays circular as long as the layers wrap round
    the image; after the first layer that does not, zeros come in.
    Returns the maps moved by ``moved / jump`` cells. A fraction of a cell is the linear blend of
    the nearest cells, because no shift by whole cells is right. A layer follows a shift if its map
    for the shifted image equals the map returned here in every cell whose value came from a cell.
    Raises ShapeError if a map does not fit the stack, ShiftError if a move is not an int or the
    fill is unknown, and LayerError if `stack` is not a Stack or the padding mode is unknown.

    >>> ramp = np.array([[[0.0, 2.0, 4.0, 6.0]]])
    >>> shifted_activations(Stack.parse("M1x2/1x2"), (ramp,), (0, 1), (1, 8))
    (array([[[0., 1., 3., 5.]]]),)
    """
    maps = checked_activations(stack, activations, image_size, "activations")
    shifts = map_shifts(stack, moved, image_size, padding_mode, fill)
    return tuple(each.apply(x) for each, x in zip(shifts, maps, strict=True))


def map_shifts(
    stack: Stack, moved: Pair, image_size: Pair, padding_mode: PaddingMode, fill: ShiftFill
) -> tuple[MapShift, ...]:
    """Return what a shift of the image should do to the map of every layer, in order.

    Raises as `shifted_activations` does.

    >>> (convolution,) = map_shifts(Stack.parse("C3x3/1p1"), (0, 2), (8, 8), "zeros", "zeros")
    >>> convolution.there[1], convolution.clear[1]
    (slice(2, 8, None), slice(3, 7, None))
    """
    moved = whole_pair(moved, "moved", error=ShiftError)
    checked_fill(fill)
    checked_mode(padding_mode)
    image_size = whole_pair(image_size, "image_size", 1, error=ShapeError)
    checked_stack(stack)
    rows, cols = (
        _shifts_along(axis, stack, moved[axis], image_size, padding_mode, fill) for axis in (0, 1)
    )
    return tuple(
        MapShift(
            cells=(row.cells, col.cells),
            fills=(row.fill, col.fill),
            there=(row.there, col.there),
            clear=(row.clear, col.clear),
        )
        for row, col in zip(rows, cols, strict=True)
    )


class _AxisShift(NamedTuple):
    """One axis of a MapShift."""

    cells: Fraction
    fill: ShiftFill
    there: slice
    clear: slice


# Every frame of a drag asks for both axes, and a picture of 64 has 127 moves along each.
@lru_cache(maxsize=2048)
def _shifts_along(
    axis: int, stack: Stack, moved: int, image_size: Pair, mode: PaddingMode, fill: ShiftFill
) -> tuple[_AxisShift, ...]:
    """Return what a shift of the image along an axis should do to the map of every layer."""
    size = before = image_size[axis]
    shifts = []
    fields = receptive_fields(stack, image_size)
    for layer, field, shape in zip(stack, fields, stack.shapes((1, *image_size)), strict=True):
        cells, count = Fraction(moved, field.jump[axis]), shape[1 + axis]
        if not _wraps(layer, mode, axis, before, count):
            fill = "zeros"
        if fill == "circular":
            there = clear = slice(0, count)
        else:
            there, clear = _boxes(field, axis, size, count, cells)
        shifts.append(_AxisShift(cells, fill, there, clear))
        before = count
    return tuple(shifts)


def checked_activations(
    stack: Stack, activations: object, image_size: Pair, name: str
) -> tuple[Array, ...]:
    """Return one map for each layer of a stack as a tuple; raises ShapeError for anything else.

    >>> len(checked_activations(Stack.parse("C3"), [np.zeros((2, 6, 7))], (8, 9), "before"))
    1
    """
    checked_stack(stack)
    rows, cols = whole_pair(image_size, "image_size", 1, error=ShapeError)
    maps = as_sequence(activations)
    if maps is None or len(maps) != len(stack):
        got = describe_array(activations) if maps is None else len(maps)
        raise ShapeError(f"{name} must be {len(stack)} maps, one for each layer, got {got}")
    for number, (layer, x, shape) in enumerate(
        zip(stack, maps, stack.shapes((1, rows, cols)), strict=True), start=1
    ):
        if checked_map(x).ndim != 3 or x.shape[1:] != shape[1:]:
            raise ShapeError(
                f"layer {number}, {layer}, of an image of {rows}x{cols} has a map (channels, "
                f"{shape[1]}, {shape[2]}), got shape {x.shape} in {name}"
            )
    return maps


def _wraps(layer: Layer, mode: PaddingMode, axis: int, size: int, count: int) -> bool:
    """Return whether a layer on a ring of `size` cells makes a ring: turning it turns the map."""
    border, stride = border_of(layer, mode), layer.window((size, size)).stride[axis]
    no_edge = border.mode == "circular" or not any((border.rows, border.cols)[axis])
    return no_edge and count * stride == size


def _boxes(
    field: ReceptiveField, axis: int, size: int, count: int, cells: Fraction
) -> tuple[slice, slice]:
    """Return which of `count` units come from units, and which of these are clear of the border."""
    start, jump = field.start[axis], field.jump[axis]
    inside = max(0, -(start // jump)), min(count, (size - field.size[axis] - start) // jump + 1)
    least, most = floor(cells), ceil(cells)
    there = max(0, most), count + min(0, least)
    clear = max(there[0], inside[0] + max(0, most)), min(there[1], inside[1] + min(0, least))
    # A negative end would count from the other side.
    return slice(there[0], max(0, there[1])), slice(clear[0], max(0, clear[1]))


def _nearest(cells: Fraction) -> list[tuple[int, float]]:
    """Return the whole shifts next to one along an axis, and the weight of each in a blend."""
    whole = floor(cells)
    part = float(cells - whole)
    return [(whole, 1 - part), (whole + 1, part)] if part else [(whole, 1.0)]
