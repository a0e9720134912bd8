"""The backward pass: every layer passes the gradient of its output back to its input cells.

It applies the chain rule one layer at a time and records no tape. A convolution distributes the
gradient by its weights, an average evenly; a maximum passes all of it to the argmax. A padded cell
that copies another passes its gradient to that one. Gradients keep their own dtype.
"""

from __future__ import annotations

from collections.abc import Sequence

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
from rfcore.ops import Array, add_border, binomial, border_of
from rfcore.window_gradients import convolution_backward, max_backward, weighted_backward

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

    x: (channels, rows, cols), which decides the argmax of a maximum: in a tie the first in
    reading order, as in PyTorch on a CPU. A ReLU passes the gradient only where x is above 0.
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
    """Add each window's gradients to its cells, within the box of nonzero gradients."""
    active: Array = np.any(gradient, axis=0)
    rows, cols = (np.flatnonzero(active.any(axis=axis)) for axis in (1, 0))
    if rows.size == 0:
        return np.zeros(x.shape, gradient.dtype)
    box = slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1)
    gradient = np.ascontiguousarray(gradient[:, *box])
    top, left = rows[0] * layer.stride[0], cols[0] * layer.stride[1]
    cells = _padded_cells(network, layer, x.shape)
    back = np.zeros((len(x), *cells.shape), gradient.dtype)
    seen = back[:, top:, left:]
    window = layer.window()
    match layer:
        case MaxPool2d():
            values = add_border(x, border_of(layer))[:, top:, left:]
            max_backward(seen, values, gradient, window)
        case Conv2d():
            kernels = network.kernels[index]
            assert kernels is not None  # checked when the network was built
            convolution_backward(seen, kernels, gradient, window)
        case _:
            weighted_backward(seen, _weights(layer), gradient, window)
    return _fold(back, cells, x.shape)


def _weights(layer: AvgPool2d | BlurPool2d) -> tuple[list[float], list[float]]:
    """Return the weights of a window's rows and cols as floats, which keep a gradient's dtype."""
    rows, cols = layer.kernel_size
    if isinstance(layer, AvgPool2d):
        return [1 / rows] * rows, [1 / cols] * cols
    return binomial(rows).tolist(), binomial(cols).tolist()


def _padded_cells(network: Network, layer: _WindowedLayer, shape: Shape) -> Array:
    """Return an array (rows, cols) of the padded map: which cell of the map each one copies.

    Cells are numbered in reading order. A padded cell that copies none has the number after the
    last cell.
    """
    _, rows, cols = shape
    cells = np.arange(rows * cols).reshape(rows, cols)
    border = border_of(layer, network.padding_mode)
    return add_border(cells, border._replace(value=rows * cols))


def _fold(padded: Array, cells: Array, shape: Shape) -> Array:
    """Return the gradient of a map: each cell sums those of its copies in the padded map."""
    _, rows, cols = shape
    if padded.shape == shape:
        return padded
    planes = [
        np.bincount(cells.ravel(), plane.ravel(), rows * cols + 1)[: rows * cols]
        for plane in padded
    ]
    return np.array(planes, padded.dtype).reshape(shape)
