"""A lens: what one page's stage shows of a scene beyond the picture and its maps. Pure.

A lens adds a static part and a dynamic part to a frame. `static_part` stays the same during a drag.
`dynamic_part` has the sentence, the readouts and the lens's own planes for each move.
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
    """What a frame shows: a scene, and its activations at the start of the drag and now.

    probe: the unit under the pointer, else the pinned one. pixel: the pixel of the picture under
    the pointer, else the pinned one.
    """

    scene: Scene
    context: RenderContext
    start: Activations
    now: Activations
    probe: Unit | None = None
    pixel: Pair | None = None


@dataclass
class FramePart:
    """What a lens adds to a frame: entries of the header, and planes by name."""

    header: dict[str, Any] = field(default_factory=dict)
    planes: dict[str, Array] = field(default_factory=dict)


class Lens:
    """The base of all lenses, which adds nothing.

    labels: the readouts under each map. probes: whether the stage requests a new frame when the
    pointer is over another unit. numbers: whether cells that are large enough show their number.
    responses: whether the lens needs the pattern's own responses, which take a second pass.
    """

    labels: tuple[Label, ...] = ()
    probes = False
    numbers = False
    responses = True

    def visible_layers(self, scene: Scene) -> tuple[int, ...]:
        """Return the layers, from 0, whose maps are shown; by default all."""
        return tuple(range(len(scene.stack)))

    def cache_key(self, scene: Scene) -> str:
        """Return a key that changes whenever `static_part` changes for the same scene."""
        return ""

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return what stays the same during a drag."""
        return FramePart()

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return what each move changes; its header has "sentence" and "readings"."""
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
    """Return the header entry of a panel beside the maps, with the geometry of a layer (from 0).

    The first panel's values are the plane "extra0", and so on. scale: the largest value that the
    plane can hold. full: the value with the strongest colour, by default the scale. labels: the
    panel's readouts, by default those of the maps.
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
    """Quantize a map for a frame, in steps of scale / FULL_SCALE."""
    steps = np.rint(values * (FULL_SCALE / scale))
    plane: Array = np.clip(steps, -FULL_SCALE, FULL_SCALE).astype("<i2")
    return plane
