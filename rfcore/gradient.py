"""Input gradients: the exact derivative of one unit with respect to each pixel.

The receptive field says which pixels a unit can see. The gradient says how much each of them
counts for one image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rfcore.backward import backward
from rfcore.checks import as_fields, describe_array, whole_number_within
from rfcore.errors import LayerError, ShapeError
from rfcore.layers import Pair
from rfcore.network import Network, checked_network
from rfcore.ops import Array, checked_map

GRADIENT_ROUNDING = 1e-12
"""A float64 gradient below this share of its absolute contributions counts as cancelled to zero."""


def effective_receptive_field(
    network: Network,
    image: Array,
    layer: int,
    unit: Pair,
    *,
    channel: int | None = None,
    maps: Sequence[Array] | None = None,
) -> Array:
    """Return the derivative of one unit with respect to every pixel.

    image: (channels, rows, cols). layer: its index in the stack from 0, or from the end when
    negative. unit: (row, col) on that layer's map. channel: which of the layer's channels; the sum
    of all of them when left out. maps: what `maps_up_to` gave for the same three, to save its work.
    Returns (rows, cols), signed, summed over the image's channels, of the dtype of `image`. In a
    tie the argmax is the first cell in reading order. The derivative of a ReLU at 0 is 0.
    Raises LayerError for a layer that the stack does not have; ShapeError for a unit or a channel
    outside the map, or an image that does not fit.
    Source: Luo, Li, Urtasun and Zemel 2016, "Understanding the Effective Receptive Field in Deep
    Convolutional Neural Networks".

    >>> from rfcore.stack import Stack
    >>> network = Network(Stack.parse("C3x3/1c1 -> C3x3/1c1"), (np.ones((1, 1, 3, 3)),) * 2)
    >>> effective_receptive_field(network, np.zeros((1, 5, 5)), -1, (0, 0))
    array([[1., 2., 3., 2., 1.],
           [2., 4., 6., 4., 2.],
           [3., 6., 9., 6., 3.],
           [2., 4., 6., 4., 2.],
           [1., 2., 3., 2., 1.]])
    """
    maps = maps_up_to(network, image, layer) if maps is None else maps
    field: Array = backward(network, maps, _one_unit(maps[-1], unit, channel)).sum(axis=0)
    return field


def used_pixels(
    network: Network,
    image: Array,
    layer: int,
    unit: Pair,
    *,
    channel: int | None = None,
    maps: Sequence[Array] | None = None,
) -> Array:
    """Return which pixels one unit uses for this image: those with a nonzero derivative.

    A pixel is used when the derivative of the unit with respect to it is not zero, however small,
    in any channel of the image. A maximum passes the derivative to its argmax only, and a ReLU
    only where its input is above 0. In a linear stack every pixel under a nonzero tap is used,
    unless its paths to the unit cancel. In a tie only the first cell in reading order is used,
    although raising another one would change the maximum too.
    Takes and raises what `effective_receptive_field` does. Returns booleans (rows, cols).

    >>> from rfcore.stack import Stack
    >>> network = Network(Stack.parse("M2x2/2"), (None,))
    >>> used_pixels(network, np.array([[[1.0, 5.0], [3.0, 4.0]]]), 0, (0, 0))
    array([[False,  True],
           [False, False]])
    """
    maps = maps_up_to(network, image, layer) if maps is None else maps
    seed = _one_unit(maps[-1], unit, channel).astype(np.float64)
    gradient = backward(network, maps, seed)
    # The sum of the absolute contributions: the scale for the rounding error of the gradient.
    absolute = tuple(None if k is None else np.abs(k, dtype=np.float64) for k in network.kernels)
    arriving = backward(replace(network, kernels=absolute), maps, seed)
    used: Array = np.any(np.abs(gradient) > GRADIENT_ROUNDING * arriving, axis=0)
    return used


def input_gradient(network: Network, image: Array, layer: int, output_gradient: Array) -> Array:
    """Carry a gradient at a layer's output back to the image (the vector-Jacobian product).

    image: (channels, rows, cols). layer: its index in the stack from 0, or from the end when
    negative. output_gradient: (channels, rows, cols) of that layer's map, the weight of each unit.
    Returns the gradient of the weighted sum of units, of the shape and dtype of `image`.
    Raises LayerError for a layer that the stack does not have, ShapeError for an image or an
    output_gradient that does not fit.

    >>> from rfcore.stack import Stack
    >>> network = Network(Stack.parse("A1x2/2"), (None,))
    >>> input_gradient(network, np.zeros((1, 1, 4)), 0, np.array([[[2.0, 6.0]]]))
    array([[[1., 1., 3., 3.]]])
    """
    maps = maps_up_to(network, image, layer)
    want = maps[-1].shape
    if getattr(output_gradient, "shape", None) != want:
        got = describe_array(output_gradient)
        raise ShapeError(f"output_gradient must have the shape of the map, {want}, got {got}")
    return backward(network, maps, output_gradient.astype(image.dtype))


def gaussian_width(field: Array) -> tuple[float, float]:
    """Return the standard deviation of a field along rows and along cols, in pixels.

    field: (rows, cols); its absolute values are read as a distribution, whose moments are those of
    the Gaussian that fits it best (by likelihood). A field that is zero everywhere has width 0.
    With uniform kernels of size k, n layers deep at stride 1, it is sqrt(n (k² - 1) / 12), for the
    variance of k equal weights is (k² - 1) / 12 and variances add: it grows with the square root
    of the depth, while the receptive field grows with the depth itself.
    Raises ShapeError when the field is not two-dimensional or not finite.
    Source: Luo, Li, Urtasun and Zemel 2016, "Understanding the Effective Receptive Field in Deep
    Convolutional Neural Networks" (the Gaussian shape and the growth).

    >>> gaussian_width(np.array([[1.0, 0.0, -1.0]]))
    (0.0, 1.0)
    """
    weights = _absolute(field)
    total = weights.sum()
    if total == 0:
        return 0.0, 0.0
    widths = []
    for axis in (0, 1):
        share = weights.sum(axis=1 - axis) / total
        places = np.arange(len(share))
        widths.append(float(np.sqrt(share @ (places - share @ places) ** 2)))
    return widths[0], widths[1]


def middle_share(field: Array, span: tuple[float, float, float, float]) -> float:
    """Return the share of a field in the middle of a box, which is a quarter of the box's area.

    field: (rows, cols); its absolute values are summed. span: the box, (row0, row1, col0, col1),
    half-open, in cells of the field; beyond the field everything counts as 0. The middle is half of
    the box's rows and half of its columns. A cell that lies in it only in part counts by that part,
    so a uniform field has a share of 1/4, whatever its size.
    Returns a share from 0 to 1; 0 for a field that is zero everywhere.
    Raises ShapeError when the field is not two-dimensional or not finite.

    >>> middle_share(np.ones((8, 8)), (0, 8, 0, 8)), middle_share(np.ones((5, 5)), (0, 5, 0, 5))
    (0.25, 0.25)
    >>> middle_share(np.array([[0.0, 1.0, 1.0, 2.0]]), (0, 1, 0, 4))
    0.25
    """
    weights = _absolute(field)
    total = weights.sum()
    if total == 0:
        return 0.0
    inside = []
    for count, begin, end in ((len(weights), *span[:2]), (weights.shape[1], *span[2:])):
        quarter = (end - begin) / 4
        edges = np.clip(np.arange(count + 1), begin + quarter, end - quarter)
        inside.append(np.diff(edges))
    return float(inside[0] @ weights @ inside[1] / total)


def _absolute(field: Array) -> Array:
    """Return the absolute values of a field, checked, in double precision."""
    if getattr(field, "ndim", None) != 2:
        raise ShapeError(f"field must be an array (rows, cols), got {describe_array(field)}")
    if not np.isfinite(field).all():
        raise ShapeError("field must hold finite numbers, got NaN or infinity")
    weights: Array = np.abs(field, dtype=np.float64)
    return weights


def maps_up_to(network: Network, image: Array, layer: int) -> list[Array]:
    """Return the image and the activations up to and including a layer, after checks.

    image: (channels, rows, cols). layer: its index in the stack from 0, or from the end when
    negative. Raises LayerError for a layer that the stack does not have, ShapeError for an image
    that does not fit.
    """
    count = len(checked_network(network).stack)
    where = f"in a stack of {count} layers"
    last = whole_number_within(layer, "layer", -count, count - 1, where, error=LayerError) % count
    if getattr(image, "ndim", None) != 3:
        raise ShapeError(
            f"image must be one map (channels, rows, cols), got {describe_array(image)}"
        )
    maps = [checked_map(image)]
    for index in range(last + 1):
        maps.append(network.run_layer(index, maps[-1]))
    return maps


def _one_unit(activation: Array, unit: Pair, channel: int | None) -> Array:
    """Return a gradient that is 1 at the unit, in one channel or in all of them."""
    channels, rows, cols = activation.shape
    row, col = as_fields(unit, "unit", ("row", "col"), error=ShapeError)

    def place(value: object, name: str, size: int) -> int:
        where = f"on a map of {channels}x{rows}x{cols}"
        return whole_number_within(value, name, 0, size - 1, where, error=ShapeError)

    gradient = np.zeros_like(activation)
    row, col = place(row, "row of unit", rows), place(col, "col of unit", cols)
    which = slice(None) if channel is None else place(channel, "channel", channels)
    gradient[which, row, col] = 1
    return gradient
