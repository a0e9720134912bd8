"""Convolution, which is cross-correlation here as in every deep-learning library.

The kernel is not flipped.
"""

from __future__ import annotations

import numpy as np

from rfcore.errors import ShapeError
from rfcore.layers import Conv2d, Pair, Window
from rfcore.ops.arrays import Array, as_dtype, checked_bias, checked_kernels, checked_map
from rfcore.ops.padding import PaddingMode, add_border, border_of

TILE = 32
"""Output columns of one matrix product. The columns of a tile are always the same ones, so a cell
gets the same bits whether its whole map is computed or only the tiles around a moved pattern."""


_BUFFER = 1 << 17
"""Numbers in the unfolded input of one band of rows: it stays in a core's own cache."""


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
    """Return what `conv2d` does, with kernels that were checked before and fit `layer`.

    Raises as `conv2d` does for the rest.

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
    out_channels, _, cols = out.shape
    channels, kernel_rows, kernel_cols = kernels.shape[1:]
    (row_stride, col_stride), (row_step, col_step) = window.stride, window.dilation
    row0, row1, col0, col1 = region
    if row0 >= row1 or col0 >= col1:
        return
    tile = min(TILE, -(-cols // 8) * 8)  # a narrow map has narrower tiles: less to fill up
    col0 -= col0 % tile
    tiles = -(-(col1 - col0) // tile)
    width = min(tiles * tile, cols - col0)
    weights = kernels.reshape(out_channels, -1)
    taps = weights.shape[1]
    band = max(1, min(row1 - row0, _BUFFER // (taps * tiles * tile)))
    unfolded = np.zeros((channels, kernel_rows, kernel_cols, band, tiles * tile), padded.dtype)
    products = np.empty((out_channels, band * tiles, tile), padded.dtype)
    for top in range(row0, row1, band):
        rows = min(band, row1 - top)
        for row in range(kernel_rows):
            first_row = top * row_stride + row * row_step
            row_slice = slice(first_row, first_row + (rows - 1) * row_stride + 1, row_stride)
            for col in range(kernel_cols):
                first_col = col0 * col_stride + col * col_step
                col_slice = slice(first_col, first_col + (width - 1) * col_stride + 1, col_stride)
                unfolded[:, row, col, :rows, :width] = padded[:, row_slice, col_slice]
        columns = unfolded.reshape(taps, band * tiles, tile)
        # One product per tile, all of one shape: see TILE.
        np.matmul(weights, columns.transpose(1, 0, 2), out=products.transpose(1, 0, 2))
        band_out = products.reshape(out_channels, band, tiles * tile)[:, :rows, :width]
        target = out[:, top : top + rows, col0 : col0 + width]
        if bias is None:
            target[...] = band_out
        else:
            np.add(band_out, bias[:, None, None], out=target)
