"""Shifts: what a move of the pattern should do to a map, what it did, and how much changed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from rfcore.errors import ShapeError
from rfcore.layers import Pair
from rfcore.ops import Array

EXACT = 1 - 1e-5
"""Similarity from which two float32 responses count as the same one, moved."""


@dataclass(frozen=True)
class MeasuredShift:
    """Where a response went: the best whole-cell shift, and how alike the two then are.

    shift: (rows, cols) in cells of the map. similarity: their correlation at that shift, over
    the mean of their energies: 1 for an exact copy only, not for a fainter one.
    """

    shift: Pair
    similarity: float

    @property
    def is_exact(self) -> bool:
        """Whether the response is the same one, moved by whole cells."""
        return self.similarity >= EXACT


def expected_shift(moved: Pair, jump: Pair) -> tuple[Fraction, Fraction]:
    """Return how many cells a map should shift, (rows, cols), for a move in input pixels.

    A fraction that is no whole number lies between two cells: no shift of the map can show it.

    >>> expected_shift((3, -4), (2, 2))
    (Fraction(3, 2), Fraction(-2, 1))
    """
    return Fraction(moved[0], jump[0]), Fraction(moved[1], jump[1])


def changed_cells(before: Array, after: Array) -> int:
    """Return how many cells of a map differ at all.

    >>> changed_cells(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    1
    """
    if before.shape != after.shape:
        raise ShapeError(f"two maps of one shape are compared, got {before.shape}, {after.shape}")
    return int(np.count_nonzero(before != after))


def measured_shift(
    before: Array, after: Array, *, near: tuple[float, float] = (0, 0)
) -> MeasuredShift | None:
    """Find the whole-cell shift that best carries one response onto another.

    before, after: (rows, cols), what the pattern adds to the map without it, at two places.
    near: (rows, cols); of shifts that fit equally well the one closest to this is returned.
    Returns None when either response is zero everywhere. By cross-correlation, over every shift at
    which the boxes around the two responses meet.

    >>> before, after = np.zeros((6, 6)), np.zeros((6, 6))
    >>> before[1, 1], after[2, 4] = 1, 1
    >>> measured_shift(before, after)
    MeasuredShift(shift=(1, 3), similarity=1.0)
    """
    if before.shape != after.shape or before.ndim != 2:
        raise ShapeError(
            f"two maps (rows, cols) of one shape are compared, got {before.shape}, {after.shape}"
        )
    before_box, after_box = _support(before), _support(after)
    if before_box is None or after_box is None:
        return None
    patch = before[before_box].astype(np.float64)
    target = after[after_box].astype(np.float64)
    peak = max(np.abs(patch).max(), np.abs(target).max())
    patch, target = patch / peak, target / peak  # or the squares of tiny responses would vanish
    sizes = [a + b - 1 for a, b in zip(patch.shape, target.shape, strict=True)]
    # Correlation is convolution with the flipped patch; padding keeps it from wrapping.
    spectrum = np.fft.rfft2(target, sizes) * np.fft.rfft2(patch[::-1, ::-1], sizes)
    energy = ((patch**2).sum() + (target**2).sum()) / 2
    similarity = np.fft.irfft2(spectrum, sizes) / energy
    origin = [
        after_box[axis].start - before_box[axis].start - (patch.shape[axis] - 1) for axis in (0, 1)
    ]
    best = np.argwhere(similarity >= similarity.max() - 1e-9) + origin
    row, col = min(best, key=lambda shift: abs(shift[0] - near[0]) + abs(shift[1] - near[1]))
    found = similarity[row - origin[0], col - origin[1]]
    return MeasuredShift((int(row), int(col)), min(1.0, round(float(found), 9)))


def _support(response: Array) -> tuple[slice, slice] | None:
    """Return the slices of the smallest box that holds every nonzero cell."""
    rows = np.flatnonzero(response.any(axis=1))
    if rows.size == 0:
        return None
    cols = np.flatnonzero(response.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1)
