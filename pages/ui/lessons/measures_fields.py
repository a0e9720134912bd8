"""Measures of what a unit sees. Pure."""

from __future__ import annotations

from pages.ui.lessons.quantity import Quantity, layer_index
from pages.ui.render.context import render_context
from pages.ui.render.fields import exact_fields_of
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.gradient import effective_receptive_field, middle_share, used_pixels
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.receptive_field import ReceptiveField, receptive_fields


def field(scene: Scene, asked: Quantity) -> float:
    """Return the side of the receptive field of a map's units, in pixels."""
    return float(_arithmetic(scene, asked).size[0])


def jump(scene: Scene, asked: Quantity) -> float:
    """Return the distance between the centres of neighbouring units of a map, in pixels."""
    return float(_arithmetic(scene, asked).jump[0])


def _arithmetic(scene: Scene, asked: Quantity) -> ReceptiveField:
    fields = receptive_fields(scene.stack, (scene.size, scene.size))
    return fields[layer_index(scene, asked.map)]


def pinned(scene: Scene, _: Quantity) -> float:
    """Return the layer of the pinned unit, from 1; 0 when none is pinned."""
    return 0.0 if scene.unit is None else scene.unit.layer + 1.0


def covered(scene: Scene, _: Quantity) -> float | None:
    """Return the share of the pattern inside the pinned unit's field, in percent."""
    if scene.unit is None:
        return None
    rows, cols = exact_fields_of(scene)[scene.unit.layer].seen_by(scene.unit.row, scene.unit.col)
    (row, col), size = scene.position, scene.pattern_size
    return 100.0 * float(rows[row : row + size].mean() * cols[col : col + size].mean())


def reached(scene: Scene, asked: Quantity) -> float:
    """Return how many cells of a map can see the pattern's first pixel, or the pinned pixel."""
    field = exact_fields_of(scene)[layer_index(scene, asked.map)]
    rows, cols = field.reached_from(*(scene.pixel or scene.position))
    return float(rows.sum() * cols.sum())


def used(scene: Scene, _: Quantity) -> float | None:
    """Return how many pixels can change the pinned unit with the current input."""
    if scene.unit is None:
        return None
    channel = scene.channels[scene.unit.layer]
    return float(used_pixels(*_unit_in(scene, scene.unit), channel=channel).sum())


def middle(scene: Scene, _: Quantity) -> float | None:
    """Return the percentage of the pinned unit's effective field in its box's middle quarter."""
    unit = scene.unit
    if unit is None:
        return None
    gradient = effective_receptive_field(*_unit_in(scene, unit), channel=scene.channels[unit.layer])
    span = render_context(scene.without_drag()).fields[unit.layer].span(unit.row, unit.col)
    return 100.0 * middle_share(gradient, span)


def _unit_in(scene: Scene, unit: Unit) -> tuple[Network, Array, int, tuple[int, int]]:
    context = render_context(scene.without_drag())
    return context.network, context.picture_of(scene), unit.layer, (unit.row, unit.col)
