"""A lens: what one page's stage shows of a scene beyond the picture and its maps. Pure.

A lens adds to a frame: once what stays during a drag (`static_part`), and at every move the
sentence, the readouts and its own planes (`dynamic_part`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pages.ui.render.context import Activations, RenderContext
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.layers import Pair
from rfcore.ops import Array

FULL_SCALE = 32767

Label = tuple[str, str, str]
"""A readout under a panel: its key in the readings, its name on the screen, and a tip or none."""


@dataclass(frozen=True)
class FrameInputs:
    """One moment of a scene: what was there at the start of the drag, and what is now.

    probe: the unit under the pointer, else the pinned one. pixel: of the picture, the same way.
    """

    scene: Scene
    context: RenderContext
    start: Activations
    now: Activations
    probe: Unit | None = None
    pixel: Pair | None = None


@dataclass
class FramePart:
    """What a lens adds to a frame: entries of its header, and planes by name."""

    header: dict[str, Any] = field(default_factory=dict)
    planes: dict[str, Array] = field(default_factory=dict)


class Lens:
    """The base of all lenses, which adds nothing.

    labels: the readouts under each map. probes: whether the stage asks anew when the hand points
    at another unit. numbers: whether cells that are large enough show their number. responses:
    whether it needs what the pattern by itself adds to the maps, which costs a second pass.
    """

    labels: tuple[Label, ...] = ()
    probes = False
    numbers = False
    responses = True

    def visible_layers(self, scene: Scene) -> tuple[int, ...]:
        """Return the layers, counted from 0, whose maps are shown: all, unless it says less."""
        return tuple(range(len(scene.stack)))

    def cache_key(self, scene: Scene) -> str:
        """Return what changes when `static_part` does, though the scene at rest is the same."""
        return ""

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return what stays while the pattern is dragged."""
        return FramePart()

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return what every move changes; its header has "sentence" and "readings"."""
        raise NotImplementedError


def extra_map(
    layer: int,
    title: str,
    note: str,
    scale: float,
    *,
    full: float | None = None,
    labels: tuple[Label, ...] | None = None,
) -> dict[str, Any]:
    """Describe a panel beside the maps, which looks like that of a layer (counted from 0).

    Its values are the plane "extra0" for the first one, and so on; scale: that of the plane, which
    holds no larger value. full: where colour is full, unless that is the scale. labels: its own
    readouts, unless they are those of the maps.
    """
    return {
        "layer": layer,
        "title": title,
        "note": note,
        "scale": scale,
        "full": scale if full is None else full,
        "labels": labels,
    }


def as_plane(values: Array, scale: float) -> Array:
    """Return a map as it travels: whole steps of scale / FULL_SCALE."""
    steps = np.rint(values * (FULL_SCALE / scale))
    plane: Array = np.clip(steps, -FULL_SCALE, FULL_SCALE).astype("<i2")
    return plane
