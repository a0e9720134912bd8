"""Analyse the answers of a head over all places: where they are right, and how robust they are.

The functions take the probabilities of `position_maps`. A place belongs to the quarter of the
picture that holds the pattern's middle. A middle exactly between two quarters belongs to the lower
or the right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from rfcore.checks import as_sequence, describe_array, short_repr, whole_number_within
from rfcore.errors import ShapeError, TrainingError
from rfcore.heads.experiment import first_half
from rfcore.layers import Pair
from rfcore.ops import Array, softmax


class Flip(NamedTuple):
    """The shortest drag that changes an answer.

    place: (row, col) where the answer differs. moved: (rows, cols) from the start of the drag.
    distance: pixels, in a straight line. answer: the class predicted there.

    >>> Flip((3, 4), (3, 4), 5.0, 1).distance
    5.0
    """

    place: Pair
    moved: Pair
    distance: float
    answer: int


def right_probabilities(maps: Array) -> Array:
    """Return the probability of the right class, (heads, classes, rows, cols).

    maps: (heads, classes shown, rows, cols, classes), from `position_maps`.
    Raises ShapeError for another shape.

    >>> maps = np.array([[[[[0.9, 0.1]]], [[[0.4, 0.6]]]]])
    >>> right_probabilities(maps)[0, :, 0, 0]
    array([0.9, 0.6])
    """
    maps = _checked_maps(maps)
    return np.stack([maps[:, label, :, :, label] for label in range(maps.shape[1])], axis=1)


def quarter_accuracy(maps: Array) -> Array:
    """Return the share of right answers in each quarter, (heads, 2, 2), all classes together.

    maps: (heads, classes shown, rows, cols, classes), from `position_maps`. The result's rows are
    the upper and the lower quarters, its columns the left and the right ones. Places that the
    sweep did not reach do not count; a quarter without a reached place is NaN.
    Raises ShapeError for another shape, or fewer than 2 places a side.

    >>> maps = np.zeros((1, 2, 2, 2, 2))
    >>> maps[0, 0, :, :, 0] = maps[0, 1, 0, 0, 1] = 1  # the second class: right at one place only
    >>> quarter_accuracy(maps)
    array([[[1. , 0.5],
            [0.5, 0.5]]])
    """
    maps = _checked_maps(maps)
    if min(maps.shape[2:4]) < 2:
        raise ShapeError(f"quarters need at least 2 places a side, got {describe_array(maps)}")
    rows, cols = (first_half(count) for count in maps.shape[2:4])
    return np.stack(
        [
            np.stack([share_right(maps[:, :, down][:, :, :, across]) for across in (cols, ~cols)])
            for down in (rows, ~rows)
        ]
    ).transpose(2, 0, 1)


def share_right(maps: Array) -> Array:
    """Return each head's share of right answers, (heads,), over all places and classes shown.

    maps: (heads, classes shown, rows, cols, classes); see `quarter_accuracy`.
    Raises ShapeError for another shape.

    >>> share_right(np.array([[[[[0.9, 0.1]]], [[[0.7, 0.3]]]]]))
    array([0.5])
    """
    maps = _checked_maps(maps)
    reached = np.isfinite(maps).all(axis=-1)
    right = maps.argmax(axis=-1) == np.arange(maps.shape[1])[None, :, None, None]
    counts = reached.sum(axis=(1, 2, 3))
    share: Array = np.where(
        counts > 0, (right & reached).sum(axis=(1, 2, 3)) / np.maximum(counts, 1), np.nan
    )
    return share


def shortest_flip(probabilities: Array, place: Pair) -> Flip | None:
    """Return the shortest drag from a place to one with another answer; None if there is none.

    probabilities: (rows, cols, classes), of one head with one class shown. place: (row, col), the
    pattern's top-left corner. Of equally distant places the first in reading order is taken; places
    that the sweep did not reach are ignored.
    Raises ShapeError for another shape, TrainingError for a place outside or not reached.

    >>> row = np.array([0.9, 0.8, 0.4, 0.9])
    >>> shortest_flip(np.stack([row, 1 - row], axis=-1)[None], (0, 0))
    Flip(place=(0, 2), moved=(0, 2), distance=2.0, answer=1)
    """
    probabilities = _checked(probabilities, "probabilities", ("rows", "cols", "classes"))
    row, col = _checked_place(place, probabilities.shape)
    if not np.isfinite(probabilities[row, col]).all():
        raise TrainingError(f"place {(row, col)} was not reached by the sweep; let it finish")
    answers = probabilities.argmax(axis=-1)
    other = (answers != answers[row, col]) & np.isfinite(probabilities).all(axis=-1)
    if not other.any():
        return None
    places = np.argwhere(other)  # in reading order, of which argmin takes the first
    squared = np.square(places - (row, col)).sum(axis=1)
    nearest = int(squared.argmin())
    there = int(places[nearest, 0]), int(places[nearest, 1])
    moved = there[0] - row, there[1] - col
    return Flip(there, moved, sqrt(int(squared[nearest])), int(answers[there]))


def one_pixel_sensitivity(probabilities: Array) -> Array:
    """Return how much one pixel can change a probability: the largest minus the smallest nearby.

    probabilities: (..., rows, cols), such as `right_probabilities` gives. Nearby are the place
    itself and those of its 8 neighbours that exist. NaN where one of them was not reached.
    Raises ShapeError for any other array.

    >>> one_pixel_sensitivity(np.array([[0.5, 0.75, 0.5, 0.5, 0.5]]))
    array([[0.25, 0.25, 0.25, 0.  , 0.  ]])
    """
    if (
        not isinstance(probabilities, np.ndarray)
        or probabilities.ndim < 2
        or probabilities.size == 0
        or probabilities.dtype.kind != "f"
    ):
        raise ShapeError(
            f"probabilities must be floats (..., rows, cols), got {describe_array(probabilities)}"
        )
    largest = smallest = probabilities
    for axis in (-2, -1):  # the 3x3 neighbourhood is separable
        largest, smallest = _nearby(largest, axis, np.maximum), _nearby(smallest, axis, np.minimum)
    return largest - smallest


def softmax_at(logits: Array, temperatures: Sequence[float]) -> Array:
    """Return the softmax of the logits at several temperatures, (temperatures, ..., classes).

    logits: (..., classes); they are divided by each temperature, each 0.001 to 1000. The order
    of the classes is that of the logits at every temperature: a lower one sharpens the answer, a
    higher one flattens it (in the extreme until floats cannot tell the classes apart).
    Raises ShapeError when logits are not finite floats, TrainingError for no temperature, or one
    that is out of range.

    >>> softmax_at(np.array([0.0, 1.0]), (0.5, 1, 2)).round(2)
    array([[0.12, 0.88],
           [0.27, 0.73],
           [0.38, 0.62]])
    """
    if not isinstance(logits, np.ndarray) or logits.ndim < 1 or logits.dtype.kind != "f":
        raise ShapeError(f"logits must be floats (..., classes), got {describe_array(logits)}")
    if logits.size == 0 or not np.isfinite(logits).all():
        raise ShapeError("logits must be finite numbers, at least one class of them")
    checked = as_sequence(temperatures)
    if not checked:
        raise TrainingError(
            f"temperatures must be numbers, at least one, got {short_repr(temperatures)}"
        )
    for temperature in checked:
        if not isinstance(temperature, int | float) or not 0.001 <= temperature <= 1000:
            raise TrainingError(
                f"a temperature must be a number from 0.001 to 1000, got {short_repr(temperature)}"
            )
    return np.stack([softmax(logits / temperature) for temperature in checked])


def _nearby(plane: Array, axis: int, pick: np.ufunc) -> Array:
    """Return `pick` (minimum or maximum) over each cell and its two neighbours along an axis."""
    out = plane.copy()
    moved, target = np.moveaxis(plane, axis, -1), np.moveaxis(out, axis, -1)
    pick(target[..., 1:], moved[..., :-1], out=target[..., 1:])
    pick(target[..., :-1], moved[..., 1:], out=target[..., :-1])
    return out


def _checked_maps(maps: Array) -> Array:
    maps = _checked(maps, "maps", ("heads", "classes shown", "rows", "cols", "classes"))
    if maps.shape[1] != maps.shape[4]:
        raise ShapeError(f"maps must show each of their classes, got {describe_array(maps)}")
    return maps


def _checked(array: Array, name: str, axes: tuple[str, ...]) -> Array:
    if not isinstance(array, np.ndarray) or array.ndim != len(axes) or array.dtype.kind != "f":
        raise ShapeError(f"{name} must be floats ({', '.join(axes)}), got {describe_array(array)}")
    if array.size == 0:
        raise ShapeError(f"{name} must hold at least one place, got {describe_array(array)}")
    return array


def _checked_place(place: Pair, shape: tuple[int, ...]) -> Pair:
    found = as_sequence(place)
    if found is None or len(found) != 2:
        raise TrainingError(f"place must be (row, col), got {short_repr(place)}")
    row, col = (
        whole_number_within(at, name, 0, count - 1, "on this map", error=TrainingError)
        for at, name, count in zip(found, ("row", "col"), shape, strict=False)
    )
    return row, col
