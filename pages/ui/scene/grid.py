"""The grid: a picture so small that each cell shows its number. Pure: no Streamlit here.

A cell holds a whole number from 0 (black) to FULL (white). A scene stores the cells of its grid as
one string of digits, row by row; the mark that is dragged over them holds FULL in every cell.
"""

from __future__ import annotations

import re

import numpy as np

from pages.ui.scene.limits import SceneError
from rfcore.ops import Array
from rfcore.pictures.patterns import Pattern

GRID = "grid"
"""The name of the grid among the pictures."""

GRID_SIZES = (4, 6, 8, 10, 12)
"""Cells per side of a grid."""

FULL = 9
"""The number of a white cell."""

SAMPLE = (
    "102100120113"
    "012013001002"
    "210010021300"
    "031021001201"
    "120001200310"
    "103302100121"
    "010012013000"
    "310012001210"
    "002103100201"
    "130020012103"
    "001201300120"
    "210310021001"
)
"""The first numbers of a grid, 12x12: low ones, so that a mark stands out."""

_MARKS = {
    "pixel": ("#",),
    "square": ("##", "##"),
    "bar": (" # ", " # ", " # "),
    "cross": (" # ", "###", " # "),
}

MARKS = tuple(_MARKS)
"""The patterns that can be dragged over a grid; each name is also that of a larger pattern."""


def mark_size(name: str) -> int:
    """Return the cells per side of a mark."""
    return len(_MARKS[name])


def draw_mark(name: str) -> Pattern:
    """Return a mark: 1 in every cell that it covers.

    >>> draw_mark("cross").alpha.astype(int)
    array([[0, 1, 0],
           [1, 1, 1],
           [0, 1, 0]])
    """
    covered = np.array([[cell == "#" for cell in row] for row in _MARKS[name]], np.float32)
    return Pattern(name, covered, covered.copy())


def check_cells(cells: str, size: int) -> None:
    """Raise SceneError unless a string holds one digit for each cell of a grid."""
    if not re.fullmatch(r"[0-9]*", cells):
        raise SceneError(
            f"the cells of a grid are digits from 0 to {FULL}, row by row, got "
            f"\u201c{cells[:40]}\u201d"
        )
    if len(cells) != size * size:
        raise SceneError(
            f"a grid of {size}x{size} has {size * size} cells, one digit each, got {len(cells)}"
        )


def grid_picture(cells: str, size: int) -> Array:
    """Return the picture of a grid, (1, size, size), in [0, 1]."""
    numbers: Array = np.array([int(cell) for cell in cells], np.float32)
    return numbers.reshape(1, size, size) / np.float32(FULL)


def resized_cells(cells: str, size: int) -> str:
    """Return the cells of a grid at another size: cropped, or padded with 0, below and at right.

    An empty string stands for the cells of the sample.
    """
    cells = cells or SAMPLE
    old = round(len(cells) ** 0.5)
    rows = [cells[start : start + old] for start in range(0, len(cells), old or 1)]
    kept = [row[:size].ljust(size, "0") for row in rows[:size]]
    return "".join([*kept, *["0" * size] * (size - len(kept))])
