"""Evaluate trained heads with a pattern at every place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rfcore.checks import as_sequence, short_repr
from rfcore.errors import TrainingError
from rfcore.heads.classifier import Classifier, check_classifier
from rfcore.ops import Array, checked_map

SweepProgress = Callable[[int, int], bool | None]
"""Called with (places done, places in all); it stops the work when it returns False."""


def position_sweep(
    activation_at: Callable[[int, int], Array],
    classifiers: Sequence[Classifier],
    rows: Sequence[int],
    cols: Sequence[int],
    *,
    progress: SweepProgress | None = None,
) -> Array:
    """Return the probability of every class with the pattern at every place.

    activation_at: returns the last activation (channels, rows, cols) with the pattern's top-left
    corner at (row, col), in pixels; it may reuse one array for all calls. It is called in reading
    order. classifiers: with the same number of classes. progress: called after each row of places;
    when it returns False, the remaining rows stay NaN.
    Returns float64 (classifiers, rows, cols, classes); an answer is right where `.argmax(-1)` is
    the label.
    Raises TrainingError for no classifier or no place, ShapeError for an activation that does not
    fit.

    >>> from rfcore.heads.head import GlobalMaxHead
    >>> weights = np.array([[0.0, np.log(3)]])
    >>> classifier = Classifier(GlobalMaxHead(), weights, np.zeros(2), loss=0.0, accuracy=1.0)
    >>> position_sweep(lambda row, col: np.full((1, 2, 2), float(col)), [classifier], [0], [0, 1])
    array([[[[0.5 , 0.5 ],
             [0.25, 0.75]]]])
    """
    if not callable(activation_at):
        raise TrainingError(f"activation_at must be a function, got {short_repr(activation_at)}")
    for name, values in (("classifiers", classifiers), ("rows", rows), ("cols", cols)):
        if as_sequence(values) is None:
            raise TrainingError(f"{name} must be a sequence, got {short_repr(values)}")
    for classifier in classifiers:
        check_classifier(classifier, "each of classifiers")
    counts = sorted({len(classifier.bias) for classifier in classifiers})
    if len(counts) != 1:
        raise TrainingError(f"classifiers must all have the same number of classes, got {counts}")
    if len(rows) == 0 or len(cols) == 0:
        raise TrainingError(f"places need at least one row and col, got {len(rows)}x{len(cols)}")
    probabilities = np.full((len(classifiers), len(rows), len(cols), counts[0]), np.nan)
    for index, row in enumerate(rows):
        activations = np.stack([checked_map(activation_at(row, col)).copy() for col in cols])
        for classifier, out in zip(classifiers, probabilities, strict=True):
            out[index] = classifier.probabilities(activations)
        done = (index + 1) * len(cols)
        if progress is not None and progress(done, len(rows) * len(cols)) is False:
            break
    return probabilities
