"""The equivariance lens: shift then convolve beside convolve then shift. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pages.ui.render.context import FILLS, RenderContext
from pages.ui.render.lens import FrameInputs, FramePart, Label, Lens, as_plane, extra_map
from pages.ui.render.readings import SAME
from pages.ui.scene.channels import convolutions_of
from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from pages.ui.text.format import amount_text, arrows, direction, number_text, percent
from rfcore.equivariance import LayerEquivariance, compare_map
from rfcore.layers import Conv2d, Pair
from rfcore.ops import Array
from rfcore.shifted_maps import map_shifts
from rfcore.shifts import ShiftFill

DIFFERENCE_HEADROOM = 4
"""Range of the difference's plane, in multiples of the maps' scale: it may exceed both maps."""

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


_BEYOND = {
    "zeros": "zeros lie beyond it",
    "circular": "the far side lies beyond it",
    "reflect": "mirrored pixels lie beyond it",
    "replicate": "repeated pixels lie beyond it",
}


@dataclass(frozen=True)
class PathComparison:
    """Shift-then-convolve compared with convolve-then-shift.

    even: whether the background is uniform. jump: pixels from cell to cell, (rows, cols). cells:
    number of cells of the map. compared: number of those that a cell of the start's map moved to.
    """

    scene: Scene
    even: bool
    jump: Pair
    error: LayerEquivariance
    cells: int
    compared: int

    @property
    def inside(self) -> float | None:
        """The largest difference away from the border; None if all cells are at the border."""
        return self.error.error if self.error.is_representable else self.error.blend_error

    @property
    def border(self) -> float | None:
        """The largest difference at the border; None if no compared cell is at the border."""
        return self.error.border_error

    @property
    def largest(self) -> float:
        """The largest difference anywhere."""
        return max(self.inside or 0.0, self.border or 0.0)

    def is_nothing(self, amount: float) -> bool:
        """Whether a difference is within float32 rounding."""
        return amount <= SAME * self.error.scale


class EquivarianceLens(Lens):
    """The last map, the last map at the start shifted by the same move, and their difference."""

    labels = (_LARGEST,)
    responses = False

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return the panels, which have the same colour scale as the map."""
        last = len(scene.stack) - 1
        full = context.scales[last]
        convolutions = all(isinstance(layer, Conv2d) for layer in scene.stack)
        verb = "convolve" if convolutions else "run the layers"
        extras = [
            extra_map(last, title, note, full * headroom, full=full, labels=labels)
            for title, note, headroom, labels in (
                (f"{verb}, then shift", "the map at the start, shifted", 1, (_SHIFTED,)),
                (
                    "difference",
                    "the first map minus the second",
                    DIFFERENCE_HEADROOM,
                    (_INSIDE, _BORDER),
                ),
            )
        ]
        titles = [None] * last + [f"shift, then {verb}"]
        return FramePart({"extras": extras, "titles": titles, "numbers": scene.image == GRID})

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return the shifted map and the difference as planes, readouts and a sentence."""
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
        paths = PathComparison(
            scene=scene,
            even=context.is_even,
            jump=context.fields[-1].jump,
            error=compare_map(second[None], first[None], should),
            cells=first.size,
            compared=first[there].size,
        )
        header = {
            "sentence": paths_sentence(paths),
            "readings": readings(paths, inputs.now.maps),
            "there": [number for part in there for number in (part.start, part.stop)],
        }
        planes = {
            "extra0": as_plane(known, scale),
            "extra1": as_plane(difference, scale * DIFFERENCE_HEADROOM),
        }
        return FramePart(header, planes)


LENS = EquivarianceLens()


def fill_of(scene: Scene, context: RenderContext) -> ShiftFill:
    """Return how a shift fills the edge that it uncovers.

    A pattern that moves over a uniform background moves the whole picture, as if it wrapped: the
    pixels that leave on one side equal those that come in on the other.
    """
    if scene.moves == "pattern" and context.is_even:
        return "circular"
    return FILLS[scene.moves]


def readings(paths: PathComparison, maps: Sequence[Array]) -> list[dict[str, str]]:
    """Return the readouts under every map, the shifted last one and the difference."""
    return [
        *({"largest": amount_text(float(np.abs(values).max()))} for values in maps),
        {"shifted": _shifted_text(paths)},
        {"inside": _off_text(paths, paths.inside), "border": _off_text(paths, paths.border)},
    ]


def paths_sentence(paths: PathComparison) -> str:
    """Say what moved, and whether both orders agree; if not, by how much and why they differ."""
    scene = paths.scene
    if scene.moved == (0, 0):
        what = f"Drag the {scene.pattern}" if scene.moves == "pattern" else "Drag the whole picture"
        return f"{what}. Do both roads lead to the same map?"
    return f"{_what_moved(paths)} {_what_came_of_it(paths)}"


def _what_moved(paths: PathComparison) -> str:
    scene = paths.scene
    way = direction(scene.moved, "px", plural="px")
    if scene.moves == "pattern" and paths.even:
        return f"The {scene.pattern} moved {way}; on an even background the whole picture did."
    if scene.moves == "pattern":
        return f"Only the {scene.pattern} moved {way}; what is behind it stayed."
    came = "zeros" if scene.moves == "zeros" else "the far side"
    return f"The whole picture moved {way}, {came} came in."


def _what_came_of_it(paths: PathComparison) -> str:
    """Say whether both orders agree; if not, name the one reason."""
    scene, off = paths.scene, _by_how_much(paths, paths.largest)
    if paths.cells == 1:
        return "The map has one cell, so there is no place left to shift it to."
    if paths.compared == 0:
        return "Nothing of the map at the start is left to compare."
    if not (paths.error.is_representable or paths.is_nothing(paths.largest)):
        return (
            f"{_between_cells(paths)}, so no shift of the map can match. Largest difference {off}."
        )
    if paths.is_nothing(paths.largest):
        if paths.compared == paths.cells:
            return "Both roads agree in every cell."
        return (
            "Both roads agree in every cell but the hatched ones, which came from beyond the map."
        )
    if scene.moves == "pattern" and not paths.even:
        return f"So the picture did not just shift, and the roads differ by up to {off}."
    if paths.inside is None:
        return f"Every field meets the border, and the roads differ by up to {off}."
    if not paths.is_nothing(paths.inside):
        return f"The roads differ by up to {off}, away from the border as well."
    return f"Both roads agree inside; at the border they differ by up to {off}: {_beyond(scene)}."


def _between_cells(paths: PathComparison) -> str:
    """Name one axis on which the move is no whole number of cells."""
    shifts = zip(paths.scene.moved, paths.jump, paths.error.shift, strict=True)
    moved, jump, cells = next(each for each in shifts if each[2].denominator != 1)
    size = abs(cells)
    share = "half a cell" if size == Fraction(1, 2) else f"{number_text(size)} cells"
    if len(paths.scene.stack) == 1:
        return f"Stride {jump}: {abs(moved)} px is {share}"
    return f"Cells are {jump} px apart: {abs(moved)} px is {share}"


def _beyond(scene: Scene) -> str:
    padded = any(layer.padding != (0, 0) for _, layer, _ in convolutions_of(scene.stack))
    return _BEYOND[scene.padding_mode] if padded else "padding lies beyond it"


def _shifted_text(paths: PathComparison) -> str:
    if paths.cells == 1:
        return "no places left"
    if paths.error.is_representable:
        return arrows(paths.error.shift)
    return f"{arrows(paths.error.shift)}: a blend"


def _off_text(paths: PathComparison, amount: float | None) -> str:
    if amount is None or paths.cells == 1:
        return "no such cell"
    if amount == 0:
        return "0"
    if paths.is_nothing(amount):
        return "0, but for rounding"
    return f"{amount_text(amount)} ({_share(paths, amount)})"


def _by_how_much(paths: PathComparison, amount: float) -> str:
    if paths.is_nothing(amount):
        return "0"
    return f"{amount_text(amount)} ({_share(paths, amount)} of the largest value)"


def _share(paths: PathComparison, amount: float) -> str:
    return percent(amount / paths.error.scale)
