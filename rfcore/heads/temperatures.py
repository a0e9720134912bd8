"""Softmax at a temperature: sharper or more level, and in the same order all the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rfcore.checks import items, kind_of, shown
from rfcore.errors import ShapeError, TrainingError
from rfcore.ops import Array, softmax


def softmax_at(logits: Array, temperatures: Sequence[float]) -> Array:
    """Return the softmax of the logits at several temperatures, (temperatures, ..., classes).

    logits: (..., classes); they are divided by each temperature, each 0.001 to 1000. The order
    of the classes is that of the logits at every temperature: a colder one only sharpens the
    answer, a warmer one levels it (so far, in the end, that floats no longer tell them apart).
    Raises ShapeError for what are no finite logits, TrainingError for no temperature, or
    one that is out of range.

    >>> softmax_at(np.array([0.0, 1.0]), (0.5, 1, 2)).round(2)
    array([[0.12, 0.88],
           [0.27, 0.73],
           [0.38, 0.62]])
    """
    if not isinstance(logits, np.ndarray) or logits.ndim < 1 or logits.dtype.kind != "f":
        raise ShapeError(f"logits must be floats (..., classes), got {kind_of(logits)}")
    if logits.size == 0 or not np.isfinite(logits).all():
        raise ShapeError("logits must be finite numbers, at least one class of them")
    given = items(temperatures)
    if not given:
        raise TrainingError(
            f"temperatures must be numbers, at least one, got {shown(temperatures)}"
        )
    for temperature in given:
        if not isinstance(temperature, int | float) or not 0.001 <= temperature <= 1000:
            raise TrainingError(
                f"a temperature must be a number from 0.001 to 1000, got {shown(temperature)}"
            )
    return np.stack([softmax(logits / temperature) for temperature in given])
