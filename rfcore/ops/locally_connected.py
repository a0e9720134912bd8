"""Locally connected layers: convolution without weight sharing, with kernels for every place."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rfcore.checks import check_instance, whole_number, whole_pair
from rfcore.errors import KernelError, ShapeError
from rfcore.layers import MAX_LAYER_SIZE, Conv2d, Pair
from rfcore.ops.arrays import Array, as_dtype, checked_kernels, checked_map
from rfcore.ops.padding import PaddingMode, add_border, border_of

MAX_WEIGHTS = 4_000_000
"""The most weights of a locally connected layer; as float32 they take 16 MB."""

_AXES = ("out_rows", "out_cols", "out_channels", "in_channels", "kernel_rows", "kernel_cols")


def locally_connected_conv2d(
    x: Array,
    kernels: Array,
    *,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    padding_mode: PaddingMode = "zeros",
) -> Array:
    """Return weighted sums as a convolution does, with separate kernels for every place.

    This is a locally connected layer, computed as cross-correlation. With the same kernels at
    every place it equals `conv2d`.
    x: (in_channels, rows, cols), or a batch of them. kernels: (out_rows, out_cols, out_channels,
    in_channels, kernel_rows, kernel_cols). stride, padding, dilation: cells, one number or (rows,
    cols). Returns (out_channels, out_rows, out_cols), or a batch of that, of the dtype of `x`.
    Raises ShapeError when `x` is not a map or the layer does not fit it, KernelError for kernels of
    another shape or that are not finite, LayerError for impossible sizes.

    >>> kernels = np.array([1.0, 10.0, 100.0]).reshape(1, 3, 1, 1, 1, 1)
    >>> locally_connected_conv2d(np.array([[[1.0, 2.0, 3.0]]]), kernels)
    array([[[  1.,  20., 300.]]])
    """
    kernels = checked_kernels(kernels, _AXES)
    out_rows, out_cols, out_channels, channels, *kernel_size = kernels.shape
    layer = Conv2d(
        (kernel_size[0], kernel_size[1]),
        stride,
        padding=padding,
        dilation=dilation,
        out_channels=out_channels,
    )
    shape = checked_map(x).shape[-3:]
    _, *sizes = layer.output_shape(shape)
    if [out_rows, out_cols, channels] != [*sizes, shape[0]]:
        want = (*sizes, out_channels, shape[0], *kernel_size)
        raise KernelError(
            f"a locally connected {layer} on a map of shape {shape} needs kernels {want}, "
            f"got {kernels.shape}"
        )
    kernels = as_dtype(kernels, x.dtype, "kernel weight")
    padded = add_border(x, border_of(layer, padding_mode))
    reach = [(k - 1) * d + 1 for k, d in zip(kernel_size, layer.dilation, strict=True)]
    windows = sliding_window_view(padded, reach, (-2, -1))
    # (..., out_rows, out_cols, in_channels, taps): the window of each place is contiguous.
    seen = windows[
        ..., :: layer.stride[0], :: layer.stride[1], :: layer.dilation[0], :: layer.dilation[1]
    ]
    seen = np.moveaxis(seen, -5, -3).reshape(*x.shape[:-3], out_rows, out_cols, -1)
    weights = kernels.reshape(out_rows, out_cols, out_channels, -1)
    out: Array = np.einsum("rcok,...rck->...orc", weights, seen)
    return out


def locally_connected_kernels(
    layer: Conv2d, in_channels: int, image_size: Pair, *, seed: int = 0
) -> Array:
    """Return random kernels for every place of a convolution's map; they are seeded.

    layer: it gives the sizes and the output channels. image_size: (rows, cols) of the input map.
    Returns float32 (out_rows, out_cols, out_channels, in_channels, kernel_rows,
    kernel_cols); the absolute weights of each output channel at each place sum to 1.
    Raises KernelError for more than MAX_WEIGHTS weights, a layer that is not a Conv2d, no input
    channel or a seed below 0, ShapeError when the layer does not fit.

    >>> locally_connected_kernels(Conv2d(3, out_channels=2), 1, (8, 9)).shape
    (6, 7, 2, 1, 3, 3)
    """
    check_instance(layer, Conv2d, "layer", "as in Conv2d(3)", error=KernelError)
    in_channels = whole_number(in_channels, "in_channels", 1, MAX_LAYER_SIZE, error=KernelError)
    generator = np.random.default_rng(whole_number(seed, "seed", 0, error=KernelError))
    sizes = whole_pair(image_size, "image_size", 1, error=ShapeError)
    out_channels, rows, cols = layer.output_shape((in_channels, *sizes))
    shape = (rows, cols, out_channels, in_channels, *layer.kernel_size)
    if prod(shape) > MAX_WEIGHTS:
        raise KernelError(
            f"a locally connected {layer} must have at most {MAX_WEIGHTS} weights, here it has "
            f"{prod(shape)}; take a smaller picture, fewer channels or a larger stride"
        )
    kernels = np.empty(shape, np.float32)
    for of_row in kernels:  # row by row, so that no more than one is held in double precision
        drawn = generator.standard_normal(shape[1:])
        of_row[...] = drawn / np.abs(drawn).sum(axis=(2, 3, 4), keepdims=True)
    return kernels
