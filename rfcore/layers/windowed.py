"""The base class of layers that slide a window over the map, and the convolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rfcore.checks import map_shape
from rfcore.errors import ShapeError
from rfcore.layers.layer import Layer, Pair, Shape, Window, as_pair, layer_size, window_count

DEFAULT_CHANNELS = 8
"""The default output channels of a convolution: one for each filter of the bank."""


@dataclass(frozen=True, init=False)
class WindowedLayer(Layer):
    """The base class of layers with a sliding window; all sizes are (rows, cols) pairs of cells."""

    kernel_size: Pair
    stride: Pair
    padding: Pair
    dilation: Pair

    def set_window(
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
                f"{self} does not fit: its window covers {times(covered)} cells and the map "
                f"before it has {rows}x{cols}; take a smaller kernel, or put it earlier"
            )
        return self.output_channels(channels), out[0], out[1]

    def __str__(self) -> str:
        text = f"{self.symbol}{times(self.kernel_size)}/{per_axis(self.stride)}"
        if self.padding != (0, 0):
            text += f"p{per_axis(self.padding)}"
        if self.dilation != (1, 1):
            text += f"d{per_axis(self.dilation)}"
        return text


@dataclass(frozen=True, init=False)
class Conv2d(WindowedLayer):
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
        self.set_window(kernel_size, stride, padding, dilation)
        object.__setattr__(self, "out_channels", layer_size(out_channels, "out_channels", 1))

    def output_channels(self, channels: int) -> int:
        return self.out_channels

    def cost(self, shape: Shape) -> int:
        return super().cost(shape) * shape[0]

    def __str__(self) -> str:
        channels = "" if self.out_channels == DEFAULT_CHANNELS else f"c{self.out_channels}"
        return super().__str__() + channels


def times(pair: Sequence[int]) -> str:
    """Return a (rows, cols) pair in the notation, for example 3x3."""
    return f"{pair[0]}x{pair[1]}"


def per_axis(pair: Pair) -> str:
    """Return a (rows, cols) pair in the notation, as one number when both are the same."""
    return str(pair[0]) if pair[0] == pair[1] else times(pair)
