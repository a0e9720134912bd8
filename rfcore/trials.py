"""An experiment carried out: heads trained on the same examples, then asked at every place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rfcore.answers import share_right
from rfcore.checks import items, shown
from rfcore.errors import TrainingError
from rfcore.examples import (
    HEADS,
    Drawn,
    checked_heads,
    class_background,
    class_pattern,
    draw_examples,
    example_features,
    inset,
)
from rfcore.experiments import Experiment, checked_experiment, first_half
from rfcore.heads import Classifier, Head, SweepProgress, position_sweep
from rfcore.layers import Conv2d, Pair
from rfcore.moving import MovingPattern
from rfcore.ops import Array
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack, checked_stack
from rfcore.training import train_softmax_regression

HeadProgress = Callable[[Head, int, float, float], bool | None]
"""Called with (head, steps done, loss, accuracy); the answer False stops."""

DepthProgress = Callable[[int, int], bool | None]
"""Called with (stacks done, stacks in all); the answer False stops."""

DEPTHS = tuple(
    Stack.parse(text)
    for text in (
        "C5p2 R",
        "C5p2 R M2 C5p2c16 R",
        "C5p2 R M2 C5p2c16 R M2 C5p2c32 R",
        "C5p2 R M2 C5p2c16 R M2 C5p2c32 R M2 C5p2c32 R",
        "C5p2 R M2 C5p2c16 R M2 C5p2c32 R M2 C5p2c32 R M2 C5p2c32 R",
    )
)
"""Stacks of growing field: 5, 14, 32, 68 and 140 pixels a side."""


def train_heads(
    experiment: Experiment,
    heads: Sequence[Head] = HEADS,
    *,
    drawn: Drawn | None = None,
    progress: HeadProgress | None = None,
) -> tuple[Classifier, ...]:
    """Train each head on the same examples of an experiment, one head after the other.

    drawn: called while the examples' features are made. progress: called before the first step of
    each head and after each. Where one of them answers False, it ends: with the heads trained up
    to there, the last one with the weights of that step; none while examples are drawn.
    The same experiment gives the same bits, on one machine with one number of BLAS threads.
    Raises TrainingError for what is no Experiment or no head.

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

        # Centered, for on a background that is not black every feature is active in every example.
        trained = train_softmax_regression(
            part, examples.labels, 2, head=head, steps=experiment.steps, center=True, progress=watch
        )
        classifiers.append(trained)
    return tuple(classifiers)


def position_maps(
    experiment: Experiment,
    classifiers: Sequence[Classifier],
    *,
    progress: SweepProgress | None = None,
) -> Array:
    """Return what each head answers with each class at every place, without noise.

    Returns float64 probabilities (heads, classes shown, rows, cols, classes), rows and cols being
    `experiment.places`; see `right_probabilities`, `quarter_accuracy`. progress: called after each
    row of places, counted over both classes; where it answers False, the rest stays NaN.
    Raises TrainingError for what is no Experiment or no Classifier, ShapeError for classifiers
    that were trained on other maps.

    >>> experiment = Experiment(examples=40, steps=50)
    >>> position_maps(experiment, train_heads(experiment)).shape
    (3, 2, 49, 49, 2)
    """
    checked_experiment(experiment)
    return _maps(experiment, classifiers, range(experiment.places), progress)


@dataclass(frozen=True, eq=False)
class DepthResult:
    """How a stack's heads did where they were not trained; see `compare_depths`.

    field: (rows, cols) of the last field, in pixels. field_share: of the image's area that it
    covers, at most 1. heads: what was trained. trained_right, untrained_right: (heads,), shares of
    right answers over the upper left and the lower right quarter. touched_share: of the first
    head's features, how many varied in training, so that their weights are not zero.

    >>> [result] = compare_depths(Experiment(examples=40, steps=50), DEPTHS[:1])
    >>> result.field, result.untrained_right.shape
    ((5, 5), (3,))
    """

    stack: Stack
    field: Pair
    field_share: float
    heads: tuple[Head, ...]
    trained_right: Array
    untrained_right: Array
    touched_share: float


def compare_depths(
    experiment: Experiment,
    stacks: Sequence[Stack] = DEPTHS,
    heads: Sequence[Head] = HEADS,
    *,
    progress: DepthProgress | None = None,
) -> tuple[DepthResult, ...]:
    """Train in the upper left on stack after stack; return how the lower right fared, for each.

    Everything but the stack and the region is the experiment's. progress: called after each stack;
    where it answers False, the results up to there are returned.
    Raises TrainingError for what is no Experiment, no stack or no head; whatever `Experiment`
    raises for a stack that does not fit, before anything is trained.

    >>> [result.field_share for result in compare_depths(Experiment(examples=4), DEPTHS[:2])]
    [0.006103515625, 0.0478515625]
    """
    checked_experiment(experiment)
    if not items(stacks):
        raise TrainingError(f"stacks must be a sequence of at least one, got {shown(stacks)}")
    trials = [_with_stack(experiment, stack) for stack in stacks]
    results = []
    for trial in trials:
        results.append(_depth(trial, checked_heads(heads)))
        if progress is not None and progress(len(results), len(trials)) is False:
            break
    return tuple(results)


def _with_stack(experiment: Experiment, stack: Stack) -> Experiment:
    convolutions = sum(isinstance(layer, Conv2d) for layer in checked_stack(stack))
    return replace(
        experiment, stack=stack, filters=experiment.filters[:convolutions], where="upper left"
    )


def _depth(experiment: Experiment, heads: tuple[Head, ...]) -> DepthResult:
    classifiers = train_heads(experiment, heads)
    size, half = experiment.image_size, int(first_half(experiment.places).sum())
    field = receptive_fields(experiment.stack, (size, size))[-1].size
    trained, untrained = (
        share_right(_maps(experiment, classifiers, along))
        for along in (range(half), range(half, experiment.places))
    )
    return DepthResult(
        stack=experiment.stack,
        field=field,
        field_share=min(field[0], size) * min(field[1], size) / size**2,
        heads=heads,
        trained_right=trained,
        untrained_right=untrained,
        touched_share=float(classifiers[0].weights.any(axis=1).mean()),
    )


def _maps(
    experiment: Experiment,
    classifiers: Sequence[Classifier],
    along: range,
    progress: SweepProgress | None = None,
) -> Array:
    """Return `position_maps` over the places `along` x `along` only."""
    if not items(classifiers):
        raise TrainingError(f"classifiers need at least one Classifier, got {shown(classifiers)}")
    maps = np.full((len(classifiers), 2, len(along), len(along), 2), np.nan)
    stopped = False
    for label in (0, 1):

        def watch(done: int, total: int, before: int = label * len(along) ** 2) -> bool:
            nonlocal stopped
            stopped = progress is not None and progress(before + done, 2 * total) is False
            return not stopped

        at = _activations_of(experiment, label)
        maps[:, label] = position_sweep(at, classifiers, along, along, progress=watch)
        if stopped:
            break
    return maps


def _activations_of(experiment: Experiment, label: int) -> Callable[[int, int], Array]:
    """Return what gives the last map with a class's pattern at (row, col), as a sweep asks."""
    pattern = class_pattern(experiment, label)
    moving = MovingPattern(experiment.network, class_background(experiment), pattern)
    down, across = inset(experiment, pattern)
    return lambda row, col: moving.move_to(row + down, col + across)[-1]
