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

    compute: returns the number, or None if there is none. means: its description for authors of
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
        "cells of a map that changed since the start of the drag",
        needs=("map",),
    ),
    "shift": Measure(
        measures_maps.response_shift,
        "cells by which the pattern's response moved on a map, right or down",
        needs=("map",),
    ),
    "first break": Measure(
        measures_maps.first_broken_layer,
        "the first layer, from 1, that is not exactly equivariant; 0 if all are",
    ),
    "difference": Measure(
        measures_maps.difference,
        "the largest difference on the last map between shift-then-layers and layers-then-shift",
    ),
    "cells": Measure(measures_maps.cells, "rows of a map", needs=("map",)),
    "layers": Measure(measures_maps.layers, "layers of the stack"),
    "moved": Measure(
        measures_maps.moved, "length of the drag in pixels, along the axis where it is longer"
    ),
    "unnoticed steps": Measure(
        measures_maps.unnoticed_steps,
        "one-cell moves of the peak, in 8 directions, that leave the pool's output unchanged",
    ),
    "unnoticed share": Measure(
        measures_maps.unnoticed_share,
        "per cent of a single peak's one-cell moves that leave the pool's output unchanged",
    ),
    "weights": Measure(measures_maps.weights, "weights of one kernel of the first layer"),
    "untied weights": Measure(
        measures_maps.locally_connected_weights,
        "weights of one channel of the first layer, with a kernel for every place",
    ),
    "field": Measure(
        measures_fields.field, "pixels per side of the field of a map's units", needs=("map",)
    ),
    "jump": Measure(
        measures_fields.jump, "pixels from one unit of a map to the next", needs=("map",)
    ),
    "pinned": Measure(
        measures_fields.pinned, "the layer of the pinned unit, from 1; 0 when none is pinned"
    ),
    "covered": Measure(
        measures_fields.covered, "per cent of the pattern inside the pinned unit's field"
    ),
    "reached": Measure(
        measures_fields.reached,
        "cells of a map that can see the pattern's first pixel, or the pinned one",
        needs=("map",),
    ),
    "used": Measure(
        measures_fields.used, "pixels that can change the pinned unit with the current input"
    ),
    "middle": Measure(
        measures_fields.middle,
        "per cent of the pinned unit's effective field in the middle quarter of its box",
    ),
    "right": Measure(
        measures_trained.right,
        "100 if a head is right at the pattern's place, else 0",
        needs=("head",),
        needs_training=True,
    ),
    "accuracy": Measure(
        measures_trained.accuracy,
        "accuracy of a head in a quarter of the picture, in per cent",
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
        "of 9 × 9 places, those where the softmax at some temperature predicts another class than "
        "the logits",
        needs=("head",),
        needs_training=True,
    ),
    "face": Measure(
        measures_trained.face,
        "probability of a face by a grid, in per cent",
        needs=("grid",),
        needs_training=True,
    ),
}
"""Every measure by its name in a lesson."""


def measured(quantity: Quantity, scene: Scene) -> float | None:
    """Return a quantity of a scene; None if it has no value, as before a unit is pinned.

    Raises SceneError if the quantity does not apply to such a scene.
    """
    return MEASURES[quantity.measure].compute(scene, quantity)
