"""A network: a stack with its kernels, run forward to one activation per layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rfcore import ops
from rfcore.checks import (
    as_sequence,
    check_instance,
    describe_array,
    short_repr,
    whole_number,
    whole_number_within,
)
from rfcore.errors import KernelError, LayerError, ShapeError
from rfcore.filters import BANK, convolution_kernels
from rfcore.layers import (
    MAX_LAYER_SIZE,
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    Elementwise,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    Layer,
    MaxPool2d,
)
from rfcore.ops import Array, PaddingMode
from rfcore.stack import Stack, checked_stack


@dataclass(frozen=True, eq=False)
class Network:
    """A stack with weights, ready to run.

    stack: the layers. kernels: one array (out_channels, in_channels, rows, cols) per layer, None
    for a layer without weights. biases: one array (out_channels,) or None per layer; all None when
    left out. padding_mode: what lies beyond the border for every convolution. Kernels and biases
    are checked only here, so do not change their numbers afterwards.
    Raises KernelError when the kernels do not fit the stack, LayerError when `stack` is not a Stack
    or the mode is unknown.

    >>> import numpy as np
    >>> network = Network(Stack.parse("C1x2c1 -> R"), (np.array([[[[-1.0, 1.0]]]]), None))
    >>> network.forward(np.array([[[1.0, 4.0, 2.0]]]))[-1]
    array([[[3., 0.]]])
    """

    stack: Stack
    kernels: tuple[Array | None, ...]
    biases: tuple[Array | None, ...] = ()
    padding_mode: PaddingMode = "zeros"

    def __post_init__(self) -> None:
        checked_stack(self.stack)
        for name in ("kernels", "biases"):
            entries = as_sequence(getattr(self, name))
            if entries is None:
                got = describe_array(getattr(self, name))
                raise KernelError(f"{name} must be a tuple, one entry for each layer, got {got}")
            object.__setattr__(self, name, entries)
        if not self.biases:
            object.__setattr__(self, "biases", (None,) * len(self.stack))
        if not len(self.kernels) == len(self.biases) == len(self.stack):
            raise KernelError(
                f"kernels and biases need one entry for each of the {len(self.stack)} layers, "
                f"got {len(self.kernels)} and {len(self.biases)}"
            )
        ops.checked_mode(self.padding_mode)
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
            ops.checked_bias(bias, layer.out_channels, np.dtype(np.float64))
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

        Each convolution is seeded with `seed` plus its index among the convolutions.
        Raises KernelError for an unknown choice, more choices than convolutions, or an invalid
        in_channels or seed; LayerError when `stack` is not a Stack or the mode is unknown.

        >>> Network.with_filters(Stack.parse("C3 M2 C3c4")).kernels[2].shape
        (4, 8, 3, 3)
        """
        checked_stack(stack)
        in_channels = whole_number(in_channels, "in_channels", 1, MAX_LAYER_SIZE, error=KernelError)
        seed = whole_number(seed, "seed", 0, error=KernelError)
        chosen = as_sequence(filters)
        if chosen is None:
            raise KernelError(f"filters must be a sequence of names, got {short_repr(filters)}")
        convolutions = sum(isinstance(layer, Conv2d) for layer in stack)
        if len(chosen) > convolutions:
            raise KernelError(
                f"{len(chosen)} kernels were chosen, but the stack has {convolutions} convolutions"
            )
        choices = [*chosen, *[BANK] * (convolutions - len(chosen))]
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
        Raises ShapeError when `x` is not a map, or when a layer does not fit; it names the layer.

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
        """Return the activation of one layer for its input map.

        index: the layer's index in the stack, from 0. x: (channels, rows, cols) or a batch.
        Raises LayerError for an index out of range, ShapeError when `x` does not fit the layer.
        """
        count = len(self.stack)
        where = f"in a stack of {count} layers"
        index = whole_number_within(index, "index", 0, count - 1, where, error=LayerError)
        layer = self.stack.layers[index]
        try:
            if isinstance(layer, Conv2d):
                kernels = self.kernels[index]
                assert kernels is not None  # checked when the network was built
                return ops.convolve(x, kernels, self.biases[index], layer, self.padding_mode)
            return run_weightless(layer, x)
        except ShapeError as error:
            raise ShapeError(f"layer {index + 1}, {error}") from None


def checked_network(network: Network) -> Network:
    """Return a network unchanged; raises LayerError for anything else, such as its stack."""
    check_instance(network, Network, "network", "as Network.with_filters gives", error=LayerError)
    return network


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
        case Elementwise():
            return ops.elementwise(x, layer)
        case GlobalAvgPool2d():
            return ops.global_avg_pool2d(x)
        case GlobalMaxPool2d():
            return ops.global_max_pool2d(x)
    raise LayerError(f"{layer} has no operation without weights")
