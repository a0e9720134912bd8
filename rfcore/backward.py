"""The backward pass: every layer hands the gradient of its output on to the cells it came from.

The chain rule, one layer at a time, and no tape. A convolution hands back by its own weights, an
average evenly, a maximum everything to its winner; a padded cell that copies another hands what it
gets to the one it copies. Gradients keep their own dtype, whatever that of the maps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rfcore.errors import LayerError
from rfcore.layers import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    Elementwise,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    MaxPool2d,
    Shape,
)
from rfcore.network import Network
from rfcore.ops import Array, add_border, binomial, border_of, window_views
from rfcore.ops.argmax import argmax_taps

_WindowedLayer = Conv2d | MaxPool2d | AvgPool2d | BlurPool2d


def backward(network: Network, maps: Sequence[Array], gradient: Array) -> Array:
    """Carry a gradient at the last of the maps back to the first, through the layers between.

    maps: the image (channels, rows, cols), then the activations of the first layers in order.
    gradient: of the shape of the last map. Returns the gradient at the image, of its shape.
    """
    for index in reversed(range(len(maps) - 1)):
        gradient = backward_layer(network, index, maps[index], gradient)
    return gradient


def backward_layer(network: Network, index: int, x: Array, gradient: Array) -> Array:
    """Return the gradient at the input `x` of a layer (counted from 0) for that at its output.

    x: (channels, rows, cols), which decides who wins a maximum: in a tie the first in reading
    order, as in PyTorch on a CPU. A ReLU passes what is above 0, not what is 0.
    Raises LayerError for a layer of a kind that has no gradient here.
    """
    layer = network.stack.layers[index]
    match layer:
        case Elementwise():
            slope: Array = layer.slope(x).astype(gradient.dtype, copy=False)
            return gradient * slope
        case GlobalAvgPool2d():
            return np.full(x.shape, gradient / (x.shape[1] * x.shape[2]))
        case GlobalMaxPool2d():
            back = np.zeros((len(x), x.shape[1] * x.shape[2]), gradient.dtype)
            winners = x.reshape(back.shape).argmax(axis=1)
            back[np.arange(len(x)), winners] = gradient[:, 0, 0]
            return back.reshape(x.shape)
        case Conv2d() | MaxPool2d() | AvgPool2d() | BlurPool2d():
            return _backward_windows(network, index, layer, x, gradient)
    raise LayerError(f"{layer} has no gradient")


def _backward_windows(
    network: Network, index: int, layer: _WindowedLayer, x: Array, gradient: Array
) -> Array:
    """Add up what each window hands to its cells, tap by tap, in the box that has a gradient."""
    rows, cols = (np.flatnonzero(gradient.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    if rows.size == 0:
        return np.zeros(x.shape, gradient.dtype)
    gradient = gradient[:, rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    top, left = rows[0] * layer.stride[0], cols[0] * layer.stride[1]

    def windows(padded: Array) -> Iterator[Array]:
        return window_views(padded[:, top:, left:], layer.window(), gradient.shape[1:])

    match layer:
        case MaxPool2d():
            shares = _to_winners(windows(add_border(x, border_of(layer))), gradient)
        case Conv2d():
            kernels = network.kernels[index]
            assert kernels is not None  # checked when the network was built
            shares = _by_kernels(kernels.astype(gradient.dtype, copy=False), gradient)
        case _:
            shares = (weight * gradient for weight in _weights(layer))
    cells = _padded_cells(network, layer, x.shape)
    back = np.zeros((len(x), *cells.shape), gradient.dtype)
    for view, share in zip(windows(back), shares, strict=True):
        view += share
    return _fold(back, cells, x.shape)


def _to_winners(values: Iterator[Array], gradient: Array) -> Iterator[Array]:
    """Yield what each tap of a maximum gets: everything where it won, nothing elsewhere."""
    taps = list(values)
    winners = argmax_taps(taps)
    for tap in range(len(taps)):
        yield np.where(winners == tap, gradient, 0)


def _by_kernels(kernels: Array, gradient: Array) -> Iterator[Array]:
    """Yield what each tap of a convolution gets, summed over the output channels."""
    out_channels, channels = kernels.shape[:2]
    for weights in kernels.transpose(2, 3, 1, 0).reshape(-1, channels, out_channels):
        yield np.tensordot(weights, gradient, 1)


def _weights(layer: AvgPool2d | BlurPool2d) -> list[float]:
    """Return the weight of each tap, as plain numbers: they leave the gradient its dtype."""
    rows, cols = layer.kernel_size
    if isinstance(layer, AvgPool2d):
        return [1 / (rows * cols)] * (rows * cols)
    weights: list[float] = np.outer(binomial(rows), binomial(cols)).ravel().tolist()
    return weights


def _padded_cells(network: Network, layer: _WindowedLayer, shape: Shape) -> Array:
    """Return (rows, cols) of a padded map: the number of the cell that each is a copy of.

    Cells are numbered in reading order; what is no copy has the number after the last cell.
    """
    _, rows, cols = shape
    cells = np.arange(rows * cols).reshape(rows, cols)
    border = border_of(layer, network.padding_mode)
    return add_border(cells, border._replace(value=rows * cols))


def _fold(padded: Array, cells: Array, shape: Shape) -> Array:
    """Return the gradient of a map for that of its padded copy: each cell gets what copies it."""
    _, rows, cols = shape
    if padded.shape == shape:
        return padded
    planes = [
        np.bincount(cells.ravel(), plane.ravel(), rows * cols + 1)[: rows * cols]
        for plane in padded
    ]
    return np.array(planes, padded.dtype).reshape(shape)
