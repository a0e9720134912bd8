"""What carries what through a stack: its convolutions, and the layers that share their channels."""

from __future__ import annotations

from rfcore.layers import Conv2d
from rfcore.stack import Stack


def convolutions_of(stack: Stack) -> list[tuple[int, Conv2d, int]]:
    """Return every convolution with its number, from 1, and how many channels it sees."""
    found, channels = [], 1
    for number, layer in enumerate(stack, start=1):
        if isinstance(layer, Conv2d):
            found.append((number, layer, channels))
            channels = layer.out_channels
    return found


def layer_groups(stack: Stack) -> list[int]:
    """Number the layers by the convolution whose channels they carry on."""
    groups: list[int] = []
    for layer in stack:
        last = groups[-1] if groups else 0
        groups.append(last + 1 if isinstance(layer, Conv2d) else last)
    return groups


def linked(stack: Stack, channels: tuple[int, ...]) -> tuple[int, ...]:
    """Let every layer show the channel of the convolution that it carries on."""
    groups = layer_groups(stack)
    return tuple(channels[groups.index(group)] for group in groups)
