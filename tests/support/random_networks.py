"""Networks and images of random float64 numbers, so that rounding hides no error."""

from typing import Any

import numpy as np

from rfcore.layers import Conv2d, Shape
from rfcore.network import Network
from rfcore.stack import Stack

Array = np.ndarray[Any, np.dtype[Any]]


def make_network(
    stack: Stack | str,
    channels: int = 1,
    *,
    mode: Any = "zeros",
    seed: int = 0,
    bias: bool = True,
) -> Network:
    """A stack, or that of a notation, with normal numbers as weights and, if wanted, as biases."""
    generator = np.random.default_rng(seed)
    stack = Stack.parse(stack) if isinstance(stack, str) else stack
    kernels: list[Array | None] = []
    biases: list[Array | None] = []
    for layer in stack:
        if isinstance(layer, Conv2d):
            shape = (layer.out_channels, channels, *layer.kernel_size)
            kernels.append(generator.standard_normal(shape))
            biases.append(generator.standard_normal(layer.out_channels) if bias else None)
        else:
            kernels.append(None)
            biases.append(None)
        channels = layer.output_channels(channels)
    return Network(stack, tuple(kernels), tuple(biases), mode)


def make_image(shape: Shape, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)
