"""The operations of a network, arrays in and arrays out, in NumPy alone.

A map is a float32 or float64 array (channels, rows, cols); a batch puts one axis before it.
Convolution means cross-correlation (the kernel is not flipped), as in every deep-learning library.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import comb
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from rfcore.checks import one_of, planes, whole_number_within
from rfcore.errors import KernelError, LayerError, ShapeError
from rfcore.layers import (
    AvgPool2d,
    BlurPool2d,
    Cellwise,
    Conv2d,
    Layer,
    MaxPool2d,
    Pair,
    ReLU,
    Window,
    as_pair,
)

Array = NDArray[Any]
"""float32 or float64; what goes in decides what comes out."""

PaddingMode = Literal["zeros", "circular", "reflect", "replicate"]
PADDING_MODES: tuple[PaddingMode, ...] = get_args(PaddingMode)
_NUMPY_MODE = {"circular": "wrap", "reflect": "reflect", "replicate": "edge"}

TILE = 32
"""Output columns of one matrix product. The columns of a tile are always the same ones, so a cell
gets the same bits whether its whole map is computed or only the tiles around a moved pattern."""

_BUFFER = 1 << 17
"""Numbers in the unfolded input of one band of rows: it stays in a core's own cache."""


def pad(x: Array, padding: int | Pair, mode: PaddingMode = "zeros", *, value: float = 0.0) -> Array:
    """Return maps with `padding` more cells on every side.

    x: (..., rows, cols); padding: cells, one number or (rows, cols); mode: zeros (or `value`),
    circular (the far side), reflect (mirrored, without the edge itself), replicate (the edge).
    Raises LayerError for an unknown mode or an impossible padding, ShapeError when `x` is no map,
    is too small to mirror or wrap, or cannot hold `value`.

    >>> pad(np.array([[[1.0, 2.0, 3.0]]]), (0, 1), "circular")
    array([[[3., 1., 2., 3., 1.]]])
    """
    planes(x, "x")
    if x.dtype.kind in "iub" and not float(value).is_integer():
        raise ShapeError(f"value must be a whole number in a map of {x.dtype}, got {value}")
    rows, cols = as_pair(padding, "padding", 0)
    return add_border(x, Border((rows, rows), (cols, cols), checked_mode(mode), value))


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
    """Fill `out` (..., rows, cols), or a part of it, from as much of the input with its border."""
    views = window_views(padded, layer.window(), out.shape[-2:])
    np.copyto(out, next(views))
    for view in views:
        np.maximum(out, view, out=out)


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
    """Fill `out` (..., rows, cols), or a part of it, from as much of the input with its border."""
    views = window_views(padded, layer.window(), out.shape[-2:])
    np.copyto(out, next(views))
    for view in views:
        out += view
    out *= 1 / (layer.kernel_size[0] * layer.kernel_size[1])


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
    """Fill `out` (..., rows, cols), or a part of it, from as much of the input with its border."""
    weights = np.outer(binomial(layer.kernel_size[0]), binomial(layer.kernel_size[1])).ravel()
    weights = weights.astype(padded.dtype)
    views = window_views(padded, layer.window(), out.shape[-2:])
    np.multiply(next(views), weights[0], out=out)
    for view, weight in zip(views, weights[1:], strict=True):
        out += view * weight


def relu(x: Array) -> Array:
    """Set what is negative to 0.

    x: real numbers of any shape. Returns an array of that shape and dtype.
    Raises ShapeError for what holds no real numbers.

    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return cellwise(x, ReLU())


def cellwise(x: Array, layer: Cellwise) -> Array:
    """Change each cell by itself, as a layer does; `x` as for `relu`.

    >>> cellwise(np.array([-1.0, 2.0]), ReLU())
    array([0., 2.])
    """
    return layer.value(_real_numbers(x, "x"))


def softmax(logits: Array, axis: int = -1) -> Array:
    """Turn logits into shares that sum to 1 along `axis`; no logit overflows.

    logits: real numbers of any shape with something along `axis`, which counts from the end when
    negative. Returns an array of that shape.
    Raises ShapeError for what holds no real numbers, another axis, or one with nothing along it.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    logits = _real_numbers(logits, "logits")
    rank = logits.ndim
    if rank == 0:
        raise ShapeError("logits must have at least one axis, got a single number")
    axis = whole_number_within(
        axis, "axis", -rank, rank - 1, f"for logits of shape {logits.shape}", error=ShapeError
    )
    if logits.shape[axis] == 0:
        raise ShapeError(f"logits need a number along axis {axis}, got shape {logits.shape}")
    scaled = np.exp(logits - np.max(logits, axis=axis, keepdims=True))
    out: Array = scaled / scaled.sum(axis=axis, keepdims=True)
    return out


def global_avg_pool2d(x: Array) -> Array:
    """Average each channel over all places.

    x: (channels, rows, cols) or a batch. Returns (channels, 1, 1), or a batch of that, of the dtype
    of `x`. Raises ShapeError when `x` is no map.

    >>> global_avg_pool2d(np.array([[[1.0, 3.0]]]))
    array([[[2.]]])
    """
    out: Array = checked_map(x).mean(axis=(-2, -1), keepdims=True)
    return out


def global_max_pool2d(x: Array) -> Array:
    """Take each channel's maximum over all places.

    x: (channels, rows, cols) or a batch. Returns (channels, 1, 1), or a batch of that, of the dtype
    of `x`. Raises ShapeError when `x` is no map.

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
    # Divided as whole numbers: beyond 68 taps they are more than NumPy's own integers hold.
    return np.array([comb(taps - 1, k) / (1 << (taps - 1)) for k in range(taps)])


def window_views(padded: Array, window: Window, sizes: Pair) -> Iterator[Array]:
    """Yield, tap by tap in reading order, a view of the cells that every window has at that tap.

    padded: (..., rows, cols); sizes: (rows, cols) of the windows' map. No cell is copied.
    """
    (kernel_rows, kernel_cols), stride, _, dilation = window
    for row in range(kernel_rows):
        first_row = row * dilation[0]
        row_slice = slice(first_row, first_row + (sizes[0] - 1) * stride[0] + 1, stride[0])
        for col in range(kernel_cols):
            first_col = col * dilation[1]
            col_slice = slice(first_col, first_col + (sizes[1] - 1) * stride[1] + 1, stride[1])
            yield padded[..., row_slice, col_slice]


class Border(NamedTuple):
    """What a layer adds round its input: cells (before, after) along each axis, and what is there.

    value: what the cells hold when the mode is zeros; minus infinity for a max pool.
    """

    rows: Pair
    cols: Pair
    mode: PaddingMode = "zeros"
    value: float = 0.0


def border_of(layer: Layer, padding_mode: PaddingMode = "zeros") -> Border:
    """Return the border that a layer adds; `padding_mode` is that of the convolutions.

    Raises LayerError for an unknown mode.

    >>> border_of(BlurPool2d(4))
    Border(rows=(1, 2), cols=(1, 2), mode='reflect', value=0.0)
    """
    if not isinstance(layer, Conv2d | MaxPool2d | AvgPool2d | BlurPool2d):
        return Border((0, 0), (0, 0))
    rows, cols = layer.padding
    if isinstance(layer, BlurPool2d):
        # An even filter has its extra cell after the map.
        after = layer.kernel_size[0] // 2, layer.kernel_size[1] // 2
        return Border((rows, after[0]), (cols, after[1]), "reflect")
    mode = checked_mode(padding_mode) if isinstance(layer, Conv2d) else "zeros"
    value = -np.inf if isinstance(layer, MaxPool2d) else 0.0
    return Border((rows, rows), (cols, cols), mode, value)


def add_border(x: Array, border: Border) -> Array:
    """Return maps (..., rows, cols) with a border round them; `x` itself when it has no cells.

    Raises ShapeError when the map is too small to mirror or wrap.
    """
    rows, cols, mode, value = border
    if not any(rows) and not any(cols):
        return x
    size = x.shape[-2:]
    if mode == "zeros":
        shape = (*x.shape[:-2], size[0] + sum(rows), size[1] + sum(cols))
        padded: Array = np.full(shape, value, x.dtype)
        padded[..., rows[0] : rows[0] + size[0], cols[0] : cols[0] + size[1]] = x
        return padded
    check_padding((size[0], size[1]), (max(rows), max(cols)), mode)
    widths = [(0, 0)] * (x.ndim - 2) + [rows, cols]
    return np.pad(x, widths, mode=_NUMPY_MODE[mode])  # type: ignore[call-overload,no-any-return]


def check_padding(sizes: Pair, padding: Pair, mode: PaddingMode) -> None:
    """Raise ShapeError when a map of `sizes` (rows, cols) is too small to mirror or wrap."""
    most = {"reflect": (sizes[0] - 1, sizes[1] - 1), "circular": sizes}.get(mode)
    if most is not None and (padding[0] > most[0] or padding[1] > most[1]):
        raise ShapeError(
            f"{mode} padding of {padding[0]}x{padding[1]} cells needs a larger map than "
            f"{sizes[0]}x{sizes[1]}; at most {most[0]}x{most[1]} here"
        )


def checked_mode(mode: PaddingMode) -> PaddingMode:
    """Return a padding mode as it is; raises LayerError for an unknown one."""
    one_of(mode, "padding_mode", PADDING_MODES, error=LayerError)
    return mode


def checked_map(x: Array) -> Array:
    """Return `x` as it is when it is a map or a batch of maps; raises ShapeError when not."""
    if not isinstance(x, np.ndarray) or x.ndim not in (3, 4):
        got = f"an array of shape {x.shape}" if isinstance(x, np.ndarray) else repr(type(x))
        raise ShapeError(
            f"a map is an array (channels, rows, cols), or a batch (n, channels, rows, cols); "
            f"got {got}"
        )
    if x.dtype not in (np.float32, np.float64):
        raise ShapeError(f"a map holds float32 or float64 numbers, got {x.dtype}")
    if x.size == 0:
        raise ShapeError(f"a map needs at least one cell, got shape {x.shape}")
    return x


def checked_kernels(
    kernels: Array, axes: tuple[str, ...] = ("out_channels", "channels", "rows", "cols")
) -> Array:
    """Return kernels as they are when they can be used; raises KernelError when not."""
    if not isinstance(kernels, np.ndarray) or kernels.ndim != len(axes) or kernels.size == 0:
        shape = getattr(kernels, "shape", type(kernels))
        raise KernelError(f"kernels are an array ({', '.join(axes)}), got {shape}")
    _check_numbers(kernels, "kernel weight")
    return kernels


def checked_bias(bias: Array | None, out_channels: int, dtype: np.dtype[Any]) -> Array | None:
    """Return a bias of the given dtype, or None; raises KernelError when it does not fit."""
    if bias is None:
        return None
    bias = np.asarray(bias)
    if bias.shape != (out_channels,):
        raise KernelError(
            f"a bias has one number for each of the {out_channels} output channels, "
            f"got shape {bias.shape}"
        )
    _check_numbers(bias, "bias")
    return as_dtype(bias, dtype, "bias")


def as_dtype(weights: Array, dtype: np.dtype[Any], name: str) -> Array:
    """Return finite weights in a map's dtype; raises KernelError for one that it cannot hold."""
    with np.errstate(over="ignore"):
        held = weights.astype(dtype, copy=False)
    if held is not weights and not np.isfinite(held).all():
        largest = np.abs(weights).max()
        raise KernelError(
            f"every {name} must be at most {np.finfo(dtype).max:.2g} for a map of {dtype}, "
            f"got {largest:.2g}"
        )
    return held


def _real_numbers(x: Array, name: str) -> Array:
    x = np.asarray(x)
    if x.dtype.kind not in "iuf":
        raise ShapeError(f"{name} must hold real numbers, got {x.dtype}")
    return x


def _check_numbers(weights: Array, name: str) -> None:
    if weights.dtype.kind not in "iuf":
        raise KernelError(f"every {name} must be a real number, got {weights.dtype}")
    if not np.isfinite(weights).all():
        raise KernelError(f"every {name} must be a finite number, got NaN or infinity")
