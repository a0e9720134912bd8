"""Claims about heads, decided by heads trained in one quarter and evaluated at every place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rfcore import ops
from rfcore.claims.cases import Case, Figure
from rfcore.heads.classifier import Classifier
from rfcore.heads.experiment import Experiment
from rfcore.heads.head_analysis import quarter_accuracy
from rfcore.heads.run_experiment import activations_of
from rfcore.ops import Array
from rfcore.receptive_field import receptive_fields

_APART = 0.25
"""Accuracies differ when they are this far apart: half of the distance from 1 to chance."""

_ASKED = 9  # places along each axis at which logits are compared


def dense_weighs_places(
    experiment: Experiment, classifiers: Sequence[Classifier], maps: Array
) -> tuple[Case, ...]:
    """Try out: a dense layer on a flattened map weighs places differently, so the place matters.

    experiment: its examples lie in the upper left. classifiers: trained by it, the flatten head
    first. maps: what `position_maps` gives for them.
    """
    weights = classifiers[0].weights_by_place(experiment.last_shape)
    beyond = _beyond_examples(experiment)
    unused, used = weights[..., beyond], weights[..., ~beyond]
    upper_left, lower_right = _corners(maps)[0]
    return (
        Case(
            "weights",
            "its weights are looked at",
            unused.size > 0 and not unused.any() and bool(used.any()),
            (
                Figure("weights beyond the examples", unused.size),
                Figure("of these not zero", int(np.count_nonzero(unused))),
                Figure("not zero where examples lay", int(np.count_nonzero(used))),
            ),
        ),
        Case(
            "answers",
            "its answers are looked at",
            _differ(upper_left, lower_right),
            (
                Figure("right in the upper left", upper_left, "share"),
                Figure("right in the lower right", lower_right, "share"),
            ),
        ),
    )


def upper_left_only(
    experiment: Experiment, classifiers: Sequence[Classifier], maps: Array
) -> tuple[Case, ...]:
    """Try out: what was trained in the upper left only fails in the lower right.

    Takes the arguments of `dense_weighs_places`. A head that is no better in the upper left did not
    learn, so it does not count as failing elsewhere.
    """
    field = receptive_fields(experiment.stack, (experiment.image_size,) * 2)[-1].size
    cases: list[Case] = []
    for classifier, (upper_left, lower_right) in zip(classifiers, _corners(maps), strict=True):
        name = classifier.head.name
        figures = (
            Figure("right in the upper left", upper_left, "share"),
            Figure("right in the lower right", lower_right, "share"),
            *([] if cases else [Figure("last field", field, "box")]),
        )
        fails = _differ(upper_left, lower_right)
        cases.append(Case(name, f"the head is {name} + dense", fails, figures))
    return tuple(cases)


def softmax_makes_it_invariant(
    experiment: Experiment, classifiers: Sequence[Classifier], maps: Array
) -> tuple[Case, ...]:
    """Try out: it is the softmax that makes an answer the same wherever the pattern is.

    Takes the arguments of `dense_weighs_places`. The claim holds for a head when its answers differ
    between places before the softmax and agree at all of them after it.
    """
    del maps  # they hold probabilities; this claim needs the logits
    step = max(1, (experiment.places - 1) // (_ASKED - 1))
    along = range(0, experiment.places, step)
    cases = []
    for classifier, logits in zip(
        classifiers, logits_at_places(experiment, classifiers, along), strict=True
    ):
        before, after = logits.argmax(axis=-1), ops.softmax(logits).argmax(axis=-1)
        alike_before, alike_after = _alike(before), _alike(after)
        name = classifier.head.name
        figures = (
            Figure("alike before the softmax", alike_before, "share"),
            Figure("alike after the softmax", alike_after, "share"),
            Figure("answers that it changed", int((before != after).sum())),
        )
        made = alike_before < 1 and alike_after == 1
        cases.append(Case(name, f"the head is {name} + dense", made, figures))
    return tuple(cases)


def _beyond_examples(experiment: Experiment) -> NDArray[np.bool_]:
    """Return a mask (rows, cols) of the cells that no example in the upper left can change."""
    _, rows, cols = experiment.last_shape
    field = receptive_fields(experiment.stack, (experiment.image_size,) * 2)[-1]
    half = experiment.pattern_size // 2 + experiment.size_jitter
    end = int(np.argwhere(experiment.allowed).max()) + experiment.pattern_size // 2 + half
    _, last_row, _, last_col = field.reach((0, end, 0, end), (rows, cols))
    beyond = np.ones((rows, cols), bool)
    beyond[:last_row, :last_col] = False
    return beyond


def _differ(upper_left: float, lower_right: float) -> bool:
    return upper_left - lower_right >= _APART


def _corners(maps: Array) -> list[tuple[float, float]]:
    """Return each head's share of right answers in the upper left and in the lower right."""
    return [(float(right[0, 0]), float(right[1, 1])) for right in quarter_accuracy(maps)]


def logits_at_places(
    experiment: Experiment, classifiers: Sequence[Classifier], along: Sequence[int]
) -> Array:
    """Return the logits (heads, classes shown, places, classes) at places along both axes.

    along: rows, and columns, of the pattern's upper left corner, in pixels.
    """
    found = []
    for label in (0, 1):
        map_at = activations_of(experiment, label)
        at_places = [
            [classifier.logits(last)[0] for classifier in classifiers]
            for row in along
            for col in along
            for last in (map_at(row, col),)
        ]
        found.append(at_places)
    return np.moveaxis(np.array(found), 2, 0)


def _alike(answers: Array) -> float:
    """Return the share of places with the most frequent answer, over the classes shown."""
    shares = [np.bincount(row).max() / row.size for row in answers.reshape(len(answers), -1)]
    return float(np.mean(shares))
