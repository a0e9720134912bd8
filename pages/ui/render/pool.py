"""The pool lens: a grid of numbers, and how much a pool keeps of a mark's place. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.ui.render.context import RenderContext, render_context
from pages.ui.render.lens import FrameInputs, FramePart, Lens
from pages.ui.render.orbits import orbit_labels, peak_steps, steps_at
from pages.ui.scene.grid import FULL, GRID
from pages.ui.scene.pool_examples import PATCHES, ROWS, example_of
from pages.ui.scene.scene import Scene
from pages.ui.text.format import arrows, decimal, direction
from rfcore.layers import Layer, MaxPool2d, Pair
from rfcore.ops import Array, max_pool2d
from rfcore.ops.argmax import argmax_cells
from rfcore.pictures.patterns import place
from rfcore.shifts import changed_cells
from rfcore.stack import Stack


@dataclass(frozen=True)
class PoolReading:
    """The effect of a move on one map: changed cells, all cells, and the largest change."""

    changed: int
    cells: int
    most: float


@dataclass(frozen=True)
class Windows:
    """The number of windows of a max pool that see a mark: before a move, now, and both times."""

    before: int
    now: int
    both: int


class PoolLens(Lens):
    """A grid, its pool, the maximum of each window, and the moves that the pool does not notice."""

    labels = (
        ("changed", "outputs changed", ""),
        ("most", "largest change", "Of one output, since the start of the drag."),
    )
    numbers = True
    responses = False

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return the maps' titles, the orbit map, and the unnoticed steps of a single peak."""
        part = FramePart({"titles": [title(layer) for layer in scene.stack], "peak": ""})
        labels, peak = orbit_labels(scene), peak_steps(scene.stack)
        if labels is not None:
            part.planes["orbit"] = labels.astype("<i2")
        if peak is not None:
            part.header["peak"] = f"{peak.share} on average"
        return part

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return the sentence, the readouts, and the cell with the maximum of each window."""
        readings = _readings(inputs)
        header: dict[str, Any] = {
            "sentence": _sentence(inputs, readings[-1]),
            "readings": [readouts(reading) for reading in readings],
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
        return at_rest(scene.pattern)
    moved = direction(scene.moved, *(("cell",) if scene.image == GRID else ("px", "px")))
    if scene.moves != "pattern":
        return outputs_sentence(moved, reading)
    first = scene.stack.layers[0]
    if scene.image != GRID or len(scene.stack) > 1 or not isinstance(first, MaxPool2d):
        return other_sentence(scene.stack, moved, reading)
    before, now = (
        _windows_of(inputs.context, first, where) for where in (scene.start, scene.position)
    )
    counts = (int(np.count_nonzero(windows)) for windows in (before, now, before & now))
    return max_sentence(scene.pattern, scene.moved, Windows(*counts), reading)


def _windows_of(context: RenderContext, layer: MaxPool2d, where: Pair) -> NDArray[np.bool_]:
    """Return a mask of the windows of a max pool that see the mark at a place."""
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


def readouts(reading: PoolReading) -> dict[str, str]:
    """Return the readouts under a map."""
    return {
        "changed": f"{reading.changed:,} of {reading.cells:,}",
        "most": decimal(reading.most),
    }


def title(layer: Layer) -> str:
    """Name a map in full words, as in "max pool 2×2, stride 2"."""
    kernel_size, stride = getattr(layer, "kernel_size", None), getattr(layer, "stride", None)
    if kernel_size is None or stride is None:
        return layer.name
    step = str(stride[0]) if stride[0] == stride[1] else f"{stride[0]}×{stride[1]}"
    return f"{layer.name} {kernel_size[0]}×{kernel_size[1]}, stride {step}"


def at_rest(mark: str) -> str:
    """Say what to try before the first move."""
    name = f"the {FULL}" if mark == "pixel" else f"the {mark}"
    return f"Drag {name}. What does the pool notice?"


def max_sentence(mark: str, moved: Pair, windows: Windows, reading: PoolReading) -> str:
    """Say what a move did to a max pool over a grid."""
    return f"Moved {direction(moved, 'cell')}. {_stay(mark, windows, reading)}"


def _stay(mark: str, windows: Windows, reading: PoolReading) -> str:
    name, outputs = f"The {FULL}" if mark == "pixel" else f"The {mark}", _outputs(reading)
    if not windows.before and not windows.now:
        return f"No window sees {name.lower()}: {outputs}."
    if windows.both == windows.before == windows.now:
        same = "window" if windows.now == 1 else f"{windows.now} windows"
        return f"{name} is still in the same {same}: {outputs}."
    even_so = "even so, " if not reading.changed else ""
    if not windows.now:
        return f"{name} left {_its(windows.before)}, and no window sees it now: {even_so}{outputs}."
    left = windows.before - windows.both
    if not left:
        came = windows.now - windows.before
        into = f"{came} more" if windows.before else f"{came}"
        return f"{name} came into {into} {_plural(came)}: {even_so}{outputs}."
    of = _its(left) if left == windows.before else f"{left} of its {windows.before} windows"
    return f"{name} left {of}: {even_so}{outputs}."


def other_sentence(stack: Stack, moved: str, reading: PoolReading) -> str:
    """Say what a move did to layers without a single maximum per window; moved: in words."""
    names = ", then ".join(layer.name for layer in stack)
    by = f", by {decimal(reading.most)} at most" if reading.changed else ""
    return f"Moved {moved}. After {names}, {_outputs(reading)}{by}."


def outputs_sentence(moved: str, reading: PoolReading) -> str:
    """Say what happened when the whole picture moved with the mark; moved: in words."""
    return f"The whole picture moved {moved}: {_outputs(reading)}."


def _outputs(reading: PoolReading) -> str:
    if not reading.changed:
        return "no output changed"
    return f"{reading.changed:,} of {reading.cells:,} outputs changed"


def _its(count: int) -> str:
    return "its window" if count == 1 else f"its {count} windows"


def _plural(count: int) -> str:
    return "window" if count == 1 else "windows"


def message_of(scene: Scene) -> str:
    """Say how the pool changes the three rows or patches of an example; "" for another scene.

    The numbers are those of the grid without the mark.
    """
    name = example_of(scene)
    if name not in (PATCHES, ROWS):
        return ""
    context = render_context(scene.without_drag())
    pooled = context.chosen(context.in_numbers(context.background))[-1]
    outputs = [_listed(part) for part in (pooled[:1, :3].T if name == PATCHES else pooled[:3])]
    inputs = [_listed(part) for part in _PARTS[name](_numbers(scene))]
    what = "patches" if name == PATCHES else "rows"
    verdict = "all alike" if len(set(outputs)) == 1 else "they do not agree"
    return f"The {what} {_and(inputs)} give {_and(outputs)}: {verdict}."


def _numbers(scene: Scene) -> Array:
    numbers: Array = np.array([int(cell) for cell in scene.cells], np.float32)
    return numbers.reshape(scene.size, scene.size)


_PARTS: dict[str, Callable[[Array], list[Array]]] = {
    PATCHES: lambda grid: [grid[:2, col : col + 2].ravel() for col in (0, 2, 4)],
    ROWS: lambda grid: list(grid[:3]),
}


def _listed(values: Array) -> str:
    numbers = ", ".join(decimal(float(value)) for value in values)
    return f"[{numbers}]" if values.size > 1 else numbers


def _and(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
