"""What the windows of a layer hand back to their cells, added up for all windows at once.

Small windows go tap by tap. Large ones take as many steps in Python as they have rows and columns,
or as there are units with a gradient: those are few where one unit is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rfcore.layers import Conv2d, Pair, Window
from rfcore.ops import LARGE_KERNEL, Array, convolve, window_views
from rfcore.ops.argmax import argmax_in_windows, argmax_taps

_STEP, _ADDED = 60_000, 8
"""Multiply-adds that a convolution does in the time of one step in Python, and in that of one cell
that the step adds, roughly."""


def max_backward(back: Array, values: Array, gradient: Array, window: Window) -> None:
    """Hand the gradient (channels, rows, cols) of a max pool's units to the winners, in place.

    back, values: what the units see of the padded input, its gradient and the input itself.
    """
    sizes = gradient.shape[1], gradient.shape[2]
    if window.taps < LARGE_KERNEL:
        winners = argmax_taps(window_views(values, window, sizes))
        for tap, view in enumerate(window_views(back, window, sizes)):
            view += np.where(winners == tap, gradient, 0)
        return
    tap_rows, tap_cols = np.divmod(argmax_in_windows(values, window, sizes), window.kernel_size[1])
    rows, cols = (
        np.arange(count) * stride for count, stride in zip(sizes, window.stride, strict=True)
    )
    at_rows = rows[:, None] + tap_rows * window.dilation[0]
    at_cols = cols + tap_cols * window.dilation[1]
    count = back.shape[1] * back.shape[2]
    for plane, *at, units in zip(back, at_rows, at_cols, gradient, strict=True):
        winners = np.ravel_multi_index((at[0].ravel(), at[1].ravel()), plane.shape)
        plane += np.bincount(winners, units.ravel(), count).reshape(plane.shape)


def convolution_backward(back: Array, kernels: Array, gradient: Array, window: Window) -> None:
    """Hand the gradient (out channels, rows, cols) of a convolution's units back, in place.

    back: the gradient of what the units see of the padded input, (channels, rows, cols).
    kernels: (out channels, channels, rows, cols).
    """
    kernels = kernels.astype(gradient.dtype, copy=False)
    sizes = gradient.shape[1], gradient.shape[2]
    units, taps = sizes[0] * sizes[1], window.taps
    reach = [(k - 1) * d for k, d in zip(window.kernel_size, window.dilation, strict=True)]
    rows, cols = (
        (size - 1) * stride + 1 for size, stride in zip(sizes, window.stride, strict=True)
    )
    work = (rows + 2 * reach[0]) * (cols + reach[1] + 32) * kernels.size
    step = _STEP + _ADDED * max(taps, units) * len(back)
    if taps >= LARGE_KERNEL and work < step * min(taps, units):
        # The gradient of a convolution is one itself, with the kernels turned round.
        spread = np.zeros((len(gradient), rows, cols), gradient.dtype)
        spread[:, :: window.stride[0], :: window.stride[1]] = gradient
        turned = np.ascontiguousarray(kernels.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1])
        layer = Conv2d(
            window.kernel_size,
            padding=(reach[0], reach[1]),
            dilation=window.dilation,
            out_channels=len(back),
        )
        handed = convolve(spread, turned, None, layer)
        back[:, : handed.shape[1], : handed.shape[2]] += handed
    elif taps >= LARGE_KERNEL and units < taps:
        for unit, view in _views_of_units(back, window, sizes):
            view += np.tensordot(gradient[:, *unit], kernels, 1)
    else:
        by_tap = kernels.transpose(2, 3, 1, 0).reshape(taps, len(back), len(gradient))
        for weights, view in zip(by_tap, window_views(back, window, sizes), strict=True):
            view += np.tensordot(weights, gradient, 1)


def weighted_backward(
    back: Array, weights: tuple[Sequence[float], Sequence[float]], gradient: Array, window: Window
) -> None:
    """Hand a gradient (channels, rows, cols) back by the weights of rows and cols, in place.

    back: the gradient of what the units see of the padded input, (channels, rows, cols).
    """
    sizes = gradient.shape[1], gradient.shape[2]
    if window.taps < LARGE_KERNEL:
        each = np.outer(*weights).ravel().tolist()
        for weight, view in zip(each, window_views(back, window, sizes), strict=True):
            view += weight * gradient
        return
    down, across = window.by_axis()
    between = np.zeros((*gradient.shape[:2], back.shape[2]), gradient.dtype)
    for weight, view in zip(weights[1], window_views(between, across, sizes), strict=True):
        view += weight * gradient
    views = window_views(back, down, (sizes[0], back.shape[2]))
    for weight, view in zip(weights[0], views, strict=True):
        view += weight * between


def _views_of_units(back: Array, window: Window, sizes: Pair) -> Iterator[tuple[Pair, Array]]:
    """Yield every unit, (row, col), and the view of the cells that it sees."""
    (kernel_rows, kernel_cols), stride, _, dilation = window
    for row in range(sizes[0]):
        top = row * stride[0]
        down = slice(top, top + (kernel_rows - 1) * dilation[0] + 1, dilation[0])
        for col in range(sizes[1]):
            left = col * stride[1]
            across = slice(left, left + (kernel_cols - 1) * dilation[1] + 1, dilation[1])
            yield (row, col), back[:, down, across]
