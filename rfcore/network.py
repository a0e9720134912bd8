"""A network: a stack with its kernels, run forward to one activation per layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rfcore import ops
from rfcore.errors import KernelError, LayerError, ShapeError
from rfcore.filters import BANK, convolution_kernels
from rfcore.layers import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    Layer,
    MaxPool2d,
    ReLU,
)
from rfcore.ops import Array, PaddingMode
from rfcore.stack import Stack


@dataclass(frozen=True, eq=False)
class Network:
    """A stack with weights, ready to run.

    stack: the layers. kernels: one array (out_channels, in_channels, rows, cols) per layer, None
    for a layer without weights. biases: one array (out_channels,) or None per layer; all None when
    left out. padding_mode: what lies beyond the border for every convolution.
    Raises KernelError when the kernels do not fit the stack, LayerError for an unknown mode.
    """

    stack: Stack
    kernels: tuple[Array | None, ...]
    biases: tuple[Array | None, ...] = ()
    padding_mode: PaddingMode = "zeros"

    def __post_init__(self) -> None:
        object.__setattr__(self, "kernels", tuple(self.kernels))
        object.__setattr__(self, "biases", tuple(self.biases) or (None,) * len(self.stack))
        if not len(self.kernels) == len(self.biases) == len(self.stack):
            raise KernelError(
                f"kernels and biases need one entry for each of the {len(self.stack)} layers, "
                f"got {len(self.kernels)} and {len(self.biases)}"
            )
        if self.padding_mode not in ops.PADDING_MODES:
            raise LayerError(
                f"padding_mode must be one of {', '.join(ops.PADDING_MODES)}, "
                f"got {self.padding_mode!r}"
            )
        channels = None
        for number, (layer, kernels, bias) in enumerate(
            zip(self.stack, self.kernels, self.biases, strict=True), start=1
        ):
            if not isinstance(layer, Conv2d):
                if kernels is not None or bias is not None:
                    raise KernelError(f"layer {number}, {layer}, has no weights; give None")
                continue
            if kernels is None:
                raise KernelError(f"layer {number}, {layer}, needs kernels, got None")
            shape = ops.checked_kernels(kernels).shape
            ops.checked_bias(bias, layer.out_channels, kernels.dtype)
            want = (layer.out_channels, channels or shape[1], *layer.kernel_size)
            if shape != want:
                raise KernelError(f"layer {number}, {layer}, needs kernels {want}, got {shape}")
            channels = layer.out_channels

    @classmethod
    def with_filters(
        cls,
        stack: Stack,
        in_channels: int = 1,
        filters: Sequence[str] = (),
        *,
        padding_mode: PaddingMode = "zeros",
        seed: int = 0,
    ) -> Network:
        """Build a network from named filters, one choice per convolution, the bank when left out.

        Each convolution is seeded with `seed` plus its place among the convolutions.
        Raises KernelError for an unknown choice or more choices than convolutions.

        >>> Network.with_filters(Stack.parse("C3 M2 C3c4")).kernels[2].shape
        (4, 8, 3, 3)
        """
        convolutions = sum(isinstance(layer, Conv2d) for layer in stack)
        if len(filters) > convolutions:
            raise KernelError(
                f"{len(filters)} kernels were chosen, but the stack has {convolutions} convolutions"
            )
        choices = [*filters, *[BANK] * (convolutions - len(filters))]
        kernels: list[Array | None] = []
        channels, place = in_channels, 0
        for layer in stack:
            if isinstance(layer, Conv2d):
                kernels.append(
                    convolution_kernels(choices[place], layer, channels, seed=seed + place)
                )
                channels, place = layer.out_channels, place + 1
            else:
                kernels.append(None)
        return cls(stack, tuple(kernels), padding_mode=padding_mode)

    def forward(self, x: Array) -> tuple[Array, ...]:
        """Return the activation of every layer, in order, for a map (channels, rows, cols).

        A batch (n, channels, rows, cols) works too. Activations have the dtype of `x`.
        Raises ShapeError when `x` is no map or, naming the layer, when one does not fit.

        >>> import numpy as np
        >>> network = Network.with_filters(Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1"))
        >>> [a.shape for a in network.forward(np.zeros((1, 64, 64), np.float32))]
        [(8, 62, 62), (8, 31, 31), (8, 29, 29)]
        """
        x = ops.checked_map(x)
        activations = []
        for index in range(len(self.stack)):
            x = self.run_layer(index, x)
            activations.append(x)
        return tuple(activations)

    def run_layer(self, index: int, x: Array) -> Array:
        """Return the activation of one layer (counted from 0) for the map that comes into it."""
        layer = self.stack.layers[index]
        try:
            if isinstance(layer, Conv2d):
                kernels = self.kernels[index]
                assert kernels is not None  # checked when the network was built
                return ops.conv2d(
                    x,
                    kernels,
                    self.biases[index],
                    stride=layer.stride,
                    padding=layer.padding,
                    dilation=layer.dilation,
                    padding_mode=self.padding_mode,
                )
            return run_weightless(layer, x)
        except ShapeError as error:
            raise ShapeError(f"layer {index + 1}, {error}") from None


def run_weightless(layer: Layer, x: Array) -> Array:
    """Return the activation of a layer that has no weights."""
    match layer:
        case MaxPool2d():
            return ops.max_pool2d(
                x,
                layer.kernel_size,
                stride=layer.stride,
                padding=layer.padding,
                dilation=layer.dilation,
            )
        case AvgPool2d():
            return ops.avg_pool2d(x, layer.kernel_size, stride=layer.stride, padding=layer.padding)
        case BlurPool2d():
            return ops.blur_pool2d(x, layer.kernel_size, stride=layer.stride)
        case ReLU():
            return ops.relu(x)
        case GlobalAvgPool2d():
            return ops.global_avg_pool2d(x)
        case GlobalMaxPool2d():
            return ops.global_max_pool2d(x)
    raise LayerError(f"{layer} has no operation without weights")
