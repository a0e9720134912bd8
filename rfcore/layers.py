"""Layer specs: what a layer is, checked once when it is built; they hold no weights.

Every layer answers the same three questions, so code that walks a stack never asks which kind it
has: `window` (what one unit looks at), `output_shape`, and its notation by `str`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rfcore.checks import map_shape, shown, whole_number
from rfcore.errors import LayerError, ShapeError

Pair = tuple[int, int]
Shape = tuple[int, int, int]
"""(channels, rows, cols)"""

DEFAULT_CHANNELS = 8
"""Output channels of a convolution that does not say how many: one for each filter of the bank."""

LARGEST = 999_999
"""The largest size, stride, padding, dilation or channel count: the notation has six digits."""


class Window(NamedTuple):
    """What one unit of a layer looks at, each a (rows, cols) pair of cells of the map before it."""

    kernel_size: Pair
    stride: Pair
    padding: Pair
    dilation: Pair


def as_pair(value: int | Pair, name: str, least: int) -> Pair:
    """Return one whole number, or a (rows, cols) pair of them, as a pair.

    Raises LayerError when a number is not whole, is below `least` or above LARGEST.

    >>> as_pair(3, "kernel_size", 1), as_pair((3, 5), "kernel_size", 1)
    ((3, 3), (3, 5))
    """
    pair = value if isinstance(value, tuple) else (value, value)
    if len(pair) != 2:
        raise LayerError(f"{name} must be one whole number or (rows, cols), got {shown(value)}")
    return _whole(pair[0], name, least), _whole(pair[1], name, least)


def _whole(value: int, name: str, least: int) -> int:
    return whole_number(value, name, least, LARGEST, error=LayerError)


def window_count(size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> int:
    """Return how many windows fit along an axis of `size` cells; 0 or less when none does.

    Source: Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning".

    >>> window_count(64, 3, 1, 0, 1), window_count(62, 2, 2, 0, 1)
    (62, 31)
    """
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


class Layer:
    """What every layer spec can be asked; the kinds below are frozen dataclasses.

    >>> layer = Conv2d(3, out_channels=4)
    >>> isinstance(layer, Layer), layer.output_channels(1), layer.window().kernel_size
    (True, 4, (3, 3))
    """

    symbol: ClassVar[str]
    name: ClassVar[str]

    def window(self, sizes: Pair | None = None) -> Window:
        """Return the window of one unit; `sizes` (rows, cols) of the map that comes in.

        Only a global pool needs `sizes`: its window is the whole map.
        """
        return Window((1, 1), (1, 1), (0, 0), (1, 1))

    def output_channels(self, channels: int) -> int:
        """Return how many channels come out when `channels` go in."""
        return channels

    def output_shape(self, shape: Shape) -> Shape:
        """Return the (channels, rows, cols) that come out of an input of `shape`.

        Raises ShapeError for what is no such shape, or when the layer does not fit.
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


@dataclass(frozen=True, init=False)
class _Windowed(Layer):
    """What the layers with a sliding window share; all sizes are (rows, cols) pairs of cells."""

    kernel_size: Pair
    stride: Pair
    padding: Pair
    dilation: Pair

    def _set_window(
        self,
        kernel_size: int | Pair,
        stride: int | Pair,
        padding: int | Pair,
        dilation: int | Pair,
    ) -> None:
        object.__setattr__(self, "kernel_size", as_pair(kernel_size, "kernel_size", 1))
        object.__setattr__(self, "stride", as_pair(stride, "stride", 1))
        object.__setattr__(self, "padding", as_pair(padding, "padding", 0))
        object.__setattr__(self, "dilation", as_pair(dilation, "dilation", 1))

    def window(self, sizes: Pair | None = None) -> Window:
        return Window(self.kernel_size, self.stride, self.padding, self.dilation)

    def output_shape(self, shape: Shape) -> Shape:
        channels, rows, cols = map_shape(shape)
        out = [
            window_count(size, *axis)
            for size, axis in zip((rows, cols), zip(*self.window(), strict=True), strict=True)
        ]
        if min(out) < 1:
            covered = [
                (kernel - 1) * dilation + 1
                for kernel, dilation in zip(self.kernel_size, self.dilation, strict=True)
            ]
            raise ShapeError(
                f"{self} does not fit: its window covers {_times(covered)} cells and the map "
                f"before it has {rows}x{cols}; take a smaller kernel, or put it earlier"
            )
        return self.output_channels(channels), out[0], out[1]

    def __str__(self) -> str:
        text = f"{self.symbol}{_times(self.kernel_size)}/{_short(self.stride)}"
        if self.padding != (0, 0):
            text += f"p{_short(self.padding)}"
        if self.dilation != (1, 1):
            text += f"d{_short(self.dilation)}"
        return text


@dataclass(frozen=True, init=False)
class Conv2d(_Windowed):
    """A convolution layer; sizes in cells, one number or (rows, cols).

    out_channels: how many feature maps come out.
    Raises LayerError when a number breaks its rule.

    >>> str(Conv2d(3)), Conv2d(3, padding=1).output_shape((1, 64, 64))
    ('C3x3/1', (8, 64, 64))
    """

    out_channels: int
    symbol: ClassVar[str] = "C"
    name: ClassVar[str] = "convolution"

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        *,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
        out_channels: int = DEFAULT_CHANNELS,
    ) -> None:
        self._set_window(kernel_size, stride, padding, dilation)
        object.__setattr__(self, "out_channels", _whole(out_channels, "out_channels", 1))

    def output_channels(self, channels: int) -> int:
        return self.out_channels

    def cost(self, shape: Shape) -> int:
        return super().cost(shape) * shape[0]

    def __str__(self) -> str:
        channels = "" if self.out_channels == DEFAULT_CHANNELS else f"c{self.out_channels}"
        return super().__str__() + channels


class _Pool(_Windowed):
    def _check_padding(self) -> None:
        """A window wholly in the padding would have nothing to pool."""
        for kernel, padding in zip(self.kernel_size, self.padding, strict=True):
            if 2 * padding > kernel:
                raise LayerError(
                    f"padding of a pool must be at most half its kernel_size, here {kernel // 2}, "
                    f"got {padding}"
                )


@dataclass(frozen=True, init=False)
class MaxPool2d(_Pool):
    """A max pooling layer; sizes in cells, one number or (rows, cols); stride defaults to kernel.

    Raises LayerError when a number breaks its rule.

    >>> str(MaxPool2d(2)), MaxPool2d(3, 2).output_shape((8, 62, 62))
    ('M2x2/2', (8, 30, 30))
    """

    symbol: ClassVar[str] = "M"
    name: ClassVar[str] = "max pool"

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair | None = None,
        *,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
    ) -> None:
        self._set_window(kernel_size, kernel_size if stride is None else stride, padding, dilation)
        self._check_padding()

    def output_shape(self, shape: Shape) -> Shape:
        out = super().output_shape(shape)
        for size, count, axis in zip(
            shape[1:], out[1:], zip(*self.window(), strict=True), strict=True
        ):
            kernel, stride, padding, dilation = axis
            starts = range(-padding, count * stride - padding, stride)
            # Only a dilated window wider than the map can step over all of its cells.
            if dilation > size and any(
                all(not 0 <= start + dilation * tap < size for tap in range(kernel))
                for start in starts
            ):
                raise ShapeError(
                    f"{self} does not fit: with dilation {dilation} some windows see only padding "
                    f"on a map of {shape[1]}x{shape[2]}; take a smaller dilation"
                )
        return out


@dataclass(frozen=True, init=False)
class AvgPool2d(_Pool):
    """An average pooling layer, in which padding counts as zeros; stride defaults to the kernel.

    Raises LayerError when a number breaks its rule.

    >>> str(AvgPool2d((2, 3), 1))
    'A2x3/1'
    """

    symbol: ClassVar[str] = "A"
    name: ClassVar[str] = "average pool"

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair | None = None,
        *,
        padding: int | Pair = 0,
    ) -> None:
        self._set_window(kernel_size, kernel_size if stride is None else stride, padding, 1)
        self._check_padding()


@dataclass(frozen=True, init=False)
class BlurPool2d(_Windowed):
    """A blur pooling layer: a binomial filter, then every stride-th cell; the border is mirrored.

    kernel_size: taps per axis, 2 to 7, one number or (rows, cols).
    Max-then-blur, the anti-aliased max pool, is ``M2x2/1 -> B3x3/2``.
    Raises LayerError when a number breaks its rule.
    Source: Zhang 2019, "Making Convolutional Networks Shift-Invariant Again".

    >>> str(BlurPool2d(3)), BlurPool2d(3).output_shape((8, 62, 61))
    ('B3x3/2', (8, 31, 31))
    """

    symbol: ClassVar[str] = "B"
    name: ClassVar[str] = "blur pool"

    def __init__(self, kernel_size: int | Pair = 3, stride: int | Pair = 2) -> None:
        self._set_window(kernel_size, stride, 0, 1)
        for taps in self.kernel_size:
            if not 2 <= taps <= 7:
                raise LayerError(f"kernel_size of a blur pool must be 2 to 7, got {taps}")
        # Mirrored by itself, so that it keeps the size at stride 1; the extra cell of an even
        # filter lies after the map, as in the published code.
        rows, cols = self.kernel_size
        object.__setattr__(self, "padding", ((rows - 1) // 2, (cols - 1) // 2))

    def output_shape(self, shape: Shape) -> Shape:
        channels, rows, cols = map_shape(shape)
        for size, taps in zip((rows, cols), self.kernel_size, strict=True):
            if size <= taps // 2:
                raise ShapeError(
                    f"{self} does not fit: mirroring the border needs more than {taps // 2} cells "
                    f"and the map before it has {rows}x{cols}; take a smaller kernel"
                )
        return channels, (rows - 1) // self.stride[0] + 1, (cols - 1) // self.stride[1] + 1

    def __str__(self) -> str:
        return f"{self.symbol}{_times(self.kernel_size)}/{_short(self.stride)}"


class Cellwise(Layer):
    """A layer that changes each cell by itself: every cell stays where it is.

    pytorch, keras: the layer as code of each.

    >>> ReLU().value(np.array([-1.0, 2.0])), ReLU().slope(np.array([-1.0, 2.0]))
    (array([0., 2.]), array([0., 1.]))
    """

    pytorch: ClassVar[str]
    keras: ClassVar[str]

    def value(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what becomes of each cell of `x`, floats of any shape; the dtype stays."""
        raise NotImplementedError

    def slope(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return how much each value changes for a small change of its cell of `x`, as `value`."""
        raise NotImplementedError


@dataclass(frozen=True)
class ReLU(Cellwise):
    """A rectifier: negative activations become 0; its slope is 0 at 0.

    >>> str(ReLU())
    'R'
    """

    symbol: ClassVar[str] = "R"
    name: ClassVar[str] = "ReLU"
    pytorch: ClassVar[str] = "nn.ReLU()"
    keras: ClassVar[str] = "keras.layers.ReLU()"

    def value(self, x: NDArray[Any]) -> NDArray[Any]:
        out: NDArray[Any] = np.maximum(x, 0)
        return out

    def slope(self, x: NDArray[Any]) -> NDArray[Any]:
        return (x > 0).astype(x.dtype)


class _GlobalPool(Layer):
    def window(self, sizes: Pair | None = None) -> Window:
        if sizes is None:
            raise ShapeError(
                f"{self} looks at the whole map, so its field depends on the image; "
                "say the image's (rows, cols)"
            )
        return Window(sizes, sizes, (0, 0), (1, 1))

    def output_shape(self, shape: Shape) -> Shape:
        return map_shape(shape)[0], 1, 1


@dataclass(frozen=True)
class GlobalAvgPool2d(_GlobalPool):
    """Average each channel over all places: what is left of a map is one number.

    >>> GlobalAvgPool2d().output_shape((8, 29, 29))
    (8, 1, 1)
    """

    symbol: ClassVar[str] = "GA"
    name: ClassVar[str] = "global average pool"


@dataclass(frozen=True)
class GlobalMaxPool2d(_GlobalPool):
    """Take each channel's maximum over all places: what is left of a map is one number.

    >>> str(GlobalMaxPool2d())
    'GM'
    """

    symbol: ClassVar[str] = "GM"
    name: ClassVar[str] = "global max pool"


def _times(pair: Sequence[int]) -> str:
    return f"{pair[0]}x{pair[1]}"


def _short(pair: Pair) -> str:
    return str(pair[0]) if pair[0] == pair[1] else _times(pair)
