"""Padding modes, and the border that each layer adds to its input."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np

from rfcore.checks import check_choice, check_planes
from rfcore.errors import LayerError, ShapeError
from rfcore.layers import AvgPool2d, BlurPool2d, Conv2d, Layer, MaxPool2d, Pair, as_pair
from rfcore.ops.arrays import Array

PaddingMode = Literal["zeros", "circular", "reflect", "replicate"]


PADDING_MODES: tuple[PaddingMode, ...] = get_args(PaddingMode)


_NUMPY_MODE = {"circular": "wrap", "reflect": "reflect", "replicate": "edge"}


def pad(x: Array, padding: int | Pair, mode: PaddingMode = "zeros", *, value: float = 0.0) -> Array:
    """Return maps with `padding` cells added on every side.

    x: (..., rows, cols); padding: cells, one number or (rows, cols); mode: zeros (or `value`),
    circular (the far side), reflect (mirrored, without the edge itself), replicate (the edge).
    Raises LayerError for an unknown mode or an impossible padding, ShapeError when `x` is not a
    map, is too small to mirror or wrap, or cannot hold `value`.

    >>> pad(np.array([[[1.0, 2.0, 3.0]]]), (0, 1), "circular")
    array([[[3., 1., 2., 3., 1.]]])
    """
    check_planes(x, "x")
    if x.dtype.kind in "iub" and not float(value).is_integer():
        raise ShapeError(f"value must be a whole number in a map of {x.dtype}, got {value}")
    rows, cols = as_pair(padding, "padding", 0)
    return add_border(x, Border((rows, rows), (cols, cols), checked_mode(mode), value))


class Border(NamedTuple):
    """The border that a layer adds to its input: cells (before, after) along each axis, and a mode.

    value: what the cells hold in the mode zeros; minus infinity for a max pool.
    """

    rows: Pair
    cols: Pair
    mode: PaddingMode = "zeros"
    value: float = 0.0


def border_of(layer: Layer, padding_mode: PaddingMode = "zeros") -> Border:
    """Return the border that a layer adds; `padding_mode` applies to convolutions.

    Raises LayerError for an unknown mode.

    >>> border_of(BlurPool2d(4))
    Border(rows=(1, 2), cols=(1, 2), mode='reflect', value=0.0)
    """
    if not isinstance(layer, Conv2d | MaxPool2d | AvgPool2d | BlurPool2d):
        return Border((0, 0), (0, 0))
    rows, cols = layer.padding
    if isinstance(layer, BlurPool2d):
        # An even filter has its extra cell after the map.
        after = layer.kernel_size[0] // 2, layer.kernel_size[1] // 2
        return Border((rows, after[0]), (cols, after[1]), "reflect")
    mode = checked_mode(padding_mode) if isinstance(layer, Conv2d) else "zeros"
    value = -np.inf if isinstance(layer, MaxPool2d) else 0.0
    return Border((rows, rows), (cols, cols), mode, value)


def add_border(x: Array, border: Border) -> Array:
    """Return maps (..., rows, cols) with a border around them; `x` itself if the border is empty.

    Raises ShapeError when the map is too small to mirror or wrap.
    """
    rows, cols, mode, value = border
    if not any(rows) and not any(cols):
        return x
    size = x.shape[-2:]
    if mode == "zeros":
        shape = (*x.shape[:-2], size[0] + sum(rows), size[1] + sum(cols))
        padded: Array = np.full(shape, value, x.dtype)
        padded[..., rows[0] : rows[0] + size[0], cols[0] : cols[0] + size[1]] = x
        return padded
    check_padding((size[0], size[1]), (max(rows), max(cols)), mode)
    widths = [(0, 0)] * (x.ndim - 2) + [rows, cols]
    return np.pad(x, widths, mode=_NUMPY_MODE[mode])  # type: ignore[call-overload,no-any-return]


def check_padding(sizes: Pair, padding: Pair, mode: PaddingMode) -> None:
    """Raise ShapeError when a map of `sizes` (rows, cols) is too small to mirror or wrap."""
    most = {"reflect": (sizes[0] - 1, sizes[1] - 1), "circular": sizes}.get(mode)
    if most is not None and (padding[0] > most[0] or padding[1] > most[1]):
        raise ShapeError(
            f"{mode} padding of {padding[0]}x{padding[1]} cells needs a larger map than "
            f"{sizes[0]}x{sizes[1]}; at most {most[0]}x{most[1]} here"
        )


def checked_mode(mode: PaddingMode) -> PaddingMode:
    """Return a padding mode unchanged; raises LayerError for an unknown one."""
    check_choice(mode, "padding_mode", PADDING_MODES, error=LayerError)
    return mode
