"""The table of all measures that a lesson can ask for; rfcore computes them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pages.ui.lessons import measures_fields, measures_maps, measures_trained
from pages.ui.lessons.quantity import Quantity
from pages.ui.scene.scene import Scene


@dataclass(frozen=True)
class Measure:
    """A way to measure a scene.

    compute: returns the number, None where there is none. means: what it is, for those who write
    lessons. needs: the fields of a Quantity that it reads. needs_training: whether heads or grids
    must be trained first.
    """

    compute: Callable[[Scene, Quantity], float | None]
    means: str
    needs: tuple[str, ...] = ()
    needs_training: bool = False


MEASURES = {
    "changed": Measure(
        measures_maps.changed,
        "cells of a map that are not as they were at the start",
        needs=("map",),
    ),
    "shift": Measure(
        measures_maps.response_shift,
        "cells by which the pattern's response moved on a map, right or down",
        needs=("map",),
    ),
    "first break": Measure(
        measures_maps.first_broken_layer,
        "the first layer, from 1, that does not follow exactly; 0 when all do",
    ),
    "difference": Measure(
        measures_maps.difference, "the largest difference of the two roads on the last map"
    ),
    "cells": Measure(measures_maps.cells, "rows of a map", needs=("map",)),
    "layers": Measure(measures_maps.layers, "layers of the stack"),
    "moved": Measure(measures_maps.moved, "pixels that the hand has moved, along rows or columns"),
    "unnoticed steps": Measure(
        measures_maps.unnoticed_steps,
        "of the steps to the cells around, those that the pool does not notice",
    ),
    "unnoticed share": Measure(
        measures_maps.unnoticed_share,
        "per cent of a single peak's steps that the pool does not notice",
    ),
    "weights": Measure(measures_maps.weights, "weights of one kernel of the first layer"),
    "untied weights": Measure(
        measures_maps.locally_connected_weights,
        "weights of one channel of the first layer, with a kernel for every place",
    ),
    "field": Measure(
        measures_fields.field, "pixels a side that a unit of a map sees", needs=("map",)
    ),
    "jump": Measure(
        measures_fields.jump, "pixels from one unit of a map to the next", needs=("map",)
    ),
    "pinned": Measure(
        measures_fields.pinned, "the layer of the pinned unit, from 1; 0 when none is pinned"
    ),
    "covered": Measure(
        measures_fields.covered, "per cent of the pattern that the pinned unit can see"
    ),
    "reached": Measure(
        measures_fields.reached,
        "cells of a map that can see the pattern's first pixel, or the pinned one",
        needs=("map",),
    ),
    "used": Measure(measures_fields.used, "pixels that can change the pinned unit now"),
    "middle": Measure(
        measures_fields.middle,
        "per cent of the pinned unit's effective field in a quarter of its box, the middle",
    ),
    "right": Measure(
        measures_trained.right,
        "100 when a head is right at the pattern's place, else 0",
        needs=("head",),
        needs_training=True,
    ),
    "accuracy": Measure(
        measures_trained.accuracy,
        "per cent of right answers of a head in a quarter",
        needs=(
            "head",
            "quarter",
        ),
        needs_training=True,
    ),
    "head weights": Measure(
        measures_trained.head_weights,
        "weights of a head's dense layer",
        needs=("head",),
        needs_training=True,
    ),
    "zero weights": Measure(
        measures_trained.zero_weights,
        "per cent of a head's weights that are exactly zero",
        needs=("head",),
        needs_training=True,
    ),
    "answers softmax moves": Measure(
        measures_trained.answers_softmax_moves,
        "of 9 times 9 places, those where a softmax, cold or warm, names another class than the "
        "logits",
        needs=("head",),
        needs_training=True,
    ),
    "face": Measure(
        measures_trained.face,
        "per cent of certainty with which a grid finds the picture a face",
        needs=("grid",),
        needs_training=True,
    ),
}
"""Every measure by its name in a lesson."""


def measured(quantity: Quantity, scene: Scene) -> float | None:
    """Return a quantity of a scene; None where it has none, as before a unit is pinned.

    Raises SceneError if such a scene cannot be measured so.
    """
    return MEASURES[quantity.measure].compute(scene, quantity)
