"""Toy patterns to drag, drawn from formulas alone, and how one is laid over an image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rfcore.checks import (
    check_choice,
    check_instance,
    describe_array,
    whole_number,
    whole_number_within,
)
from rfcore.errors import PatternError
from rfcore.pictures.drawing import FUR, INK, Pen, Point


@dataclass(frozen=True, eq=False)
class Pattern:
    """A toy pattern: the brightness and the opacity of each of its pixels.

    values, alpha: float arrays (rows, cols) of the same shape, in [0, 1]; they become read-only.
    Raises PatternError for other arrays.

    >>> bar = Pattern("bar", np.ones((3, 1), np.float32), np.ones((3, 1), np.float32))
    >>> place(np.zeros((1, 3, 4), np.float32), bar, 0, 2)[0, 0]
    array([0., 0., 1., 0.], dtype=float32)
    """

    name: str
    values: NDArray[np.float32]
    alpha: NDArray[np.float32]

    def __post_init__(self) -> None:
        for name, plane in (("values", self.values), ("alpha", self.alpha)):
            _check_plane(name, plane)
        if self.values.shape != self.alpha.shape:
            raise PatternError(
                f"values and alpha must have one shape, got {self.values.shape} and "
                f"{self.alpha.shape}"
            )
        self.values.setflags(write=False)
        self.alpha.setflags(write=False)


def draw_pattern(name: str, size: int) -> Pattern:
    """Draw a toy pattern.

    name: one of PATTERNS. size: 4 to 128 pixels per side; "pixel" is 1x1 at any size.
    Returns a Pattern whose values and alpha, (size, size), are multiples of 1/255, which bytes
    represent exactly. Raises PatternError for another name or size.

    >>> draw_pattern("cat", 32).alpha.shape
    (32, 32)
    """
    check_choice(name, "pattern", PATTERNS, error=PatternError)
    size = whole_number_within(size, "pattern size", 4, 128, error=PatternError)
    if name == "pixel":
        return Pattern(name, np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))
    pen = Pen(size)
    _DRAWINGS[name](pen)
    return Pattern(name, *pen.planes())


def place(
    background: NDArray[np.floating], pattern: Pattern, row: int, col: int
) -> NDArray[np.floating]:
    """Return a background with a pattern placed on it, clipped at the edges.

    background: floats (1, rows, cols). row, col: of the pattern's top-left corner, in pixels; it
    may lie outside. Returns a new array like `background`; where the pattern lies, it is
    background * (1 - alpha) + values * alpha. Raises PatternError when `background` is not such
    an array, `pattern` is not a Pattern or a position is not an int.

    >>> place(np.zeros((1, 2, 3), np.float32), draw_pattern("pixel", 4), 1, 2)
    array([[[0., 0., 0.],
            [0., 0., 1.]]], dtype=float32)
    """
    if not isinstance(background, np.ndarray):
        raise PatternError(f"background must be an array, got {describe_array(background)}")
    checked_pattern(pattern)
    if background.ndim != 3 or background.shape[0] != 1:
        raise PatternError(f"background must have shape (1, rows, cols), got {background.shape}")
    if not np.issubdtype(background.dtype, np.floating):
        raise PatternError(f"background must hold floats, got {background.dtype}")
    row = whole_number(row, "row", error=PatternError)
    col = whole_number(col, "col", error=PatternError)
    composite = background.copy()
    top, bottom = max(row, 0), min(row + pattern.alpha.shape[0], background.shape[1])
    left, right = max(col, 0), min(col + pattern.alpha.shape[1], background.shape[2])
    if top < bottom and left < right:
        seen = np.s_[top - row : bottom - row, left - col : right - col]
        under = composite[0, top:bottom, left:right]
        under *= 1 - pattern.alpha[seen]
        under += pattern.values[seen] * pattern.alpha[seen]
    return composite


def checked_pattern(pattern: Pattern) -> Pattern:
    """Return a pattern unchanged; raises PatternError for anything else, such as its name."""
    check_instance(pattern, Pattern, "pattern", "as draw_pattern gives", error=PatternError)
    return pattern


def _check_plane(name: str, plane: object) -> None:
    if not isinstance(plane, np.ndarray) or plane.ndim != 2 or plane.size == 0:
        raise PatternError(f"{name} must be an array (rows, cols), got {describe_array(plane)}")
    if plane.dtype.kind != "f":
        raise PatternError(f"{name} must hold floats, got {plane.dtype}")
    if not ((plane >= 0) & (plane <= 1)).all():
        raise PatternError(f"{name} must be from 0 to 1, got {plane.min()} to {plane.max()}")


def _checker(pen: Pen) -> None:
    row, col = (np.floor(np.floor(axis * pen.size) * 4 / pen.size) for axis in (pen.y, pen.x))
    pen.painted[:] = True
    pen.values[:] = (row + col) % 2


def _letter(pen: Pen) -> None:
    stem, arm, bar = (0.2, 0.08, 0.38, 0.92), (0.2, 0.08, 0.82, 0.25), (0.2, 0.44, 0.7, 0.6)
    pen.paint(np.minimum.reduce([pen.box(*edges) for edges in (stem, arm, bar)]))


def _cat(pen: Pen) -> None:
    head = pen.ellipse(pen.x, (0.5, 0.62), (0.45, 0.36))
    ears = pen.convex(pen.side, (0.05, 0.36), (0.39, 0.02), (0.44, 0.6))
    pen.outlined(np.minimum(head, ears), FUR)
    pen.paint(pen.convex(pen.side, (0.19, 0.3), (0.35, 0.14), (0.375, 0.36)), 0.5)
    pen.paint(pen.stroke(pen.x, 0.035, (0.5, 0.3), (0.5, 0.42)), 0.5)
    pen.paint(pen.stroke(pen.side, 0.035, (0.1, 0.3), (0.08, 0.39)), 0.5)
    _eyes(pen, (0.19, 0.55), (0.075, 0.095))
    pen.paint(pen.convex(pen.x, (0.42, 0.68), (0.58, 0.68), (0.5, 0.77)), 0.2)
    pen.paint(pen.stroke(pen.side, 0.025, (0, 0.74), (0, 0.8), (0.06, 0.84), (0.12, 0.82)), 0.2)
    pen.paint(pen.stroke(pen.side, 0.021, (0.24, 0.72), (0.46, 0.67)), 0.25)
    pen.paint(pen.stroke(pen.side, 0.021, (0.24, 0.78), (0.45, 0.81)), 0.25)


def _dog(pen: Pen) -> None:
    pen.outlined(pen.ellipse(pen.x, (0.5, 0.52), (0.36, 0.47)), FUR)
    pen.paint(pen.ellipse(pen.x, (0.65, 0.4), (0.12, 0.15)), 0.5)  # on one side: a flip shows
    pen.outlined(pen.stroke(pen.side, 0.24, (0.28, 0.17), (0.37, 0.3), (0.38, 0.56)), 0.48)
    _eyes(pen, (0.14, 0.41), (0.06, 0.07))
    pen.paint(pen.ellipse(pen.x, (0.5, 0.74), (0.24, 0.21)), 0.35)
    pen.paint(pen.ellipse(pen.x, (0.5, 0.74), (0.215, 0.185)), 1.0)
    pen.paint(pen.ellipse(pen.x, (0.5, 0.63), (0.12, 0.085)), INK)
    pen.paint(pen.stroke(pen.side, 0.025, (0, 0.7), (0, 0.8), (0.07, 0.85), (0.14, 0.82)), INK)


def _face(pen: Pen) -> None:
    pen.outlined(pen.ellipse(pen.x, (0.5, 0.5), (0.49, 0.49)), FUR)
    _eyes(pen, (0.18, 0.41), (0.065, 0.09))
    pen.paint(pen.stroke(pen.x, 0.035, (0.5, 0.48), (0.54, 0.6), (0.48, 0.61)), 0.35)
    smile = ((0.0, 0.795), (0.1, 0.78), (0.19, 0.735), (0.26, 0.66))
    pen.paint(pen.stroke(pen.side, 0.05, *smile), INK)


def _eyes(pen: Pen, center: Point, radii: Point) -> None:
    pen.paint(pen.ellipse(pen.side, center, radii), INK)
    if pen.size > 20:
        for x in (0.5 - center[0], 0.5 + center[0]):  # light falls from the left on both
            glint = (x - 0.02, center[1] - 0.4 * radii[1])
            pen.paint(pen.ellipse(pen.x, glint, (0.023, 0.026)), 1.0)


_DRAWINGS: dict[str, Callable[[Pen], None]] = {
    "bar": lambda pen: pen.paint(pen.box(0.4, 0, 0.6, 1)),
    "cross": lambda pen: pen.paint(np.minimum(pen.box(0.4, 0, 0.6, 1), pen.box(0, 0.4, 1, 0.6))),
    "disc": lambda pen: pen.paint(pen.ellipse(pen.x, (0.5, 0.5), (0.48, 0.48))),
    "ring": lambda pen: pen.paint(np.abs(pen.ellipse(pen.x, (0.5, 0.5), (0.39, 0.39))) - 0.09),
    "square": lambda pen: pen.paint(pen.box(0.1, 0.1, 0.9, 0.9)),
    "triangle": lambda pen: pen.paint(pen.convex(pen.x, (0.5, 0.06), (1, 0.9375), (0, 0.9375))),
    "checker": _checker,
    "letter": _letter,
    "cat": _cat,
    "dog": _dog,
    "face": _face,
}


PATTERNS: tuple[str, ...] = ("pixel", *_DRAWINGS)
"""The names of the toy patterns, simple ones first."""
