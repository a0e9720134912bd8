"""Networks and images of whole numbers, which float64 adds up without rounding."""

from __future__ import annotations

from typing import Any

import numpy as np

from rfcore import Conv2d, Network, Pattern, Stack
from rfcore.ops import PaddingMode

PEAK = Pattern("peak", np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))


def whole_numbers(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Make numbers whose sums and products are exact, in any order."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(float)


def exact_network(stack: Stack, **options: Any) -> Network:
    """The stack with whole numbers as weights; options are those of `Network`."""
    kernels: list[np.ndarray | None] = []
    channels = 1
    for number, layer in enumerate(stack):
        kernels.append(None)
        if isinstance(layer, Conv2d):
            shape = (layer.out_channels, channels, *layer.kernel_size)
            kernels[-1] = whole_numbers(shape, number)
            channels = layer.out_channels
    return Network(stack, tuple(kernels), **options)


def all_ones(stack: Stack, padding_mode: PaddingMode) -> Network:
    """The stack with nothing but ones as weights: what it is shown can only add up."""
    channels, kernels = 1, []
    for layer in stack:
        if isinstance(layer, Conv2d):
            kernels.append(np.ones((layer.out_channels, channels, *layer.kernel_size)))
            channels = layer.out_channels
        else:
            kernels.append(None)
    return Network(stack, tuple(kernels), padding_mode=padding_mode)


STRIDED = (
    "C3x3/2p1c2 -> R -> M2x2/2",
    "C3x5/1p1x2c2 -> M2x3/2x3 -> R -> C3x3/1p1c3",
    "A2x2/2 -> C3x1/2x1p1x0c2 -> M2x2/2",
    "C4x3/2x1p1c2 -> M1x2/1x2 -> C3p1c1",
    "C1x1/2x3c2 -> M2x2/2",
)
