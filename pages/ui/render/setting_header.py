"""The header entries that stay the same during a drag: layers, channels and fields. Pure."""

from __future__ import annotations

from typing import Any

from pages.ui.scene.channels import layer_groups
from pages.ui.scene.choices import UPLOAD
from pages.ui.scene.custom_kernels import is_own
from pages.ui.scene.limits import map_shapes
from pages.ui.scene.scene import Scene
from rfcore.filters import RANDOM, channel_filter
from rfcore.layers import Conv2d
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.stack import Stack


def setting_header(
    scene: Scene, fields: tuple[ReceptiveField, ...], scales: tuple[float, ...]
) -> dict[str, Any]:
    """Return the header entries that are sent once per scene, without the drag and the planes.

    fields: of the layers' units, in order. scales: for each map, the value of the strongest colour.
    """
    shapes = map_shapes(scene.stack, scene.size)
    layers = []
    groups = layer_groups(scene.stack)
    choices = iter(scene.kernels)
    choice: str | None = None
    mixed = False
    for index, (layer, shape, field) in enumerate(zip(scene.stack, shapes, fields, strict=True)):
        if isinstance(layer, Conv2d):
            mixed = choice is not None
            choice = next(choices)
        layers.append(
            {
                "text": str(layer),
                "name": layer.name,
                "rows": shape[1],
                "cols": shape[2],
                "channel": scene.channels[index],
                "group": groups[index],
                "channels": [_channel_name(choice, c, mixed) for c in range(shape[0])],
                "scale": scales[index],
                "field": _field_header(field),
                "within": _fields_on_earlier_maps(scene.stack, index, shapes),
            }
        )
    return {
        "size": scene.size,
        "full": scene.full,
        "cells": scene.cells,
        "lens": scene.lens,
        "pattern": {"name": scene.pattern, "size": scene.pattern_size},
        "photo": scene.photo.id if scene.image == UPLOAD and scene.photo else None,
        "layers": layers,
    }


def _channel_name(choice: str | None, channel: int, mixed: bool) -> str:
    """Return a channel's name: its filter, and whether that sees a mix of earlier channels."""
    if choice is None:
        return "gray"
    name = "your own" if is_own(choice) else channel_filter(choice, channel)
    return f"{channel + 1} {name}" + (" (of a mix)" if mixed and choice != RANDOM else "")


def _fields_on_earlier_maps(
    stack: Stack, index: int, shapes: tuple[tuple[int, int, int], ...]
) -> list[dict[str, Any]]:
    """Return the field of a layer's units on every map before it, in that map's cells."""
    found = []
    for earlier in range(index):
        between = Stack(stack.layers[earlier + 1 : index + 1])
        found.append(_field_header(receptive_fields(between, shapes[earlier][1:])[-1]))
    return found


def _field_header(field: ReceptiveField) -> dict[str, Any]:
    return {
        "size": field.size,
        "jump": field.jump,
        "start": field.start,
        "holes": field.has_holes,
    }
