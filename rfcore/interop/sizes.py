"""Sizes as PyTorch and Keras write them, checked and turned into (rows, cols) pairs."""

from __future__ import annotations

from typing import NamedTuple

from rfcore.errors import LayerError
from rfcore.interop.calls import excerpt
from rfcore.layers import MAX_LAYER_SIZE, Pair, Window, as_pair


class FoundWindow(NamedTuple):
    """A window as a model gives it.

    remark: a note when its padding has no exact counterpart, else "".
    moves_fields: whether fields may begin elsewhere because of that.
    """

    window: Window
    remark: str = ""
    moves_fields: bool = False


SCALARS = (int, float, str, type(None))


def pair(value: object, name: str, least: int) -> Pair:
    """Return a size as (rows, cols): a whole number, or a tuple of one or two.

    Raises LayerError, whose message shows only the beginning of a long value.

    >>> pair(3, "kernel_size", 1), pair((3, 5), "kernel_size", 1)
    ((3, 3), (3, 5))
    """
    if value is None:
        raise LayerError(f"{name} is missing")
    numbers = value if isinstance(value, tuple) else (value,)
    if len(numbers) not in (1, 2) or not all(isinstance(number, int) for number in numbers):
        raise LayerError(f"{name} must be a whole number or (rows, cols), got {_brief(value)}")
    if max(numbers) > MAX_LAYER_SIZE:
        raise LayerError(f"{name} must be at most {MAX_LAYER_SIZE}, got {_brief(max(numbers))}")
    return as_pair((numbers[0], numbers[-1]), name, least)


def whole(value: object, name: str) -> int:
    """Return a whole number of at least 1; raises LayerError for anything else.

    >>> whole(8, "out_channels")
    8
    """
    if isinstance(value, tuple):
        raise LayerError(f"{name} must be one whole number, got {_brief(value)}")
    return pair(value, name, 1)[0]


def window(kernel_size: object, stride: object, padding: object, dilation: object) -> FoundWindow:
    """Return a window from its sizes, each a number or (rows, cols); padding may be "same" too.

    Raises LayerError for impossible sizes.

    >>> found = window(3, 2, "same", 1)
    >>> found.window.padding, found.moves_fields
    ((1, 1), True)
    """
    sizes = pair(kernel_size, "kernel_size", 1)
    strides = pair(stride, "stride", 1)
    steps = pair(dilation, "dilation", 1)
    if padding != "same":
        cells = (0, 0) if padding == "valid" else pair(padding, "padding", 0)
        return FoundWindow(Window(sizes, strides, cells, steps))
    reach = [(size - 1) * step for size, step in zip(sizes, steps, strict=True)]
    found = Window(sizes, strides, (reach[0] // 2, reach[1] // 2), steps)
    # The total padding depends on the size of the map and lies between these. Half of it, rounded
    # down, comes before the map.
    least = [max(0, r + 1 - s) if s > 1 else r for r, s in zip(reach, strides, strict=True)]
    read_as = f'padding="same" is read as {_cells(found.padding)} on both sides'
    if any(a // 2 != b // 2 for a, b in zip(least, reach, strict=True)):
        remark = (
            f"{read_as}; at this stride it depends on the picture, so fields may begin elsewhere"
        )
        return FoundWindow(found, remark, moves_fields=True)
    if least != reach or any(r % 2 for r in reach):
        remark = f"{read_as}; it has more after the map than before, so the map may end earlier"
        return FoundWindow(found, remark)
    return FoundWindow(found)


def sides(value: object, *, is_keras: bool) -> Pair:
    """Return the padding of a layer that only pads, as (rows, cols) on each side.

    value: PyTorch's number or (left, right, top, bottom); Keras' number, (rows, cols) or
    ((top, bottom), (left, right)). Raises LayerError when opposite sides differ.

    >>> sides((1, 1, 2, 2), is_keras=False), sides(((2, 2), (1, 1)), is_keras=True)
    ((2, 1), (2, 1))
    """
    if isinstance(value, tuple) and len(value) == (2 if is_keras else 4):
        rows, cols = value if is_keras else (value[2:], value[:2])
        rows, cols = pair(rows, "padding", 0), pair(cols, "padding", 0)
    else:
        rows = cols = pair(value, "padding", 0)
    if rows[0] != rows[1] or cols[0] != cols[1]:
        raise LayerError(f"padding must be the same on opposite sides, got {_brief(value)}")
    return rows[0], cols[0]


def channels_of(shape: object) -> int | None:
    """Return the channels of a Keras input shape (its last number); None if unknown.

    >>> channels_of((None, 64, 64, 3))
    3
    """
    last = shape[-1] if isinstance(shape, tuple) and shape else None
    return last if type(last) is int and 1 <= last <= MAX_LAYER_SIZE else None


def activation_name(value: object) -> str | None:
    """Return the name of a Keras activation; None when it has no effect.

    >>> activation_name("relu"), activation_name("tf.nn.relu"), activation_name("linear")
    ('relu', 'relu', None)
    """
    if isinstance(value, dict):
        config = value.get("config")
        value = config if isinstance(config, str) else value.get("class_name")
    name = excerpt(str(value) if isinstance(value, SCALARS) else "of its own").rsplit(".", 1)[-1]
    return None if value is None or name == "linear" else name


def _cells(padding: Pair) -> str:
    return str(padding[0]) if padding[0] == padding[1] else f"{padding[0]}x{padding[1]}"


def _brief(value: object) -> str:
    """Return a short repr of a value of any size or depth."""
    if isinstance(value, tuple) and len(value) <= 4:
        return f"({', '.join(map(_brief, value))})"
    return excerpt(repr(value)) if isinstance(value, SCALARS) else f"a {type(value).__name__}"
