"""Impulse responses: pixels lit one by one, to count which units of a stack respond to each.

All weights are 1 and the picture is black, so responses never cancel: a unit responds to a bright
pixel exactly when it can see it. No receptive-field formula is used here.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rfcore.layers import Conv2d, Pair
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.stack import Stack

PixelBox = tuple[int, int, int, int]

_BATCH = 128  # pictures at a time, so that a batch takes little memory


def plain_network(text: str) -> Network:
    """Return the network of a stack with one channel per layer and all weights 1."""
    layers = tuple(
        replace(layer, out_channels=1) if isinstance(layer, Conv2d) else layer
        for layer in Stack.parse(text)
    )
    kernels = tuple(
        np.ones((1, 1, *layer.kernel_size), np.float32) if isinstance(layer, Conv2d) else None
        for layer in layers
    )
    return Network(Stack(layers), kernels)


def answers_to_pixels(text: str, size: int) -> Array:
    """Return the response of every unit to each single pixel, (out rows, out cols, rows, cols).

    text: the stack. size: pixels a side of the picture.
    """
    network = plain_network(text)
    pixels = np.eye(size * size, dtype=np.float32).reshape(-1, 1, size, size)
    parts = [
        network.forward(pixels[first : first + _BATCH])[-1][:, 0]
        for first in range(0, len(pixels), _BATCH)
    ]
    answers = np.moveaxis(np.concatenate(parts), 0, -1)
    return answers.reshape(*answers.shape[:2], size, size)


def counted_boxes(text: str, size: int) -> dict[Pair, PixelBox]:
    """Return the (row0, row1, col0, col1) of the pixels that each unit responds to, half-open.

    >>> counted_boxes("C3x3/1", 5)[1, 0]
    (1, 4, 0, 3)
    """
    answers = answers_to_pixels(text, size) > 0
    boxes = {}
    for row, col in np.ndindex(*answers.shape[:2]):
        rows, cols = np.nonzero(answers[row, col])
        boxes[row, col] = (
            int(rows.min()),
            int(rows.max()) + 1,
            int(cols.min()),
            int(cols.max()) + 1,
        )
    return boxes


def seen_columns(text: str, size: int = 48) -> NDArray[np.bool_]:
    """Return which columns of a picture the units of a stack's last map see, (out cols, cols)."""
    columns = np.eye(size, dtype=np.float32)[:, None, None, :] * np.ones((size, 1), np.float32)
    last = plain_network(text).forward(columns)[-1][:, 0]
    return np.asarray(last[:, last.shape[1] // 2].T > 0)


def measured_field(text: str, size: int = 48) -> Pair:
    """Return how many columns a unit sees, and how many columns further the next field begins.

    size: pixels a side; large enough for two adjacent units whose fields meet no border.

    >>> measured_field("C3x3/1 -> M2x2/2 -> C3x3/1")
    (8, 2)
    """
    seen = seen_columns(text, size)
    firsts, ends = seen.argmax(axis=1), size - seen[:, ::-1].argmax(axis=1)
    unit = len(seen) // 2
    return int(ends[unit] - firsts[unit]), int(firsts[unit] - firsts[unit - 1])


def measured_start(text: str, size: int = 48) -> int:
    """Return where the field of unit 0 begins, extrapolated from a unit that no border cuts.

    >>> measured_start("C3x3/1p2d2")
    -2
    """
    seen = seen_columns(text, size)
    unit = len(seen) // 2
    return int(seen[unit].argmax()) - unit * measured_field(text, size)[1]
