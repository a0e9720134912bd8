"""Expected and measured shifts of a map when the pattern moves, and the cells that changed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from numbers import Real
from typing import Literal, get_args

import numpy as np

from rfcore.checks import (
    as_fields,
    check_choice,
    check_planes,
    describe_array,
    whole_number,
    whole_pair,
)
from rfcore.errors import ShapeError, ShiftError
from rfcore.layers import Pair
from rfcore.ops import Array

ShiftFill = Literal["zeros", "circular"]
SHIFT_FILLS: tuple[ShiftFill, ...] = get_args(ShiftFill)

EXACT = 1 - 1e-5
"""The least similarity at which two float32 responses count as exact copies."""

_COPY = 1e-10
"""The largest rounding error of the similarity of a copy."""


@dataclass(frozen=True)
class MeasuredShift:
    """The whole-cell shift that best maps one response onto another, and their similarity.

    shift: (rows, cols) in cells of the map. similarity: the correlation at that shift, divided by
    the mean of the two energies. It is 1 for an exact copy only, not for a fainter one.

    >>> MeasuredShift((1, 3), 1.0).is_exact, MeasuredShift((1, 3), 0.8).is_exact
    (True, False)
    """

    shift: Pair
    similarity: float

    @property
    def is_exact(self) -> bool:
        """Whether the second response is a copy of the first, shifted by whole cells."""
        return self.similarity >= EXACT


def shift(x: Array, rows: int, cols: int, *, fill: ShiftFill = "zeros") -> Array:
    """Return maps shifted `rows` cells down and `cols` to the right; negative: up, to the left.

    x: (..., rows, cols). fill: the values at the edges that the shift uncovers, "zeros" or
    "circular", which takes what left on the opposite side. Returns a new array like `x`.
    Raises ShapeError when `x` is not a map, ShiftError for a shift that is not an int or an unknown
    fill.

    >>> shift(np.array([[1, 2, 3]]), 0, 1), shift(np.array([[1, 2, 3]]), 0, 1, fill="circular")
    (array([[0, 1, 2]]), array([[3, 1, 2]]))
    """
    check_planes(x, "x")
    rows = whole_number(rows, "rows", error=ShiftError)
    cols = whole_number(cols, "cols", error=ShiftError)
    if checked_fill(fill) == "circular":
        return np.roll(x, (rows, cols), axis=(-2, -1))
    shifted = np.zeros_like(x)
    shifted[..., _part(rows), _part(cols)] = x[..., _part(-rows), _part(-cols)]
    return shifted


def is_representable(moved: Pair, jump: Pair) -> bool:
    """Whether a map can shift by whole cells for a move: whether its jump divides the move.

    moved: (rows, cols) in input pixels. jump: (rows, cols), input pixels from one unit to the next.
    Raises ShiftError when a move is not an int or a jump is below 1.

    >>> is_representable((4, -2), (2, 2)), is_representable((4, 3), (2, 2))
    (True, False)
    """
    return all(cells.denominator == 1 for cells in expected_shift(moved, jump))


def expected_shift(moved: Pair, jump: Pair) -> tuple[Fraction, Fraction]:
    """Return by how many cells (rows, cols) a map should shift for a move in input pixels.

    A fraction lies between two cells, and no shift of the map can show it.
    Raises ShiftError when a move is not an int or a jump is below 1.

    >>> expected_shift((3, -4), (2, 2))
    (Fraction(3, 2), Fraction(-2, 1))
    """
    rows, cols = whole_pair(moved, "moved", error=ShiftError)
    row_jump, col_jump = whole_pair(jump, "jump", 1, error=ShiftError)
    return Fraction(rows, row_jump), Fraction(cols, col_jump)


def changed_cells(before: Array, after: Array) -> int:
    """Return the number of cells at which two maps differ, counted over all channels.

    before, after: arrays of the same shape.
    Raises ShapeError when they are not arrays, or their shapes differ.

    >>> changed_cells(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    1
    """
    _check_arrays(before, after)
    if before.shape != after.shape:
        raise ShapeError(f"two maps of one shape are compared, got {before.shape}, {after.shape}")
    return int(np.count_nonzero(before != after))


def measured_shift(
    before: Array, after: Array, *, near: tuple[float, float] = (0, 0)
) -> MeasuredShift | None:
    """Find the whole-cell shift that best maps one response onto another, by cross-correlation.

    before, after: (rows, cols), what the pattern adds to a map at two positions. near: (rows,
    cols); of several equally good shifts, the closest to this one is returned. All shifts are tried
    at which the bounding boxes of the two responses overlap.
    Returns None when a response is zero everywhere.
    Raises ShapeError when the maps are not 2-D arrays of the same shape, ShiftError for NaN or
    infinity in them or in `near`.

    >>> before, after = np.zeros((6, 6)), np.zeros((6, 6))
    >>> before[1, 1], after[2, 4] = 1, 1
    >>> measured_shift(before, after)
    MeasuredShift(shift=(1, 3), similarity=1.0)
    """
    _check_arrays(before, after)
    if before.shape != after.shape or before.ndim != 2:
        raise ShapeError(
            f"two maps (rows, cols) of one shape are compared, got {before.shape}, {after.shape}"
        )
    for name, response in (("before", before), ("after", after)):
        if response.dtype.kind not in "iufb" or not np.isfinite(response).all():
            raise ShiftError(f"{name} must hold finite numbers, got NaN, infinity or no numbers")
    near_row, near_col = as_fields(near, "near", ("rows", "cols"), error=ShiftError)
    if not (_is_finite(near_row) and _is_finite(near_col)):
        raise ShiftError(f"near must be two finite numbers (rows, cols), got {near!r}")
    before_box, after_box = _support(before), _support(after)
    if before_box is None or after_box is None:
        return None
    patch = before[before_box].astype(np.float64)
    target = after[after_box].astype(np.float64)
    peak = max(np.abs(patch).max(), np.abs(target).max())
    patch, target = patch / peak, target / peak  # or the squares of tiny responses would vanish
    energy = ((patch**2).sum() + (target**2).sum()) / 2
    moved = after_box[0].start - before_box[0].start, after_box[1].start - before_box[1].start
    is_near = moved == (near_row, near_col) and patch.shape == target.shape
    # No other shift can be more alike than a copy is, so there is nothing to search.
    if is_near and (patch * target).sum() >= (1 - _COPY) * energy:
        return MeasuredShift(moved, 1.0)
    sizes = [_fast_length(a + b - 1) for a, b in zip(patch.shape, target.shape, strict=True)]
    # Correlation is convolution with the flipped patch; padding keeps it from wrapping.
    spectrum = np.fft.rfft2(target, sizes) * np.fft.rfft2(patch[::-1, ::-1], sizes)
    # What lies beyond the last shift at which they meet is only there for the transform's speed.
    rows, cols = (a + b - 1 for a, b in zip(patch.shape, target.shape, strict=True))
    similarity = np.fft.irfft2(spectrum, sizes)[:rows, :cols] / energy
    origin = [
        after_box[axis].start - before_box[axis].start - (patch.shape[axis] - 1) for axis in (0, 1)
    ]
    best = np.argwhere(similarity >= similarity.max() - 1e-9) + origin
    row, col = min(best, key=lambda cells: abs(cells[0] - near_row) + abs(cells[1] - near_col))
    found = similarity[row - origin[0], col - origin[1]]
    return MeasuredShift((int(row), int(col)), min(1.0, round(float(found), 9)))


def _fast_length(least: int) -> int:
    """Return the smallest length from `least` on whose only prime factors are 2, 3 and 5.

    An FFT of a prime length takes three times as long.

    >>> _fast_length(509)
    512
    """
    length = least
    while True:
        rest = length
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return length
        length += 1


def _support(response: Array) -> tuple[slice, slice] | None:
    """Return the bounding box of the nonzero cells as two slices; None if all cells are zero."""
    rows = np.flatnonzero(response.any(axis=1))
    if rows.size == 0:
        return None
    cols = np.flatnonzero(response.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1)


def _part(by: int) -> slice:
    """Return the slice of an axis that a shift by `by` cells does not uncover."""
    return slice(by, None) if by >= 0 else slice(None, by)


def checked_fill(fill: ShiftFill) -> ShiftFill:
    """Return a fill unchanged; raises ShiftError for an unknown one."""
    check_choice(fill, "fill", SHIFT_FILLS, error=ShiftError)
    return fill


def checked_tolerance(tolerance: object) -> float:
    """Return a tolerance as a float; raises ShiftError unless it is a number of at least 0."""
    if not isinstance(tolerance, Real) or not float(tolerance) >= 0:
        raise ShiftError(f"tolerance must be at least 0, got {tolerance!r}")
    return float(tolerance)


def _check_arrays(before: Array, after: Array) -> None:
    for name, array in (("before", before), ("after", after)):
        if not isinstance(array, np.ndarray):
            raise ShapeError(f"{name} must be an array, got {describe_array(array)}")


def _is_finite(value: object) -> bool:
    return isinstance(value, Real) and isfinite(value)
