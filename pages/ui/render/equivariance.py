"""The roads lens: shift then convolve beside convolve then shift. Pure."""

from __future__ import annotations

from pages.ui.render import equivariance_text
from pages.ui.render.context import FILLS, RenderContext
from pages.ui.render.lens import FrameInputs, FramePart, Label, Lens, as_plane, extra_map
from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from rfcore.equivariance import compare_map
from rfcore.layers import Conv2d
from rfcore.shifted_maps import map_shifts
from rfcore.shifts import ShiftFill

HEADROOM = 4
"""Times the colour's full value that the difference's plane holds: it may exceed both maps."""

_LARGEST: Label = ("largest", "largest value", "")
_SHIFTED: Label = ("shifted", "shifted by", "")
_INSIDE: Label = (
    "inside",
    "inside",
    "The largest difference where the whole field lies on the picture, on both roads; in brackets, "
    "its share of the largest value in either map.",
)
_BORDER: Label = (
    "border",
    "at the border",
    "The largest difference where a field meets the border.",
)


class EquivarianceLens(Lens):
    """The last map, the map of the start shifted as far, and how the two differ."""

    labels = (_LARGEST,)
    responses = False

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return the panels, whose colours mean the same as those of the map."""
        last = len(scene.stack) - 1
        full = context.scales[last]
        convolutions = all(isinstance(layer, Conv2d) for layer in scene.stack)
        verb = "convolve" if convolutions else "run the layers"
        extras = [
            extra_map(last, title, note, full * room, full=full, labels=labels)
            for title, note, room, labels in (
                (f"{verb}, then shift", "the map at the start, shifted", 1, (_SHIFTED,)),
                ("difference", "the first map minus the second", HEADROOM, (_INSIDE, _BORDER)),
            )
        ]
        titles = [None] * last + [f"shift, then {verb}"]
        return FramePart({"extras": extras, "titles": titles, "numbers": scene.image == GRID})

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return both roads' difference in planes, in readouts and in a sentence."""
        scene, context = inputs.scene, inputs.context
        size, fill = (scene.size, scene.size), fill_of(scene, context)
        first, second = inputs.now.maps[-1], inputs.start.maps[-1]
        should = map_shifts(scene.stack, scene.moved, size, scene.padding_mode, fill)[-1]
        shifted = should.apply(second)
        there = should.there
        difference, known = first * 0, shifted * 0
        known[there] = shifted[there]
        difference[there] = first[there] - shifted[there]
        scale = context.scales[-1]
        roads = equivariance_text.PathComparison(
            scene=scene,
            even=context.is_even,
            jump=context.fields[-1].jump,
            error=compare_map(second[None], first[None], should),
            cells=first.size,
            compared=first[there].size,
        )
        header = {
            "sentence": equivariance_text.sentence(roads),
            "readings": equivariance_text.readings(roads, inputs.now.maps),
            "there": [number for part in there for number in (part.start, part.stop)],
        }
        planes = {
            "extra0": as_plane(known, scale),
            "extra1": as_plane(difference, scale * HEADROOM),
        }
        return FramePart(header, planes)


LENS = EquivarianceLens()


def fill_of(scene: Scene, context: RenderContext) -> ShiftFill:
    """Return what comes in at the edge that a move leaves behind.

    A pattern that moves over an even background moves the whole picture: what comes in is what
    goes out on the far side, more of the same.
    """
    if scene.moves == "pattern" and context.is_even:
        return "circular"
    return FILLS[scene.moves]
