"""The convolutions of a stack, and the layers that pass their channels on."""

from __future__ import annotations

from rfcore.layers import Conv2d
from rfcore.stack import Stack


def convolutions_of(stack: Stack) -> list[tuple[int, Conv2d, int]]:
    """Return each convolution as (layer number from 1, convolution, input channels)."""
    found, channels = [], 1
    for number, layer in enumerate(stack, start=1):
        if isinstance(layer, Conv2d):
            found.append((number, layer, channels))
            channels = layer.out_channels
    return found


def layer_groups(stack: Stack) -> list[int]:
    """Return a group number for each layer; layers with the same channels have the same number."""
    groups: list[int] = []
    for layer in stack:
        last = groups[-1] if groups else 0
        groups.append(last + 1 if isinstance(layer, Conv2d) else last)
    return groups


def linked(stack: Stack, channels: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shown channels, with each layer showing that of the first layer of its group."""
    groups = layer_groups(stack)
    return tuple(channels[groups.index(group)] for group in groups)
