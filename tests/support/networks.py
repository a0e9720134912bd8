"""Networks whose weights make a property show in the numbers."""

import numpy as np

from rfcore.layers import Conv2d
from rfcore.network import Network
from rfcore.ops import PaddingMode
from rfcore.stack import Stack


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
