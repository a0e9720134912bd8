"""Numbers and sentences about trained heads for the sections below the stage. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pages.ui.render.context import render_context
from pages.ui.render.heads import head_name, logit_text
from pages.ui.scene.scene import Scene
from pages.ui.text.format import arrows, percent
from pages.ui.training.heads import TrainedHeads
from rfcore.heads.depth_study import DepthResult
from rfcore.heads.head import HEADS
from rfcore.heads.head_analysis import (
    Flip,
    one_pixel_sensitivity,
    quarter_accuracy,
    right_probabilities,
    shortest_flip,
    softmax_at,
)
from rfcore.layers import Pair
from rfcore.ops import Array, softmax
from rfcore.pictures.patterns import place

TEMPERATURES = (0.25, 0.5, 1.0, 2.0, 4.0)
_SMALLEST = 1e-30  # a float32 probability of 0 has no logarithm


class PlaceRow(NamedTuple):
    """The intermediate results of the heads for the pattern at one place.

    map: the norm of the last map over its channels. features: the pooled features, (channels,), by
    the head's name. logits, shares: (heads, classes).
    """

    at: Pair
    map: Array
    features: dict[str, Array]
    logits: Array
    shares: Array


def unused_features(trained: TrainedHeads) -> tuple[int, int]:
    """Return how many features of the dense head have the weight 0, and how many there are."""
    weights = trained.classifiers[0].weights
    return int((weights == 0).all(axis=1).sum()), len(weights)


def place_row(scene: Scene, trained: TrainedHeads, at: Pair) -> PlaceRow:
    """Return the intermediate results for the scene's pattern at a place."""
    context = render_context(scene.without_drag())
    picture = place(context.background, context.pattern, *at)
    last = context.network.forward(picture)[-1]
    logits = np.stack([classifier.logits(last)[0] for classifier in trained.classifiers])
    features = {head.name: head.features(last)[0] for head in HEADS[1:]}
    return PlaceRow(at, np.sqrt(np.square(last).sum(axis=0)), features, logits, softmax(logits))


def left_and_right(places: int) -> tuple[Pair, Pair]:
    """Return a place in the middle of the upper left quarter, and its mirror in the upper right.

    >>> left_and_right(49)
    ((12, 12), (12, 36))
    """
    quarter = (places - 1) // 4
    return (quarter, quarter), (quarter, places - 1 - quarter)


def temperature_rows(scene: Scene, row: PlaceRow) -> list[dict[str, str]]:
    """Return a row for each head: its logits, and the class's probability at each temperature."""
    assert scene.training is not None
    label = scene.training.classes.index(scene.pattern)
    hot = softmax_at(row.logits, TEMPERATURES)
    lines = []
    for at, head in enumerate(HEADS):
        logits = ", ".join(logit_text(float(logit)) for logit in row.logits[at])
        shares = {
            f"T = {temperature:g}": percent(float(hot[step, at, label]))
            for step, temperature in enumerate(TEMPERATURES)
        }
        lines.append({"head": head_name(head), "logits": logits, **shares})
    return lines


def softmax_sentence(trained: TrainedHeads, row: PlaceRow) -> str:
    """Say whether any temperature changes the order of the classes, here and at every place."""
    hot = softmax_at(row.logits, TEMPERATURES)
    order = row.logits.argsort(axis=-1)
    same = (hot.argsort(axis=-1, kind="stable") == order).all()
    # Two shares that are equal in floating point count as being in either order.
    same = bool(same or (np.diff(np.take_along_axis(hot, order[None], -1), axis=-1) >= 0).all())
    logits = np.log(np.maximum(trained.maps.astype(np.float64), _SMALLEST))
    rights = [quarter_accuracy(shares) for shares in softmax_at(logits, TEMPERATURES)]
    lower_right = {percent(float(right[0, 1, 1])) for right in rights}
    accuracy = " and ".join(sorted(lower_right))
    return (
        f"At {len(TEMPERATURES)} temperatures the order of the classes "
        f"{'never changes' if same else 'changes'}. {head_name(HEADS[0]).capitalize()} is right in "
        f"{accuracy} of the lower right"
        + (", at every temperature: " if len(lower_right) == 1 else ": ")
        + "the place still matters. What pools over places does so before the softmax."
    )


def shortest_flips(scene: Scene, trained: TrainedHeads) -> list[Flip | None]:
    """Return for each head the shortest drag from here that changes its answer."""
    assert scene.training is not None
    label = scene.training.classes.index(scene.pattern)
    return [shortest_flip(maps[label], scene.position) for maps in trained.maps]


def flip_text(scene: Scene, at: int, flip: Flip | None) -> str:
    """Describe the shortest drag that changes a head's answer."""
    assert scene.training is not None
    name = head_name(HEADS[at]).capitalize()
    if flip is None:
        return f"{name}: no place changes its answer."
    moved = arrows(flip.moved, "px", plural="px")
    return (
        f"{name}: {flip.distance:.1f} pixels, {moved}; it then says "
        f"{scene.training.classes[flip.answer]}."
    )


def sensitivity_text(scene: Scene, trained: TrainedHeads, at: int) -> str:
    """Say how much a move by one pixel changes a head's probability, here and at most."""
    assert scene.training is not None
    label = scene.training.classes.index(scene.pattern)
    found = one_pixel_sensitivity(right_probabilities(trained.maps[at : at + 1])[0, label])
    here = float(found[scene.position])
    return (
        f"One pixel moves its probability by {percent(here)} here, "
        f"by up to {percent(float(found.max()))} elsewhere."
    )


def depth_sentence(results: tuple[DepthResult, ...]) -> str:
    """Say what changes once a field covers the picture, and what does not."""
    covering = [result for result in results if result.field_share == 1]
    if not covering:
        return "No stack\u2019s last field covers this picture."
    result = covering[0]
    figures = ", ".join(
        f"{head_name(head)} {percent(float(right))}"
        for head, right in zip(result.heads, result.untrained_right, strict=True)
    )
    return (
        f"With a last field of {result.field[0]} pixels, which covers the picture, "
        f"{percent(result.touched_share)} of the dense layer\u2019s features get a weight. "
        f"Right in the lower right, where no example was: {figures}."
    )
