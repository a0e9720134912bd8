"""A number that a lesson asks for: which measure, and of which layer, head or grid. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene


@dataclass(frozen=True)
class Quantity:
    """A measure's name, and the arguments that it needs.

    map: the layer, from 1; 0 is the last. head: a name of HEADS. quarter: one of QUARTERS. grid:
    cells a side of a face's grid.
    """

    measure: str
    map: int = 0
    head: str = ""
    quarter: str = ""
    grid: int = 0


def layer_index(scene: Scene, number: int) -> int:
    """Return the index of a layer; number: from 1, or 0 for the last layer."""
    layers = len(scene.stack)
    if not 0 <= number <= layers:
        raise SceneError(f"the stack has maps 1 to {layers}, and 0 for the last, got {number}")
    return number - 1 if number else layers - 1
