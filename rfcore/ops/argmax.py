"""The argmax of a max pool: which cell of the input each pooled cell comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from rfcore.checks import check_instance
from rfcore.errors import LayerError
from rfcore.layers import MaxPool2d, Pair, Window
from rfcore.ops.arrays import Array, checked_map
from rfcore.ops.padding import add_border, border_of
from rfcore.ops.windows import window_views

NO_ARGMAX = -1
"""Marks a window whose cells all hold the same number, so that it has no argmax."""


def argmax_cells(x: Array, layer: MaxPool2d) -> NDArray[np.int64]:
    """Return which cell of the input of a max pool is the argmax of each window.

    x: (channels, rows, cols), or a batch of them.
    Returns (channels, out rows, out cols), or a batch of that, of ``row * cols + col`` in `x`: the
    largest cell of the window, in a tie the first in reading order, which gets the gradient.
    NO_ARGMAX where all cells of the window hold the same number, or there is only one; padding does
    not count as a cell.
    Raises ShapeError when `x` is not a map or the layer does not fit it, LayerError when `layer` is
    not a MaxPool2d.

    >>> argmax_cells(np.array([[[1.0, 5.0, 2.0, 2.0], [3.0, 5.0, 2.0, 2.0]]]), MaxPool2d(2))
    array([[[ 1, -1]]])
    """
    check_instance(layer, MaxPool2d, "layer", "as in MaxPool2d(2)", error=LayerError)
    channels, rows, cols = checked_map(x).shape[-3:]
    _, *sizes = layer.output_shape((channels, rows, cols))
    border, window = border_of(layer), layer.window()

    def taps(beyond: float) -> Iterable[Array]:
        padded = add_border(x, border._replace(value=beyond))
        return window_views(padded, window, (sizes[0], sizes[1]))

    tap_rows, tap_cols = np.divmod(argmax_taps(taps(-np.inf)), window.kernel_size[1])
    first = [
        np.arange(count) * stride - padding
        for count, stride, padding in zip(sizes, window.stride, window.padding, strict=True)
    ]
    at_rows = first[0][:, None] + tap_rows * window.dilation[0]
    at_cols = first[1] + tap_cols * window.dilation[1]
    flat = reduce(np.maximum, taps(-np.inf)) == reduce(np.minimum, taps(np.inf))
    return np.where(flat, NO_ARGMAX, at_rows * cols + at_cols)


def argmax_taps(taps: Iterable[Array]) -> NDArray[np.int64]:
    """Return the number of the first tap that is the largest, cell by cell.

    taps: one array per tap of the window, all of one shape, in reading order.

    >>> argmax_taps([np.array([1.0, 5.0]), np.array([3.0, 5.0])])
    array([1, 0])
    """
    winners: NDArray[np.int64] = np.argmax(list(taps), axis=0)
    return winners


def argmax_in_windows(padded: Array, window: Window, sizes: Pair) -> NDArray[np.int64]:
    """Return what `argmax_taps` does for all windows over a map, in a step per row and column.

    padded: (..., rows, cols) without NaN; sizes: (rows, cols) of the windows' map.

    >>> row = np.array([[1.0, 5.0, 5.0, 2.0]])
    >>> argmax_in_windows(row, Window((1, 2), (1, 1), (0, 0), (1, 1)), (1, 3))
    array([[1, 0, 0]])
    """
    down, across = window.by_axis()
    # First the largest of each row of a window, then of those: the first one in reading order.
    in_rows = _argmax(window_views(padded, across, (padded.shape[-2], sizes[1])))
    largest, cols = (window_views(each, down, sizes) for each in in_rows)
    best, winners = next(largest).copy(), next(cols).copy()
    for row, (values, col) in enumerate(zip(largest, cols, strict=True), start=1):
        better = values > best
        np.copyto(best, values, where=better)
        np.copyto(winners, row * window.kernel_size[1] + col, where=better)
    return winners


def _argmax(taps: Iterator[Array]) -> tuple[Array, NDArray[np.int64]]:
    """Return the largest of the taps and the number of the first that is it, cell by cell."""
    best = next(taps).copy()
    winners = np.zeros(best.shape, np.int64)
    for tap, values in enumerate(taps, start=1):
        better = values > best
        np.copyto(best, values, where=better)
        winners[better] = tap
    return best, winners
