"""Views of a map for each tap of a sliding window, without copying a cell."""

from __future__ import annotations

from collections.abc import Iterator

from rfcore.layers import Pair, Window
from rfcore.ops.arrays import Array


def window_views(padded: Array, window: Window, sizes: Pair) -> Iterator[Array]:
    """Yield for each tap of a kernel, in reading order, a view of the cells under that tap.

    padded: (..., rows, cols). sizes: (rows, cols) of the output map; each view has these sizes.
    """
    (kernel_rows, kernel_cols), stride, _, dilation = window
    for row in range(kernel_rows):
        first_row = row * dilation[0]
        row_slice = slice(first_row, first_row + (sizes[0] - 1) * stride[0] + 1, stride[0])
        for col in range(kernel_cols):
            first_col = col * dilation[1]
            col_slice = slice(first_col, first_col + (sizes[1] - 1) * stride[1] + 1, stride[1])
            yield padded[..., row_slice, col_slice]
