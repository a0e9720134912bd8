"""Input gradients: how much each pixel counts for one unit, exactly.

The receptive field says which pixels a unit can see; the gradient says how much each of them
counts, here and now, for this image.
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
    """Return the gradient of one unit at every pixel: how fast the unit grows with that pixel.

    image: (channels, rows, cols). layer: its place in the stack from 0, or from the end when
    negative. unit: (row, col) on that layer's map. channel: which of the layer's channels; the sum
    of all of them when left out. maps: what `maps_up_to` gave for the same three, to save its work.
    Returns (rows, cols), signed, summed over the image's channels, of the dtype of `image`. Where
    a window ties its first largest cell in reading order wins; a ReLU passes nothing at 0.
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
    """Return which pixels one unit uses now: those whose slightest change would change it.

    So slight a change lets no winner change: the winner of a maximum passes it on and the other
    cells of its window do not; a ReLU passes it above 0 and not at or below. A pixel is used when
    its derivative is not zero, however small, in any channel of the image. So all nonzero taps of
    a linear stack are used, and a pixel whose ways to the unit cancel each other is not. Of equal
    largest cells only the first in reading order is used, though raising another would show too.
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
    # The same ways with nothing to cancel: what the rounding of the gradient is measured by.
    absolute = tuple(None if k is None else np.abs(k, dtype=np.float64) for k in network.kernels)
    arriving = backward(replace(network, kernels=absolute), maps, seed)
    used: Array = np.any(np.abs(gradient) > GRADIENT_ROUNDING * arriving, axis=0)
    return used


def input_gradient(network: Network, image: Array, layer: int, output_gradient: Array) -> Array:
    """Carry a gradient at a layer's output back to the image (the vector-Jacobian product).

    image: (channels, rows, cols). layer: its place in the stack from 0, or from the end when
    negative. output_gradient: (channels, rows, cols) of that layer's map, the weight of each unit.
    Returns the gradient of the so weighted sum of units, of the shape and dtype of `image`.
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
    """Return how much of a field lies in the middle half of a box: a quarter of its area.

    field: (rows, cols); its absolute values are what is shared out. span: the box, (row0, row1,
    col0, col1), half-open, in cells of the field; it may reach beyond it, where nothing lies. The
    middle half is half of its rows and half of its columns; a cell that lies in it only in part
    counts by that part. So a field that is even all over its box has 1/4, whatever its size.
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
    """Return the image and the activations up to and with a layer, all checked.

    image: (channels, rows, cols). layer: its place in the stack from 0, or from the end when
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
