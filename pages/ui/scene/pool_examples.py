"""Example grids of the pooling page. Pure."""

from __future__ import annotations

from dataclasses import replace

from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from rfcore.layers import Pair
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


# If an example's text is about some cells, the mark is outside the windows that see them.
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
    """Return the name of the example whose grid and layers a scene has; the mark may have moved."""
    for name, example in EXAMPLES.items():
        if (scene.cells, scene.stack) == (example.cells, example.stack):
            return name
    return None


def with_example(scene: Scene, name: str) -> Scene:
    """Return the scene of an example, with the lens of the given scene."""
    return replace(EXAMPLES[name], lens=scene.lens, photo=scene.photo)
