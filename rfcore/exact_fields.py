"""Exact receptive and projective fields: which unit can see which pixel, holes included.

`receptive_field` gives the bounding box of a field; this module says which of its pixels count.
Rows and columns are independent: a unit sees a pixel exactly when its row sees the pixel's row and
its column the pixel's column. So two small tables per layer hold the fields of all its units.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from rfcore.checks import whole_number_within, whole_pair
from rfcore.errors import ShapeError
from rfcore.layers import Pair, Window
from rfcore.ops import Array, Border, PaddingMode, add_border, border_of, checked_mode, window_views
from rfcore.stack import Stack, checked_stack


@dataclass(frozen=True, eq=False)
class ExactField:
    """Which pixels the units of one layer can see, and which units a pixel can reach.

    rows: booleans (rows of the map, rows of the image); cols: booleans (cols, cols). A unit at
    (row, col) sees the pixel at (y, x) when both rows[row, y] and cols[col, x] are true.

    >>> field = exact_fields(Stack.parse("C1x2d2"), (1, 5))[0]
    >>> field.cols.astype(int)
    array([[1, 0, 1, 0, 0],
           [0, 1, 0, 1, 0],
           [0, 0, 1, 0, 1]])
    """

    rows: Array
    cols: Array

    def seen_by(self, row: int, col: int) -> tuple[Array, Array]:
        """Return which rows and which cols of the image a unit can see, as booleans.

        It sees every pixel in one of the rows and one of the cols.
        Raises ShapeError for a unit that is not on the map.
        """
        row, col = _place(row, col, (len(self.rows), len(self.cols)), "map")
        return self.rows[row], self.cols[col]

    def reached_from(self, row: int, col: int) -> tuple[Array, Array]:
        """Return which rows and which cols of the map a pixel can reach, as booleans.

        It reaches every unit in one of the rows and one of the cols.
        Raises ShapeError for a pixel that is not on the image.

        >>> exact_fields(Stack.parse("C1x2d2"), (1, 5))[0].reached_from(0, 2)
        (array([ True]), array([ True, False,  True]))
        """
        sizes = self.rows.shape[1], self.cols.shape[1]
        row, col = _place(row, col, sizes, "image")
        return self.rows[:, row], self.cols[:, col]


def exact_fields(
    stack: Stack, image_size: Pair, *, padding_mode: PaddingMode = "zeros"
) -> tuple[ExactField, ...]:
    """Return, for every layer of a stack in order, exactly which pixels its units can see.

    image_size: (rows, cols) of the image. padding_mode: what lies beyond the border for every
    convolution. A padded cell that copies another counts as that one, so a border that wraps or
    mirrors lets units see pixels that are far from them; `receptive_fields` does not count those.
    Raises LayerError when `stack` is not a Stack or the mode is unknown; ShapeError when the image
    is too small, or a map too small to mirror or wrap.

    >>> rows, cols = exact_fields(Stack.parse("C3 -> C3d2"), (9, 9))[-1].seen_by(0, 0)
    >>> rows.astype(int)
    array([1, 1, 1, 1, 1, 1, 1, 0, 0])
    """
    sizes = whole_pair(image_size, "image_size", 1, error=ShapeError)
    checked_mode(padding_mode)
    shapes = checked_stack(stack).shapes((1, *sizes))
    seen = [np.eye(size, dtype=bool) for size in sizes]
    fields = []
    for layer, (_, *counts) in zip(stack, shapes, strict=True):
        border = border_of(layer, padding_mode)
        window = layer.window((len(seen[0]), len(seen[1])))
        seen = [_through(seen[axis], window, border, axis, counts[axis]) for axis in (0, 1)]
        fields.append(ExactField(*seen))
    return tuple(fields)


def _through(seen: Array, window: Window, border: Border, axis: int, count: int) -> Array:
    """Return what `count` units see along an axis: all that the cells of their windows see."""
    widths = (border.rows, border.cols)[axis]
    padded = add_border(seen, Border(widths, (0, 0), border.mode, value=False))
    kernel, stride, _, dilation = (pair[axis] for pair in window)
    along = Window((kernel, 1), (stride, 1), (0, 0), (dilation, 1))
    taps = window_views(padded, along, (count, seen.shape[1]))
    together: Array = reduce(np.logical_or, taps)
    return together


def _place(row: int, col: int, sizes: Pair, what: str) -> Pair:
    where = f"on {'an' if what == 'image' else 'a'} {what} of {sizes[0]}x{sizes[1]}"
    row = whole_number_within(row, "row", 0, sizes[0] - 1, where, error=ShapeError)
    col = whole_number_within(col, "col", 0, sizes[1] - 1, where, error=ShapeError)
    return row, col
