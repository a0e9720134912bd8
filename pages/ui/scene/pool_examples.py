"""Grids to begin with on the pooling page, and what a pool makes of them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pages.ui.render.context import render_context
from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from pages.ui.text.format import decimal
from rfcore.layers import Pair
from rfcore.ops import Array
from rfcore.stack import Stack

FIRST, PATCHES, ROWS = "first touch", "three patches of 2×2", "three rows of 4"
OVERLAPPING, RAMP = "overlapping windows", "a ramp"


def _example(cells: str, stack: str, at: Pair, pattern: str = "pixel") -> Scene:
    cells = cells.replace(" ", "")
    return Scene(
        image=GRID,
        size=round(len(cells) ** 0.5),
        cells=cells,
        pattern=pattern,
        position=at,
        start=at,
        stack=Stack.parse(stack),
        kernels=(),
        channels=(0,),
        lens="pool",
    )


# Where a message is about some cells, the mark stands in windows that see none of them.
EXAMPLES: dict[str, Scene] = {
    FIRST: _example(
        "10210012 01201300 21000102 03102100 12000120 10330210 01001200 31001200", "M2x2/2", (2, 2)
    ),
    PATCHES: _example("100001 000100 000000 000000 000000 000000", "M2x2/2", (4, 2)),
    ROWS: _example("1000 0001 0100 0000", "M1x2", (3, 0)),
    OVERLAPPING: _example(
        "20103012 01020300 10210021 03001200 21030102 00121030 12000201 03102012", "M3x3/2", (3, 3)
    ),
    RAMP: _example(
        "00112233 01122334 11223344 12233445 22334455 23344556 33445566 34455667",
        "M2x2/2",
        (2, 2),
        "square",
    ),
}


def example_of(scene: Scene) -> str | None:
    """Return the example whose grid and layers a scene shows, wherever its mark is."""
    for name, example in EXAMPLES.items():
        if (scene.cells, scene.stack) == (example.cells, example.stack):
            return name
    return None


def with_example(scene: Scene, name: str) -> Scene:
    """Return the scene of an example, seen through the lens that there is."""
    return replace(EXAMPLES[name], lens=scene.lens, photo=scene.photo)


def message_of(scene: Scene) -> str:
    """Say what the pool makes of the three rows or patches of an example; else nothing.

    It speaks of the grid by itself, without the mark.
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
