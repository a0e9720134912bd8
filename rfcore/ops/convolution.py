"""Convolution, which is cross-correlation as in every deep-learning library: no flipped kernel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from rfcore.errors import ShapeError
from rfcore.layers import Conv2d, Pair, Window
from rfcore.ops.arrays import Array, as_dtype, checked_bias, checked_kernels, checked_map
from rfcore.ops.padding import PaddingMode, add_border, border_of

TILE = 32
"""Output columns of one matrix product. The columns of a tile are always the same ones, so a cell
gets the same bits whether its whole map is computed or only the tiles around a moved pattern."""


LARGE_KERNEL = 64
"""Taps from which a kernel is large: it is no longer gone through tap by tap in Python."""

_FEW_PRODUCTS = 8
"""Output channels, times the row stride, up to which a large kernel is worked off row by row: each
row of the input then meets all kernel rows at once, and is not copied for each of them."""

BAND_NUMBERS = 1 << 17
"""The most numbers in the unfolded input of one band of rows, which then fits a core's cache."""

ROW_BAND_NUMBERS = 1 << 19
"""The most numbers in one band of a large kernel, products included: fewer and longer sums."""


def conv2d(
    x: Array,
    kernels: Array,
    bias: Array | None = None,
    *,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    padding_mode: PaddingMode = "zeros",
) -> Array:
    """Slide kernels over a map and return the weighted sums (cross-correlation).

    x: (channels, rows, cols), or a batch of them (n, channels, rows, cols).
    kernels: (out_channels, channels, kernel rows, kernel cols). bias: (out_channels,).
    stride, padding, dilation: cells, one number or (rows, cols).
    Returns (out_channels, rows, cols), or a batch of that, of the dtype of `x`.
    Raises ShapeError for a wrong rank or channel count, KernelError for kernels or a bias that
    are not finite in the dtype of `x`, LayerError for impossible sizes.

    >>> conv2d(np.arange(16.0).reshape(1, 4, 4), np.ones((1, 1, 3, 3)))
    array([[[45., 54.],
            [81., 90.]]])
    """
    kernels = checked_kernels(kernels)
    layer = Conv2d(
        kernels.shape[2:], stride, padding=padding, dilation=dilation, out_channels=len(kernels)
    )
    return convolve(x, kernels, bias, layer, padding_mode)


def convolve(
    x: Array,
    kernels: Array,
    bias: Array | None,
    layer: Conv2d,
    padding_mode: PaddingMode = "zeros",
) -> Array:
    """Return the result of `conv2d` for a layer and kernels that were checked before.

    Raises as `conv2d` does for `x`.

    >>> convolve(np.arange(4.0).reshape(1, 2, 2), np.ones((1, 1, 2, 2)), None, Conv2d(2))
    array([[[6.]]])
    """
    x = checked_map(x)
    if x.shape[-3] != kernels.shape[1]:
        raise ShapeError(
            f"the kernels expect {kernels.shape[1]} channels, the map has {x.shape[-3]} "
            f"(map {x.shape}, kernels {kernels.shape})"
        )
    shape = layer.output_shape(x.shape[-3:])
    kernels = as_dtype(kernels, x.dtype, "kernel weight")
    bias = checked_bias(bias, len(kernels), x.dtype)
    padded = add_border(x, border_of(layer, padding_mode))
    out = np.empty((*x.shape[:-3], len(kernels), *shape[1:]), x.dtype)
    whole = (0, shape[1], 0, shape[2])
    if x.ndim == 3:
        convolve_region(out, padded, kernels, bias, layer.window(), whole)
    else:
        for single, padded_single in zip(out, padded, strict=True):
            convolve_region(single, padded_single, kernels, bias, layer.window(), whole)
    return out


def convolve_region(
    out: Array,
    padded: Array,
    kernels: Array,
    bias: Array | None,
    window: Window,
    region: tuple[int, int, int, int],
) -> None:
    """Fill the tiles of `out` that meet a region (row0, row1, col0, col1), half-open, in place.

    out: (out_channels, rows, cols). padded: the input with its padding. kernels, bias: checked,
    of the dtype of `padded`. No other cell changes.
    """
    row0, row1, col0, col1 = region
    if row0 >= row1 or col0 >= col1:
        return
    cols = out.shape[2]
    tile = min(TILE, -(-cols // 8) * 8)  # narrower tiles for a narrow map: less padding
    col0 -= col0 % tile
    tiles = -(-(col1 - col0) // tile)
    part = _Tiles(col0, min(tiles * tile, cols - col0), tiles, tile)
    if is_row_by_row(kernels.shape, window.stride):
        _fill_row_by_row(out, padded, kernels, window, (row0, row1), part)
    else:
        _fill_by_windows(out, padded, kernels, window, (row0, row1), part)
    if bias is not None:
        out[:, row0:row1, col0 : col0 + part.width] += bias[:, None, None]


def is_row_by_row(kernel_shape: tuple[int, ...], stride: Pair) -> bool:
    """Return whether a convolution is worked off row by row: it asks the layer, never the region.

    kernel_shape: (out_channels, channels, rows, cols). So a part of a map and the whole of it have
    the same bits.

    >>> is_row_by_row((1, 1, 31, 31), (1, 1)), is_row_by_row((8, 1, 3, 3), (1, 1))
    (True, False)
    """
    out_channels, _, rows, cols = kernel_shape
    return rows > 1 and rows * cols >= LARGE_KERNEL and out_channels * stride[0] <= _FEW_PRODUCTS


class _Tiles(NamedTuple):
    """The columns that are worked out: `width` of them from col0 on, in tiles of `tile` columns."""

    col0: int
    width: int
    tiles: int
    tile: int

    @property
    def filled(self) -> int:
        """Columns with those that fill the last tile up."""
        return self.tiles * self.tile


def _fill_by_windows(
    out: Array, padded: Array, kernels: Array, window: Window, rows: Pair, part: _Tiles
) -> None:
    """Unfold what every window sees, band by band, and weigh it in one product for each tile."""
    out_channels, channels, kernel_rows, kernel_cols = kernels.shape
    weights = kernels.reshape(out_channels, -1)
    taps = weights.shape[1]
    band = max(1, min(rows[1] - rows[0], BAND_NUMBERS // (taps * part.filled)))
    unfolded = np.zeros((channels, kernel_rows, kernel_cols, band, part.filled), padded.dtype)
    products = np.empty((out_channels, band * part.tiles, part.tile), padded.dtype)
    for top in range(rows[0], rows[1], band):
        count = min(band, rows[1] - top)
        _unfold(unfolded[..., :count, : part.width], padded, window, (top, part.col0))
        columns = unfolded.reshape(taps, band * part.tiles, part.tile)
        # One product per tile, all of one shape: see TILE.
        np.matmul(weights, columns.transpose(1, 0, 2), out=products.transpose(1, 0, 2))
        band_out = products.reshape(out_channels, band, part.filled)[:, :count, : part.width]
        out[:, top : top + count, part.col0 : part.col0 + part.width] = band_out


def _unfold(unfolded: Array, padded: Array, window: Window, first: Pair) -> None:
    """Fill (channels, kernel rows, kernel cols, rows, cols) with what the windows from `first` see.

    first: (row, col) of the first window, in windows.
    """
    _, kernel_rows, kernel_cols, rows, width = unfolded.shape
    (row_stride, col_stride), (row_step, col_step) = window.stride, window.dilation
    corner = padded[:, first[0] * row_stride :, first[1] * col_stride :]
    if kernel_rows * kernel_cols < LARGE_KERNEL:
        for row in range(kernel_rows):
            first_row = row * row_step
            row_slice = slice(first_row, first_row + (rows - 1) * row_stride + 1, row_stride)
            for col in range(kernel_cols):
                first_col = col * col_step
                col_slice = slice(first_col, first_col + (width - 1) * col_stride + 1, col_stride)
                unfolded[:, row, col] = corner[:, row_slice, col_slice]
        return
    plane, down, across = corner.strides
    # Every place of it lies in `corner`: the last window's last tap is at its end or before.
    unfolded[...] = as_strided(
        corner,
        unfolded.shape,
        (plane, row_step * down, col_step * across, row_stride * down, col_stride * across),
        writeable=False,
    )


def _fill_row_by_row(
    out: Array, padded: Array, kernels: Array, window: Window, rows: Pair, part: _Tiles
) -> None:
    """Weigh each row of the input with all rows of the kernels, then add up what meets.

    A cell adds its kernel rows from the first to the last, whatever the bands: the same bits.
    """
    out_channels, channels, kernel_rows, kernel_cols = kernels.shape
    (row_stride, _), (row_step, _) = window.stride, window.dilation
    # (out channels and kernel rows, channels and kernel cols)
    weights = kernels.transpose(0, 2, 1, 3).reshape(out_channels * kernel_rows, -1)
    first, end = rows[0] * row_stride, (rows[1] - 1) * row_stride + (kernel_rows - 1) * row_step + 1
    band = max(1, min(end - first, ROW_BAND_NUMBERS // (sum(weights.shape) * part.filled)))
    unfolded = np.zeros((channels, 1, kernel_cols, band, part.filled), padded.dtype)
    products = np.empty((len(weights), band * part.tiles, part.tile), padded.dtype)
    one_row = window._replace(kernel_size=(1, kernel_cols), stride=(1, window.stride[1]))
    target = out[:, :, part.col0 : part.col0 + part.width]
    target[:, rows[0] : rows[1]] = 0
    for top in range(first, end, band):
        count = min(band, end - top)
        _unfold(unfolded[..., :count, : part.width], padded, one_row, (top, part.col0))
        columns = unfolded.reshape(weights.shape[1], band * part.tiles, part.tile)
        np.matmul(weights, columns.transpose(1, 0, 2), out=products.transpose(1, 0, 2))
        by_row = products.reshape(out_channels, kernel_rows, band, part.filled)
        for row in range(kernel_rows):
            # The units whose kernel row `row` lies on a row of this band.
            unit = max(rows[0], -((row * row_step - top) // row_stride))
            unit_end = min(rows[1], (top + count - 1 - row * row_step) // row_stride + 1)
            if unit < unit_end:
                at = unit * row_stride + row * row_step - top
                seen = slice(at, at + (unit_end - unit - 1) * row_stride + 1, row_stride)
                target[:, unit:unit_end] += by_row[:, row, seen, : part.width]
