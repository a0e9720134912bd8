"""Run an experiment: train heads on the same examples, then evaluate them at every place."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from rfcore.checks import as_sequence, check_instance, short_repr, whole_number
from rfcore.errors import TrainingError
from rfcore.heads.classifier import Classifier
from rfcore.heads.examples import (
    Drawn,
    class_background,
    class_pattern,
    draw_examples,
    example_features,
    inset,
)
from rfcore.heads.experiment import Experiment, checked_experiment
from rfcore.heads.head import HEADS, Head, checked_heads
from rfcore.heads.position_sweep import SweepProgress, position_sweep
from rfcore.heads.softmax_regression import train_softmax_regression
from rfcore.moving import MovingPattern, move_cost
from rfcore.ops import Array

_PER_FEATURE = 40
"""Multiply-adds that take as long as one feature in a sweep, whose main cost is a copy."""

HeadProgress = Callable[[Head, int, float, float], bool | None]
"""Called with (head, steps done, loss, accuracy); it stops the work when it returns False."""


def train_heads(
    experiment: Experiment,
    heads: Sequence[Head] = HEADS,
    *,
    drawn: Drawn | None = None,
    progress: HeadProgress | None = None,
) -> tuple[Classifier, ...]:
    """Train each head on the same examples of an experiment, one head after the other.

    drawn: called while the examples' features are computed; when it returns False, the result is
    empty. progress: called before the first step of each head and after each step. When it returns
    False, the heads trained so far are returned, the last one with its weights at that step.
    The same experiment gives the same bits, on one machine with one number of BLAS threads.
    Raises TrainingError when `experiment` is not an Experiment or there is no head.

    >>> [c.accuracy for c in train_heads(Experiment(examples=40, steps=50))]
    [1.0, 1.0, 1.0]
    """
    examples = draw_examples(experiment)
    heads = checked_heads(heads)
    stopped = False

    def watch_drawing(done: int, total: int) -> bool:
        nonlocal stopped
        stopped = drawn is not None and drawn(done, total) is False
        return not stopped

    features = example_features(examples, heads, drawn=watch_drawing)
    classifiers: list[Classifier] = []
    for head, part in zip(heads, features, strict=True):
        if stopped:
            break

        def watch(step: int, loss: float, accuracy: float, head: Head = head) -> bool:
            nonlocal stopped
            stopped = progress is not None and progress(head, step, loss, accuracy) is False
            return not stopped

        # Centered, because on a background that is not black, features are active in all examples.
        trained = train_softmax_regression(
            part, examples.labels, 2, head=head, steps=experiment.steps, center=True, progress=watch
        )
        classifiers.append(trained)
    return tuple(classifiers)


def position_maps(
    experiment: Experiment,
    classifiers: Sequence[Classifier],
    *,
    along: Sequence[int] | None = None,
    progress: SweepProgress | None = None,
) -> Array:
    """Return each head's probabilities for each class shown at every place, without noise.

    along: the places along both axes, all of the experiment's when left out. progress: called after
    each row of places, counted over both classes; when it returns False, the rest stays NaN.
    Returns float64 probabilities (heads, classes shown, rows, cols, classes); see
    `right_probabilities`, `quarter_accuracy`.
    Raises TrainingError for arguments of another type, no classifier or no place; ShapeError for
    classifiers that were trained on maps of another shape.

    >>> experiment = Experiment(image_size=32, examples=40, steps=50)
    >>> position_maps(experiment, train_heads(experiment)).shape
    (3, 2, 17, 17, 2)
    """
    checked_experiment(experiment)
    found = as_sequence(range(experiment.places) if along is None else along)
    if not found:
        raise TrainingError(f"along must be at least one place, got {short_repr(along)}")
    found = tuple(whole_number(at, "each place of along", error=TrainingError) for at in found)
    classifiers = _checked_classifiers(classifiers)
    maps = np.full((len(classifiers), 2, len(found), len(found), 2), np.nan)
    stopped = False
    for label in (0, 1):

        def watch(done: int, total: int, before: int = label * len(found) ** 2) -> bool:
            nonlocal stopped
            stopped = progress is not None and progress(before + done, 2 * total) is False
            return not stopped

        at = activations_of(experiment, label)
        maps[:, label] = position_sweep(at, classifiers, found, found, progress=watch)
        if stopped:
            break
    return maps


def work_of(experiment: Experiment) -> int:
    """Return the approximate multiply-adds to train HEADS and to evaluate them at every place.

    One core does about 5 billion a second. The weights of the three parts were measured, so that
    two experiments with the same result take about the same time.
    Raises TrainingError when `experiment` is not an Experiment.

    >>> work_of(Experiment(image_size=128, pattern_size=32)) > 4 * work_of(Experiment())
    True
    """
    checked_experiment(experiment)
    sizes = experiment.image_size, experiment.image_size
    features = math.prod(experiment.last_shape)
    smaller = min(experiment.examples, features)
    drawing = experiment.examples * experiment.stack.cost((1, *sizes))
    learning = experiment.examples * features * smaller / 4 + smaller**3
    move = move_cost(experiment.stack, sizes, experiment.pattern_size)
    asking = 2 * experiment.places**2 * (move + _PER_FEATURE * features)
    return round(drawing + learning + asking)


def _checked_classifiers(classifiers: Sequence[Classifier]) -> tuple[Classifier, ...]:
    found = as_sequence(classifiers)
    if not found:
        raise TrainingError(
            f"classifiers need at least one Classifier, got {short_repr(classifiers)}"
        )
    for classifier in found:
        hint = "as train_heads gives"
        check_instance(classifier, Classifier, "each of classifiers", hint, error=TrainingError)
        if len(classifier.bias) != 2:
            raise TrainingError(
                f"each of classifiers must tell 2 classes apart, got one of {len(classifier.bias)}"
            )
    return found


def activations_of(experiment: Experiment, label: int) -> Callable[[int, int], Array]:
    """Return the `activation_at` of a sweep with the pattern of one class."""
    pattern = class_pattern(experiment, label)
    moving = MovingPattern(experiment.network, class_background(experiment), pattern)
    down, across = inset(experiment, pattern)
    return lambda row, col: moving.move_to(row + down, col + across)[-1]
