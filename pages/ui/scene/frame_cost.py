"""What a frame of a stack costs, in CPU time and in memory, before any of it is computed. Pure.

Multiply-adds alone say little: 64x256 taps on a map of one column are few of them, and 32 channels
of a padded picture none worth counting. So each layer counts what it really does: multiply-adds,
numbers copied or written, and steps in Python. The factors are those of a slow core, measured.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rfcore.layers import BlurPool2d, Conv2d, Layer, MaxPool2d, Shape
from rfcore.layers.windowed import WindowedLayer
from rfcore.moving import move_cost
from rfcore.ops import BAND_NUMBERS, LARGE_KERNEL, ROW_BAND_NUMBERS, TILE, is_row_by_row
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack

_PRODUCT, _LEAST, _UNFOLDED, _ADDED, _COMPARED = 0.08, 1.5, 0.5, 2.5, 0.3
"""ns for a multiply-add of a product, the least for a number of its result, a number unfolded for
it, one added to a sum, and one compared in a pool."""

_WRITTEN, _WRITTEN_LARGE, _LARGE = 1.5, 4.5, 1 << 20
"""ns for a number of a new map, of one that is no larger than _LARGE and of one that is."""

_STEP = 4_000
"""ns for a step in Python, a slice and what is done with it."""

_PASSES = 4.2
"""Passes back for a gradient in single and two in double precision, in those of the first."""

_SEARCHED = 75
"""ns for each shift among which the one is searched that carries a response onto another."""


class FrameCost(NamedTuple):
    """What the frames of a stack cost.

    first, further: ms of CPU time of a frame of which only the drawings are known, and of one more.
    numbers: in all maps and padded inputs, and in the largest workspace of a layer. weights: of all
    convolutions.
    """

    first: float
    further: float
    numbers: int
    weights: int


@lru_cache(maxsize=256)
def frame_cost(stack: Stack, size: int) -> FrameCost:
    """Return what the frames of a stack on a picture of `size` cost; raises as `Stack.shapes`.

    >>> from rfcore.stack import Stack
    >>> frame_cost(Stack.parse("C64x256c1"), 256).numbers
    212996
    """
    shapes = ((1, size, size), *stack.shapes((1, size, size)))
    steps = list(zip(stack, shapes, shapes[1:], strict=False))
    forward = sum(_layer_ns(*step) for step in steps)
    # The pattern moves to five places for the scales of the colours: there and away from there.
    moving = min(1.0, 2 * move_cost(stack, (size, size), size // 4) / stack.cost(shapes[0]))
    further = 2 * forward + _searching_ns(stack, size, shapes[1:]) + 60 * size**2
    weights = sum(_weights(layer, before[0]) for layer, before, _ in steps)
    return FrameCost(
        # Bare, five moves and even gray; with and without texture where the drag began; now.
        first=(forward * (4 + 5 * moving) + 60 * weights + further) / 1e6,
        further=further / 1e6,
        numbers=sum(_numbers(*step) for step in steps) + max(_unfolded(*step) for step in steps),
        weights=weights,
    )


@lru_cache(maxsize=256)
def gradient_cost(stack: Stack, size: int, layer: int) -> float:
    """Return the ms of CPU time that the gradient of a unit takes, and which pixels it uses.

    layer: the unit's, counted from 0. The maps up to it are computed as well.
    """
    shapes = ((1, size, size), *stack.shapes((1, size, size)))
    units, total = [1, 1], 0.0
    for index in range(layer, -1, -1):
        below, before, after = stack.layers[index], shapes[index], shapes[index + 1]
        total += _layer_ns(below, before, after)
        total += _PASSES * _backward_ns(below, before, after, units[0] * units[1])
        kernel_size, stride, _, dilation = below.window((before[1], before[2]))
        units = [
            min(before[axis + 1], (n - 1) * stride[axis] + reach * dilation[axis] + 1)
            for axis, (n, reach) in enumerate(zip(units, (k - 1 for k in kernel_size), strict=True))
        ]
    return total / 1e6


def _backward_ns(layer: Layer, before: Shape, after: Shape, units: int) -> float:
    """Return the ns of one pass back through a layer, of whose units so many have a gradient."""
    numbers = before[0] * before[1] * before[2] + _padded(layer, before)
    if not isinstance(layer, WindowedLayer):
        return 2 * numbers
    taps = layer.kernel_size[0] * layer.kernel_size[1]
    if not isinstance(layer, Conv2d):
        steps = taps if taps < LARGE_KERNEL else sum(layer.kernel_size)
        return 2 * numbers + steps * (2 * _STEP + 3 * units * before[0])
    least = _STEP * 3 * min(taps, units)
    each = before[0] * (0.9 + 0.14 * after[0])
    if taps >= LARGE_KERNEL:
        rows, cols = (n + 2 * (k - 1) for n, k in zip(before[1:], layer.kernel_size, strict=True))
        turned = rows * cols * taps * before[0] * after[0] * _PRODUCT
        return 2 * numbers + min(turned, least + units * taps * each)
    return 2 * numbers + least + units * taps * each


def _layer_ns(layer: Layer, before: Shape, after: Shape) -> float:
    """Return the ns of one pass through a layer, for a map of shape `before`."""
    made = after[0] * after[1] * after[2]
    padded = _padded(layer, before)
    written = made * (_WRITTEN if made <= _LARGE else _WRITTEN_LARGE) + padded
    if isinstance(layer, Conv2d):
        return written + _convolution_ns(layer, before[0], after)
    if isinstance(layer, WindowedLayer):
        rows, cols = layer.kernel_size
        in_two = rows * cols >= LARGE_KERNEL or isinstance(layer, MaxPool2d)
        steps = rows + cols if in_two else rows * cols
        each = 2 * _COMPARED if isinstance(layer, BlurPool2d) else _COMPARED
        # The maximum, or sum, of the rows alone is of more cells where the columns have a stride.
        return written + steps * (_STEP + each * made * (layer.stride[1] if in_two else 1))
    return written + _COMPARED * before[0] * before[1] * before[2]


def _convolution_ns(layer: Conv2d, channels: int, after: Shape) -> float:
    out_channels, rows, cols = after
    tile = min(TILE, -(-cols // 8) * 8)
    filled = -(-cols // tile) * tile
    (kernel_rows, kernel_cols), (row_step, _) = layer.kernel_size, layer.dilation
    shape = (out_channels, channels, kernel_rows, kernel_cols)
    if not is_row_by_row(shape, layer.stride):
        unfolded = rows * filled * channels * kernel_rows * kernel_cols
        bands = unfolded / BAND_NUMBERS + 1
        steps = kernel_rows * kernel_cols if kernel_rows * kernel_cols < LARGE_KERNEL else 4
        taps = channels * kernel_rows * kernel_cols
        products = rows * filled * out_channels * max(_LEAST, _PRODUCT * taps)
        return _UNFOLDED * unfolded + products + bands * (steps + 8) * _STEP / 4
    seen = (rows - 1) * layer.stride[0] + (kernel_rows - 1) * row_step + 1
    unfolded = seen * filled * channels * kernel_cols
    products = seen * filled * out_channels * kernel_rows
    bands = (unfolded + products) / ROW_BAND_NUMBERS + 1
    return (
        _UNFOLDED * unfolded
        + products * (max(_LEAST, _PRODUCT * channels * kernel_cols) + _ADDED)
        + bands * kernel_rows * _STEP
    )


def _searching_ns(stack: Stack, size: int, shapes: tuple[Shape, ...]) -> float:
    """Return the ns of looking, in one channel of every map, for where the response went."""
    total = 0.0
    for field, (_, *counts) in zip(receptive_fields(stack, (size, size)), shapes, strict=True):
        shifts = 1.0
        for reach, jump, count in zip(field.size, field.jump, counts, strict=True):
            shifts *= 2 * min(count, (size // 4 + reach) / jump + 1)
        total += _SEARCHED * shifts + 10 * counts[0] * counts[1] + 20 * _STEP
    return total


def _numbers(layer: Layer, before: Shape, after: Shape) -> int:
    return after[0] * after[1] * after[2] + _padded(layer, before)


def _unfolded(layer: Layer, before: Shape, after: Shape) -> int:
    """Return the numbers that a convolution works on at a time, at least."""
    if not isinstance(layer, Conv2d):
        return 0
    rows, cols = layer.kernel_size
    taps = before[0] * rows * cols
    if is_row_by_row((after[0], before[0], rows, cols), layer.stride):
        taps = before[0] * cols + after[0] * rows
    return max(taps, after[0]) * -(-after[2] // TILE) * TILE


def _padded(layer: Layer, before: Shape) -> int:
    """Return the numbers of a layer's input with its border, if it adds one."""
    if not isinstance(layer, WindowedLayer) or layer.padding == (0, 0):
        return 0
    rows, cols = (n + 2 * p for n, p in zip(before[1:], layer.padding, strict=True))
    return before[0] * rows * cols


def _weights(layer: Layer, channels: int) -> int:
    if not isinstance(layer, Conv2d):
        return 0
    return layer.out_channels * channels * layer.kernel_size[0] * layer.kernel_size[1]
