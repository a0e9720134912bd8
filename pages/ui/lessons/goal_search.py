"""Search for a scene that reaches a lesson's goal. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from itertools import product

from pages.ui.lessons.tasks import Goal, GoalAction
from pages.ui.scene.face import limits
from pages.ui.scene.limits import map_shapes
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.errors import RfcoreError
from rfcore.faces.parts import FACE_PARTS
from rfcore.layers import Conv2d, MaxPool2d
from rfcore.stack import Stack

MAX_ADDED = 5
"""The most layers that the search adds to the stack of the scene."""


@lru_cache(maxsize=256)
def is_reachable(goal: Goal, scene: Scene) -> bool:
    """Whether the learner can reach the goal from a scene by the goal's action.

    Tries all scenes, those near the start first: places of the pattern or of a face's parts, units
    to pin, or up to MAX_ADDED more layers.
    """
    return any(goal.reached(tried) for tried in _SCENES[goal.by](scene))


def _dragged(scene: Scene) -> Iterator[Scene]:
    if scene.parts is not None:
        yield from _parts_dragged(scene)
    last = range(scene.size - scene.pattern_size + 1)
    row, col = scene.start
    for place in sorted(product(last, last), key=lambda at: abs(at[0] - row) + abs(at[1] - col)):
        yield replace(scene, position=place)


def _parts_dragged(scene: Scene) -> Iterator[Scene]:
    assert scene.parts is not None
    for at, part in enumerate(FACE_PARTS):
        least, most = limits(part)
        for place in product(range(least, most + 1), repeat=2):
            row, col = place
            places = (*scene.parts.places[:at], (row, col), *scene.parts.places[at + 1 :])
            yield replace(scene, parts=scene.parts.dragged_to(places))


def _pinned(scene: Scene) -> Iterator[Scene]:
    # The deepest layer first: it has the fewest units, and most goals are about it.
    for layer, (_, rows, cols) in reversed([*enumerate(map_shapes(scene.stack, scene.size))]):
        for row, col in product(range(rows), range(cols)):
            yield replace(scene, unit=Unit(layer, row, col))


def _built(scene: Scene) -> Iterator[Scene]:
    waiting = [scene]
    while waiting:
        tried = waiting.pop(0)
        yield tried
        if len(tried.stack) - len(scene.stack) >= MAX_ADDED:
            continue
        for layer in (Conv2d(3), MaxPool2d(2)):
            with suppress(RfcoreError):  # it may no longer fit the picture
                waiting.append(tried.with_stack(Stack((*tried.stack.layers, layer))))


_SCENES: dict[GoalAction, Callable[[Scene], Iterator[Scene]]] = {
    "drag": _dragged,
    "pin": _pinned,
    "layers": _built,
}
