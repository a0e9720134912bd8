"""The pooling layers: max, average, blur, and the two that pool a whole map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rfcore.checks import map_shape
from rfcore.errors import LayerError, ShapeError
from rfcore.layers.layer import Layer, Pair, Shape, Window
from rfcore.layers.windowed import WindowedLayer, per_axis, times


class _Pool(WindowedLayer):
    def _check_padding(self) -> None:
        """Forbid padding so wide that a window could lie wholly in it."""
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
        self.set_window(kernel_size, kernel_size if stride is None else stride, padding, dilation)
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
        self.set_window(kernel_size, kernel_size if stride is None else stride, padding, 1)
        self._check_padding()


@dataclass(frozen=True, init=False)
class BlurPool2d(WindowedLayer):
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
        self.set_window(kernel_size, stride, 0, 1)
        for taps in self.kernel_size:
            if not 2 <= taps <= 7:
                raise LayerError(f"kernel_size of a blur pool must be 2 to 7, got {taps}")
        # The layer adds its own mirrored border, so it keeps the size at stride 1. The extra cell
        # for an even filter lies after the map, as in the published code.
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
        return f"{self.symbol}{times(self.kernel_size)}/{per_axis(self.stride)}"


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
    """Average each channel over all places: one number per channel.

    >>> GlobalAvgPool2d().output_shape((8, 29, 29))
    (8, 1, 1)
    """

    symbol: ClassVar[str] = "GA"
    name: ClassVar[str] = "global average pool"


@dataclass(frozen=True)
class GlobalMaxPool2d(_GlobalPool):
    """Take each channel's maximum over all places: one number per channel.

    >>> str(GlobalMaxPool2d())
    'GM'
    """

    symbol: ClassVar[str] = "GM"
    name: ClassVar[str] = "global max pool"
