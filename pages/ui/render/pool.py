"""The pool lens: numbers in a small grid, and what a pool keeps of where they are. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.ui.render import pool_text
from pages.ui.render.context import RenderContext
from pages.ui.render.lens import FrameInputs, FramePart, Lens
from pages.ui.render.orbits import orbit_labels, peak_steps, steps_at
from pages.ui.render.pool_text import PoolReading, Windows
from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from pages.ui.text.format import arrows, direction
from rfcore.layers import MaxPool2d, Pair
from rfcore.ops import max_pool2d
from rfcore.ops.argmax import argmax_cells
from rfcore.pictures.patterns import place
from rfcore.shifts import changed_cells


class PoolLens(Lens):
    """A grid, its pool, who wins each window, and which moves the pool cannot tell apart."""

    labels = (
        ("changed", "outputs changed", ""),
        ("most", "largest change", "Of one output, since the start of the drag."),
    )
    numbers = True
    responses = False

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return the maps' titles, the orbit map and what a single peak's steps do."""
        part = FramePart({"titles": [pool_text.title(layer) for layer in scene.stack], "peak": ""})
        labels, peak = orbit_labels(scene), peak_steps(scene.stack)
        if labels is not None:
            part.planes["orbit"] = labels.astype("<i2")
        if peak is not None:
            part.header["peak"] = f"{peak.share} on average"
        return part

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return the sentence, the readouts, and the winning cell of each window."""
        readings = _readings(inputs)
        header: dict[str, Any] = {
            "sentence": _sentence(inputs, readings[-1]),
            "readings": [pool_text.readouts(reading) for reading in readings],
            "steps": _steps(inputs.scene),
        }
        if inputs.scene.image == GRID:
            header["moved"] = arrows(inputs.scene.moved)
        first = inputs.scene.stack.layers[0]
        if inputs.scene.image != GRID or not isinstance(first, MaxPool2d):
            return FramePart(header)
        winners = argmax_cells(inputs.context.picture_of(inputs.scene), first)[0]
        return FramePart(header, {"winners": winners.astype("<i2")})


LENS = PoolLens()


def _readings(inputs: FrameInputs) -> list[PoolReading]:
    return [
        PoolReading(changed_cells(start, now), now.size, float(np.abs(now - start).max()))
        for start, now in zip(inputs.start.maps, inputs.now.maps, strict=True)
    ]


def _sentence(inputs: FrameInputs, reading: PoolReading) -> str:
    scene = inputs.scene
    if scene.moved == (0, 0):
        return pool_text.at_rest(scene.pattern)
    moved = direction(scene.moved, *(("cell",) if scene.image == GRID else ("px", "px")))
    if scene.moves != "pattern":
        return pool_text.picture_sentence(moved, reading)
    first = scene.stack.layers[0]
    if scene.image != GRID or len(scene.stack) > 1 or not isinstance(first, MaxPool2d):
        return pool_text.other_sentence(scene.stack, moved, reading)
    before, now = (
        _windows_of(inputs.context, first, where) for where in (scene.start, scene.position)
    )
    counts = (int(np.count_nonzero(windows)) for windows in (before, now, before & now))
    return pool_text.max_sentence(scene.pattern, scene.moved, Windows(*counts), reading)


def _windows_of(context: RenderContext, layer: MaxPool2d, where: Pair) -> NDArray[np.bool_]:
    """Return which windows of a max pool see a cell of the mark at a place."""
    mark = place(np.zeros_like(context.background), context.pattern, *where)
    seen = max_pool2d(
        mark,
        layer.kernel_size,
        stride=layer.stride,
        padding=layer.padding,
        dilation=layer.dilation,
    )
    return seen > 0


def _steps(scene: Scene) -> str:
    labels = orbit_labels(scene) if scene.moves == "pattern" else None
    if labels is None:
        return ""
    unchanged, steps = steps_at(labels, scene.position)
    return f"{unchanged} of {steps} here"
