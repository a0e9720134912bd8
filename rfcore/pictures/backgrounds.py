"""Backgrounds to drag a pattern over, drawn from formulas, without files."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rfcore.checks import check_choice, whole_number_within
from rfcore.errors import PatternError
from rfcore.pictures.drawing import Plane, quantised


def draw_background(name: str, size: int) -> NDArray[np.float32]:
    """Draw a background of moderate contrast; it is the same at every call.

    name: one of BACKGROUNDS. size: 16 to 512 pixels per side. Returns float32 (1, size, size) in
    [0, 1], multiples of 1/255. Raises PatternError for another name or size.

    >>> draw_background("meadow", 64).shape
    (1, 64, 64)
    """
    check_choice(name, "background", BACKGROUNDS, error=PatternError)
    size = whole_number_within(size, "background size", 16, 512, error=PatternError)
    points = (np.arange(size) + 0.5) / size
    return quantised(_SCENES[name](points[None, :], points[:, None]))[None]


def _smooth_noise(size: int, cells: tuple[int, int], seed: int) -> Plane:
    """Return value noise: random heights on a grid, interpolated smoothly.

    cells: (rows, cols) of the grid.
    """
    plane = np.random.default_rng(seed).random((cells[0] + 1, cells[1] + 1))
    for count in cells:  # blend along the rows, turn, blend along the columns, turn back
        position = (np.arange(size) + 0.5) * count / size
        cell = position.astype(int)
        ease = (position - cell) ** 2 * (3 - 2 * (position - cell))
        plane = (plane[cell] + (plane[cell + 1] - plane[cell]) * ease[:, None]).T
    return plane


def _stripes(x: Plane, y: Plane) -> Plane:
    return 0.3 + 0.12 * np.sin(2 * np.pi * 8 * x) + 0 * y


def _dots(x: Plane, y: Plane) -> Plane:
    from_dot: Plane = np.hypot(x * 8 % 1 - 0.5, y * 8 % 1 - 0.5)
    return 0.2 + 0.2 * np.clip(2 - 6 * from_dot, 0, 1)


def _noise(x: Plane, y: Plane) -> Plane:
    plane = np.zeros((y.size, x.size))
    for weight, cells in ((0.4, 6), (0.2, 13), (0.1, 29)):
        plane += weight * _smooth_noise(y.size, (cells, cells), seed=cells)
    return plane


def _bricks(x: Plane, y: Plane) -> Plane:
    course = np.floor(y * 8)
    along = x * 4 + course % 2 / 2
    mortar = (y * 8 - course < 0.2) | (along % 1 < 0.1)
    tone = 0.3 + 0.08 * np.sin(7 * course + 5 * np.floor(along))
    return np.where(mortar, 0.5, tone)


def _meadow(x: Plane, y: Plane) -> Plane:
    plane = 0.5 + 0.25 * y
    for col, row, half_width in ((0.24, 0.2, 0.13), (0.34, 0.15, 0.09), (0.78, 0.11, 0.1)):
        cloud = np.hypot((x - col) / half_width, (y - row) / (half_width * 0.4))
        plane = np.maximum(plane, 0.5 + 0.25 * y + 0.2 * np.clip(1.5 - cloud, 0, 1))
    blades = _smooth_noise(y.size, (10, 48), seed=5) + _smooth_noise(y.size, (24, 64), seed=6) - 1
    ridges = (
        (0.42 + 0.06 * np.sin(5 * x + 1) + 0.02 * np.sin(17 * x), 0.46),
        (0.55 + 0.05 * np.sin(4 * x + 4), 0.37),
        (0.68 + 0.05 * np.sin(3 * x + 2), 0.29),
    )
    for ridge, tone in ridges:
        cover = np.clip((y - ridge) * y.size + 0.5, 0, 1)  # an edge one pixel wide
        plane = plane + cover * (tone + 0.35 * np.maximum(y - 0.45, 0) * blades - plane)
    return plane


_SCENES: dict[str, Callable[[Plane, Plane], Plane]] = {
    "flat": lambda x, y: 0.25 + 0 * x * y,
    "black": lambda x, y: 0 * x * y,
    "gradient": lambda x, y: 0.1 + 0.35 * x + 0.15 * y,
    "stripes": _stripes,
    "dots": _dots,
    "noise": _noise,
    "bricks": _bricks,
    "meadow": _meadow,
}


BACKGROUNDS: tuple[str, ...] = tuple(_SCENES)
"""The names of the backgrounds; plain ones come first."""
