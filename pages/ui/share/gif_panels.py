"""One frame of an animation as panels: the picture and every map that the stage shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pages.ui.render.frame import frame_inputs
from pages.ui.render.lens import FULL_SCALE, FrameInputs
from pages.ui.render.registry import LENSES
from pages.ui.scene.scene import Scene
from pages.ui.share.gif_colors import gray, signed_colors
from pages.ui.text.format import direction
from rfcore.layers import Pair
from rfcore.ops import Array
from rfcore.receptive_field import ReceptiveField

Box = tuple[float, float, float, float]
"""Half-open bounds (row0, row1, col0, col1), in pixels of the picture."""


@dataclass(frozen=True, eq=False)
class Panel:
    """A picture or a map.

    title, note: the two lines of the caption. colors: of its cells, (rows, cols), as indices. box:
    where the cells are. numbers: to write into the cells, (rows, cols), or None.
    """

    title: str
    note: str
    colors: Array
    box: Box
    numbers: Array | None = None


@dataclass(frozen=True, eq=False)
class AnimationFrame:
    """What one frame shows.

    panels: the picture first. sentence: what the move changed. around: the square of the pattern.
    began: the same square at the start of the drag.
    """

    panels: tuple[Panel, ...]
    sentence: str
    around: Box
    began: Box


def animation_frame(scene: Scene) -> AnimationFrame:
    """Return what the frame of one scene shows."""
    inputs, lens = frame_inputs(scene), LENSES[scene.lens]
    static, dynamic = lens.static_part(scene, inputs.context).header, lens.dynamic_part(inputs)
    numbers = static.get("numbers", lens.numbers)
    titles = static.get("titles", [None] * len(scene.stack))
    maps = [
        _map_panel(inputs, layer, titles[layer], inputs.now.maps[layer], numbers)
        for layer in lens.visible_layers(scene)
    ]
    extras = [
        _extra_panel(inputs, extra, dynamic.planes[f"extra{i}"], numbers)
        for i, extra in enumerate(static.get("extras", []))
    ]
    return AnimationFrame(
        panels=(_picture_panel(inputs, numbers), *maps, *extras),
        sentence=dynamic.header["sentence"],
        around=_square(scene.position, scene.pattern_size),
        began=_square(scene.start, scene.pattern_size),
    )


def _picture_panel(inputs: FrameInputs, numbers: bool) -> Panel:
    scene, context = inputs.scene, inputs.context
    picture = context.picture_of(scene)[0]
    unit, units = ("px", "px") if scene.full == 1 else ("cell", "cells")
    return Panel(
        f"picture {scene.size}×{scene.size}",
        f"moved {direction(scene.moved, unit, units)}",
        gray(picture, context.full),
        _square((0, 0), scene.size),
        picture if numbers and context.full > 1 else None,
    )


def _map_panel(
    inputs: FrameInputs, layer: int, title: str | None, values: Array, numbers: bool
) -> Panel:
    rows, cols = values.shape
    return Panel(
        title or str(inputs.scene.stack.layers[layer]),
        f"{rows}×{cols} cells",
        signed_colors(values, inputs.context.scales[layer]),
        map_box(inputs.context.fields[layer], (rows, cols)),
        values if numbers else None,
    )


def _extra_panel(inputs: FrameInputs, extra: dict[str, Any], plane: Array, numbers: bool) -> Panel:
    values = plane * (extra["scale"] / FULL_SCALE)
    panel = _map_panel(inputs, extra["layer"], extra["title"], values, numbers)
    return Panel(
        panel.title, panel.note, signed_colors(values, extra["full"]), panel.box, panel.numbers
    )


def map_box(field: ReceptiveField, shape: Pair) -> Box:
    """Return the box of a map: a cell is as wide as the jump and is centred in its field."""
    row0, col0 = (
        start + (size - jump) / 2
        for start, size, jump in zip(field.start, field.size, field.jump, strict=True)
    )
    return row0, row0 + shape[0] * field.jump[0], col0, col0 + shape[1] * field.jump[1]


def _square(place: Pair, side: int) -> Box:
    return place[0], place[0] + side, place[1], place[1] + side


def margin_of(panels: tuple[Panel, ...], size: int) -> int:
    """Return by how many pixels the maps reach beyond the picture, at most max(3, size // 8)."""
    beyond = max(max(-p.box[0], p.box[1] - size, -p.box[2], p.box[3] - size) for p in panels)
    return int(min(np.ceil(max(0, beyond)), max(3, size // 8)))


def scaled(box: Box, zoom: int, margin: int) -> tuple[int, int, int, int]:
    """Return a box in GIF pixels of its panel, which begins `margin` pixels outside the picture."""
    row0, row1, col0, col1 = (int(np.floor((at + margin) * zoom + 0.5)) for at in box)
    return row0, row1, col0, col1
