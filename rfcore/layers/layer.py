"""The interface of every layer, and the sizes that all of them share."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rfcore.checks import map_shape, short_repr, whole_number
from rfcore.errors import LayerError

Pair = tuple[int, int]


Shape = tuple[int, int, int]
"""(channels, rows, cols)"""


MAX_LAYER_SIZE = 999_999
"""The largest size, stride, padding, dilation or channel count: the notation has six digits."""


class Window(NamedTuple):
    """The window of one unit: (rows, cols) pairs, in cells of the layer's input."""

    kernel_size: Pair
    stride: Pair
    padding: Pair
    dilation: Pair

    @property
    def taps(self) -> int:
        """The cells that one unit sees."""
        return self.kernel_size[0] * self.kernel_size[1]

    def by_axis(self) -> tuple[Window, Window]:
        """Return the window along the rows alone, and the one along the columns alone.

        What does not depend on order, such as a sum, can be taken along one axis after the other.

        >>> down, across = Window((2, 3), (1, 2), (0, 0), (1, 1)).by_axis()
        >>> down.kernel_size, down.stride, across.kernel_size, across.stride
        ((2, 1), (1, 1), (1, 3), (1, 2))
        """
        (rows, cols), (row_stride, col_stride) = self.kernel_size, self.stride
        return (
            self._replace(kernel_size=(rows, 1), stride=(row_stride, 1)),
            self._replace(kernel_size=(1, cols), stride=(1, col_stride)),
        )


def as_pair(value: int | Pair, name: str, least: int) -> Pair:
    """Return one whole number, or a (rows, cols) pair of them, as a pair.

    Raises LayerError when a number is not whole, is below `least` or above MAX_LAYER_SIZE.

    >>> as_pair(3, "kernel_size", 1), as_pair((3, 5), "kernel_size", 1)
    ((3, 3), (3, 5))
    """
    pair = value if isinstance(value, tuple) else (value, value)
    if len(pair) != 2:
        raise LayerError(
            f"{name} must be one whole number or (rows, cols), got {short_repr(value)}"
        )
    return layer_size(pair[0], name, least), layer_size(pair[1], name, least)


def layer_size(value: int, name: str, least: int) -> int:
    """Return a size of a layer as an int; raises LayerError when it is out of range."""
    return whole_number(value, name, least, MAX_LAYER_SIZE, error=LayerError)


def window_count(size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> int:
    """Return how many windows fit along an axis of `size` cells; 0 or less when none does.

    Source: Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning".

    >>> window_count(64, 3, 1, 0, 1), window_count(62, 2, 2, 0, 1)
    (62, 31)
    """
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


class Layer:
    """The interface of every layer spec; its subclasses are frozen dataclasses.

    >>> from rfcore.layers import Conv2d
    >>> layer = Conv2d(3, out_channels=4)
    >>> isinstance(layer, Layer), layer.output_channels(1), layer.window().kernel_size
    (True, 4, (3, 3))
    """

    symbol: ClassVar[str]
    name: ClassVar[str]

    def window(self, sizes: Pair | None = None) -> Window:
        """Return the window of one unit; `sizes` is the (rows, cols) of the input map.

        Only a global pool needs `sizes`: its window is the whole map.
        """
        return Window((1, 1), (1, 1), (0, 0), (1, 1))

    def output_channels(self, channels: int) -> int:
        """Return how many channels come out when `channels` go in."""
        return channels

    def output_shape(self, shape: Shape) -> Shape:
        """Return the (channels, rows, cols) that come out of an input of `shape`.

        Raises ShapeError for an invalid shape, or when the layer does not fit.
        """
        channels, rows, cols = map_shape(shape)
        return self.output_channels(channels), rows, cols

    def cost(self, shape: Shape) -> int:
        """Return the multiply-adds (comparisons, for a pool) of one pass over `shape`."""
        channels, rows, cols = self.output_shape(shape)
        kernel_rows, kernel_cols = self.window(shape[1:]).kernel_size
        return channels * rows * cols * kernel_rows * kernel_cols

    def __str__(self) -> str:
        return self.symbol
