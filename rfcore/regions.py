"""Recompute only the region of each layer's map that a change of the image can reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from rfcore import ops
from rfcore.layers import AvgPool2d, BlurPool2d, Conv2d, Layer, MaxPool2d
from rfcore.network import Network, run_weightless
from rfcore.ops import Array, Border, PaddingMode

Interval = tuple[int, int]
"""(first, end) of cells along one axis, half-open."""

Region = tuple[int, int, int, int]
"""(row0, row1, col0, col1) of a map, half-open."""


@dataclass(frozen=True)
class LayerUpdate:
    """One layer: its padded input, and how to recompute a region of its map.

    padded: (channels, rows, cols), with the border. rows, cols: how far a change of the input
    reaches along each axis. fill: recomputes a region of the layer's map from `padded`.
    """

    padded: Array
    rows: Axis
    cols: Axis
    fill: Callable[[Region], None]

    def refresh(
        self, rows: list[Interval], cols: list[Interval]
    ) -> tuple[list[Interval], list[Interval]]:
        """Recompute the units that dirty rows and columns of the input reach; return them."""
        rows, cols = self._refresh_border(rows, cols)
        rows, cols = self.rows.units(rows), self.cols.units(cols)
        for row0, row1 in rows:
            for col0, col1 in cols:
                self.fill((row0, row1, col0, col1))
        return rows, cols

    def _refresh_border(
        self, rows: list[Interval], cols: list[Interval]
    ) -> tuple[list[Interval], list[Interval]]:
        """Copy dirty cells into the border; return the dirty rows and columns of `padded`."""
        row_repeats = self.rows.dirty_repeats(rows)
        col_repeats = self.cols.dirty_repeats(cols)
        rows, cols = self.rows.padded(rows), self.cols.padded(cols)
        for cell, source in row_repeats:
            for first, end in cols:
                repeated = self.padded[:, self.rows.before + source, first:end]
                self.padded[:, cell, first:end] = repeated
        rows += [(cell, cell + 1) for cell, _ in row_repeats]
        for cell, source in col_repeats:  # after the rows, because corners copy their cells
            for first, end in rows:
                repeated = self.padded[:, first:end, self.cols.before + source]
                self.padded[:, first:end, cell] = repeated
        cols += [(cell, cell + 1) for cell, _ in col_repeats]
        return rows, cols


@dataclass(frozen=True)
class Axis:
    """One axis of a layer: which border cells and which units a change can reach.

    before: the number of border cells before the input. repeats: (border cell, its source) for each
    border cell that copies a cell of the input; the first is an index into the padded input, the
    second into the input. reach: the distance from the first to the last cell of a window. stride:
    the distance from one window to the next. count: the number of units.
    """

    before: int
    repeats: tuple[tuple[int, int], ...]
    reach: int
    stride: int
    count: int

    @classmethod
    def of(cls, layer: Layer, mode: PaddingMode, axis: int, size: int, count: int) -> Axis:
        """Return axis 0 or 1 of a layer.

        mode: the padding mode of a convolution. size: the number of input cells along the axis.
        count: the number of units.

        >>> Axis.of(Conv2d(3, padding=1), "circular", axis=0, size=8, count=8)
        Axis(before=1, repeats=((0, 7), (9, 0)), reach=2, stride=1, count=8)
        """
        border, window = ops.border_of(layer, mode), layer.window((size, size))
        ends = (border.rows, border.cols)[axis]
        repeats: list[tuple[int, int]] = []
        if border.mode != "zeros":
            # Padding the cells' indices shows which cell each border cell copies.
            numbers = np.arange(size)[:, None]
            sources = ops.add_border(numbers, Border(ends, (0, 0), border.mode)).ravel().tolist()
            cells = (*range(ends[0]), *range(ends[0] + size, len(sources)))
            repeats = [(cell, sources[cell]) for cell in cells]
        reach = (window.kernel_size[axis] - 1) * window.dilation[axis]
        return cls(ends[0], tuple(repeats), reach, window.stride[axis], count)

    def padded(self, dirty: list[Interval]) -> list[Interval]:
        """Convert intervals of the input to intervals of the padded input."""
        return [(first + self.before, end + self.before) for first, end in dirty]

    def dirty_repeats(self, dirty: list[Interval]) -> list[tuple[int, int]]:
        """Return the entries of `repeats` whose source is dirty."""
        return [
            pair for pair in self.repeats if any(first <= pair[1] < end for first, end in dirty)
        ]

    def units(self, dirty: list[Interval]) -> list[Interval]:
        """Return the units whose windows meet dirty cells of the padded input, in order.

        Unit u sees the cells from u * stride to u * stride + reach. The holes of a dilated window
        count as seen.
        Source: Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning".

        >>> Axis(before=0, repeats=(), reach=2, stride=2, count=31).units([(9, 12)])
        [(4, 6)]
        """
        reached: list[Interval] = []
        for first, end in sorted(dirty):
            unit = max(0, -((self.reach - first) // self.stride))
            unit_end = min(self.count, (end - 1) // self.stride + 1)
            if reached and unit <= reached[-1][1]:
                reached[-1] = reached[-1][0], max(reached[-1][1], unit_end)
            elif unit < unit_end:
                reached.append((unit, unit_end))
        return reached

    def seen(self, unit: int, unit_end: int) -> slice:
        """Return the slice of the padded input that units `unit` up to `unit_end` see."""
        return slice(unit * self.stride, (unit_end - 1) * self.stride + self.reach + 1)


def build_updates(
    network: Network, image: Array, activations: tuple[Array, ...]
) -> tuple[list[LayerUpdate], list[Array]]:
    """Return a `LayerUpdate` for each layer, and the image and all maps as views.

    The map of a layer is a view of the next layer's padded input. A layer thus writes directly into
    the next one's input, and no map is padded again.
    """
    mode, inputs, maps = network.padding_mode, [], []
    for layer, x in zip(network.stack, (image, *activations[:-1]), strict=True):
        border = ops.border_of(layer, mode)
        padded = ops.add_border(x, border)
        top, left = border.rows[0], border.cols[0]
        inputs.append(padded)
        maps.append(padded[:, top : top + x.shape[1], left : left + x.shape[2]])
    maps.append(activations[-1])
    steps = []
    for index, (layer, padded) in enumerate(zip(network.stack, inputs, strict=True)):
        sizes, out = maps[index].shape[1:], maps[index + 1]
        rows, cols = (
            Axis.of(layer, mode, axis, sizes[axis], out.shape[axis + 1]) for axis in (0, 1)
        )
        if isinstance(layer, Conv2d):
            fill = _convolution(network, index, padded, out)
        else:
            fill = partial(_fill_weightless, layer, padded, out, rows, cols)
        steps.append(LayerUpdate(padded, rows, cols, fill))
    return steps, maps


def _convolution(
    network: Network, index: int, padded: Array, out: Array
) -> Callable[[Region], None]:
    kernels, layer = network.kernels[index], network.stack.layers[index]
    assert kernels is not None  # checked when the network was built
    bias = ops.checked_bias(network.biases[index], len(kernels), out.dtype)
    kernels = kernels.astype(out.dtype, copy=False)
    return partial(ops.convolve_region, out, padded, kernels, bias, layer.window())


def _fill_weightless(
    layer: Layer, padded: Array, out: Array, rows: Axis, cols: Axis, region: Region
) -> None:
    """Recompute a region of a layer without weights, with the operation for whole maps."""
    part = out[:, region[0] : region[1], region[2] : region[3]]
    seen = padded[:, rows.seen(*region[:2]), cols.seen(*region[2:])]
    match layer:
        case MaxPool2d():
            ops.max_padded(part, seen, layer)
        case AvgPool2d():
            ops.avg_padded(part, seen, layer)
        case BlurPool2d():
            ops.blur_padded(part, seen, layer)
        case _:
            part[...] = run_weightless(layer, seen)
