"""Pooling: max, average and blur over windows, and over a whole map."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from rfcore.layers import AvgPool2d, BlurPool2d, MaxPool2d, Pair, Window
from rfcore.ops.arrays import Array, checked_map
from rfcore.ops.padding import add_border, border_of
from rfcore.ops.windows import window_views

_MAX_IN_TWO, _SUM_IN_TWO = 9, 64
"""Taps from which a maximum, or a sum, is taken of each column of a window and then of those: 31x31
cells are then 62 steps, not 961. A maximum is the same either way; a sum is rounded in another
order, so small averages keep theirs."""


def max_pool2d(
    x: Array,
    kernel_size: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
) -> Array:
    """Keep the largest value of every window.

    x: (channels, rows, cols) or a batch. Sizes in cells, one number or (rows, cols); `stride` is
    the kernel's own when left out. Padding never wins: it counts as minus infinity.
    Returns the pooled maps, of the dtype of `x`.
    Raises ShapeError for a wrong rank or a window that does not fit, LayerError for sizes.

    >>> max_pool2d(np.array([[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 0.0, 1.0]]]), 2)
    array([[[5., 2.]]])
    """
    x = checked_map(x)
    layer = MaxPool2d(kernel_size, stride, padding=padding, dilation=dilation)
    shape = layer.output_shape(x.shape[-3:])
    padded = add_border(x, border_of(layer))
    out = np.empty((*x.shape[:-2], *shape[1:]), x.dtype)
    max_padded(out, padded, layer)
    return out


def max_padded(out: Array, padded: Array, layer: MaxPool2d) -> None:
    """Fill `out` (..., rows, cols), or part of a map, from the padded input of the same part."""
    _reduce(np.maximum, out, padded, layer.window(), _MAX_IN_TWO)


def avg_pool2d(
    x: Array,
    kernel_size: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
) -> Array:
    """Average every window; padding counts as zeros, as in PyTorch's default.

    x: (channels, rows, cols) or a batch. Sizes in cells, one number or (rows, cols); `stride` is
    the kernel's own when left out. Returns the pooled maps, of the dtype of `x`.
    Raises ShapeError for a wrong rank or a window that does not fit, LayerError for sizes.

    >>> avg_pool2d(np.array([[[1.0, 5.0, 2.0, 0.0], [3.0, 3.0, 0.0, 2.0]]]), 2)
    array([[[3., 1.]]])
    """
    x = checked_map(x)
    layer = AvgPool2d(kernel_size, stride, padding=padding)
    shape = layer.output_shape(x.shape[-3:])
    out = np.empty((*x.shape[:-2], *shape[1:]), x.dtype)
    avg_padded(out, add_border(x, border_of(layer)), layer)
    return out


def avg_padded(out: Array, padded: Array, layer: AvgPool2d) -> None:
    """Fill `out` (..., rows, cols), or part of a map, from the padded input of the same part."""
    _reduce(np.add, out, padded, layer.window(), _SUM_IN_TWO)
    out *= 1 / layer.window().taps


def _reduce(operation: np.ufunc, out: Array, padded: Array, window: Window, in_two: int) -> None:
    """Fill `out` with the reduction of every window by an operation such as np.maximum."""
    if min(window.kernel_size) > 1 and window.taps >= in_two:
        down, across = window.by_axis()
        columns = np.empty((*padded.shape[:-2], out.shape[-2], padded.shape[-1]), padded.dtype)
        _reduce(operation, columns, padded, down, in_two)
        _reduce(operation, out, columns, across, in_two)
        return
    views = window_views(padded, window, out.shape[-2:])
    np.copyto(out, next(views))
    for view in views:
        operation(out, view, out=out)


def blur_pool2d(x: Array, filter_size: int | Pair = 3, *, stride: int | Pair = 2) -> Array:
    """Blur with a binomial filter, then keep every stride-th cell; the border is mirrored.

    x: (channels, rows, cols) or a batch; filter_size: 2 to 7 taps per axis; stride: cells.
    Returns the pooled maps, of the dtype of `x`. Max-then-blur is this on a max pool of stride 1.
    Raises ShapeError for a wrong rank or a map too small to mirror, LayerError for sizes.
    Source: Zhang 2019, "Making Convolutional Networks Shift-Invariant Again".

    >>> blur_pool2d(np.array([[[0.0, 0.0, 4.0, 0.0, 0.0]] * 3]), stride=(3, 1))
    array([[[0., 1., 2., 1., 0.]]])
    """
    x = checked_map(x)
    layer = BlurPool2d(filter_size, stride)
    shape = layer.output_shape(x.shape[-3:])
    out = np.empty((*x.shape[:-2], *shape[1:]), x.dtype)
    blur_padded(out, add_border(x, border_of(layer)), layer)
    return out


def blur_padded(out: Array, padded: Array, layer: BlurPool2d) -> None:
    """Fill `out` (..., rows, cols), or part of a map, from the padded input of the same part."""
    weights = np.outer(binomial(layer.kernel_size[0]), binomial(layer.kernel_size[1])).ravel()
    weights = weights.astype(padded.dtype)
    views = window_views(padded, layer.window(), out.shape[-2:])
    np.multiply(next(views), weights[0], out=out)
    for view, weight in zip(views, weights[1:], strict=True):
        out += view * weight


def global_avg_pool2d(x: Array) -> Array:
    """Average each channel over all places.

    x: (channels, rows, cols) or a batch. Returns (channels, 1, 1), or a batch of that, of the dtype
    of `x`. Raises ShapeError when `x` is not a map.

    >>> global_avg_pool2d(np.array([[[1.0, 3.0]]]))
    array([[[2.]]])
    """
    out: Array = checked_map(x).mean(axis=(-2, -1), keepdims=True)
    return out


def global_max_pool2d(x: Array) -> Array:
    """Take each channel's maximum over all places.

    x: (channels, rows, cols) or a batch. Returns (channels, 1, 1), or a batch of that, of the dtype
    of `x`. Raises ShapeError when `x` is not a map.

    >>> global_max_pool2d(np.array([[[1.0, 3.0]]]))
    array([[[3.]]])
    """
    out: Array = checked_map(x).max(axis=(-2, -1), keepdims=True)
    return out


def binomial(taps: int) -> NDArray[np.float64]:
    """Return a row of Pascal's triangle as weights that sum to 1.

    >>> binomial(3)
    array([0.25, 0.5 , 0.25])
    """
    # Divided as Python ints: beyond 68 taps they overflow the integers of NumPy.
    return np.array([comb(taps - 1, k) / (1 << (taps - 1)) for k in range(taps)])
