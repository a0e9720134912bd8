"""What a lesson can ask about a scene; rfcore computes every measure. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pages.ui.render.equivariance import fill_of
from pages.ui.render.frame import moment_of
from pages.ui.render.lens import Moment
from pages.ui.render.maps import errors_of, layer_readings
from pages.ui.render.orbits import orbit_labels, peak_steps, steps_at
from pages.ui.scene.limits import SceneError, map_shapes
from pages.ui.scene.scene import Scene
from rfcore.equivariance import break_of
from rfcore.layers import Conv2d
from rfcore.ops import Array
from rfcore.shifted_maps import map_shifts


@dataclass(frozen=True)
class Quantity:
    """A number to be measured in a scene: a measure's name, and what it needs to know.

    map: the layer, from 1; 0 is the last. head: a name of HEADS. quarter: one of QUARTERS. grid:
    cells a side of a face's grid.
    """

    measure: str
    map: int = 0
    head: str = ""
    quarter: str = ""
    grid: int = 0

    def of(self, scene: Scene) -> float | None:
        """Return the number in a scene; None where there is none, as before a unit is pinned.

        Raises SceneError for what such a scene does not have.
        """
        return MEASURES[self.measure].compute(scene, self)


Compute = Callable[[Scene, Quantity], float | None]


@dataclass(frozen=True)
class Measure:
    """A way to measure a scene.

    compute: returns the number. means: what it is, for those who write lessons. needs: the parts
    of a Quantity that it reads. trains: whether heads or grids have to be trained for it first.
    """

    compute: Compute
    means: str
    needs: tuple[str, ...]
    trains: bool


MEASURES: dict[str, Measure] = {}
"""Every measure by its name in a lesson; those of `measures_fields` and `measures_trained`, too,
once these are imported."""


def measure(
    name: str, means: str, *needs: str, trains: bool = False
) -> Callable[[Compute], Compute]:
    """Enter a function into MEASURES; see `Measure`."""

    def enter(compute: Compute) -> Compute:
        MEASURES[name] = Measure(compute, means, needs, trains)
        return compute

    return enter


def layer_index(scene: Scene, number: int) -> int:
    """Return a layer counted from 0; number: from 1, or 0 for the last one."""
    layers = len(scene.stack)
    if not 0 <= number <= layers:
        raise SceneError(f"the stack has maps 1 to {layers}, and 0 for the last, got {number}")
    return number - 1 if number else layers - 1


def changed_cells_of(scene: Scene, number: int) -> Array:
    """Return which cells of a map are not as they were at the start of the drag, (rows, cols)."""
    moment, at = _moment(scene), layer_index(scene, number)
    changed: Array = moment.start.maps[at] != moment.now.maps[at]
    return changed


def _moment(scene: Scene) -> Moment:
    return moment_of(scene, responses=True)  # any lens may be asked how far the response moved


@measure("changed", "cells of a map that are not as they were at the start", "map")
def _changed(scene: Scene, asked: Quantity) -> float:
    return float(np.count_nonzero(changed_cells_of(scene, asked.map)))


@measure("shift", "cells by which the pattern's response moved on a map, right or down", "map")
def _shift(scene: Scene, asked: Quantity) -> float | None:
    measured = layer_readings(_moment(scene))[layer_index(scene, asked.map)].measured
    return None if measured is None else float(max(measured.shift, key=abs))


@measure("first break", "the first layer, from 1, that does not follow exactly; 0 when all do")
def _first_break(scene: Scene, _: Quantity) -> float:
    broken = break_of(scene.stack, errors_of(_moment(scene)))
    return 0.0 if broken is None else broken.layer + 1.0


@measure("difference", "the largest difference of the two roads on the last map")
def _difference(scene: Scene, _: Quantity) -> float:
    moment, sides = _moment(scene), (scene.size, scene.size)
    fill = fill_of(scene, moment.setting)
    should = map_shifts(scene.stack, scene.moved, sides, scene.padding_mode, fill)[-1]
    moved = should.apply(moment.start.maps[-1])[should.there]
    return float(np.abs(moment.now.maps[-1][should.there] - moved).max(initial=0.0))


@measure("cells", "rows of a map", "map")
def _cells(scene: Scene, asked: Quantity) -> float:
    return float(map_shapes(scene.stack, scene.size)[layer_index(scene, asked.map)][1])


@measure("layers", "layers of the stack")
def _layers(scene: Scene, _: Quantity) -> float:
    return float(len(scene.stack))


@measure("moved", "pixels that the hand has moved, along rows or columns")
def _moved(scene: Scene, _: Quantity) -> float:
    return float(max(map(abs, scene.moved)))


@measure("unnoticed steps", "of the steps to the cells around, those that the pool does not notice")
def _unnoticed_steps(scene: Scene, _: Quantity) -> float:
    labels = orbit_labels(scene)
    if labels is None:
        raise SceneError("only a pool over a grid of numbers has steps that it does not notice")
    return float(steps_at(labels, scene.position)[0])


@measure("unnoticed share", "per cent of a single peak's steps that the pool does not notice")
def _unnoticed_share(scene: Scene, _: Quantity) -> float:
    steps = peak_steps(scene.stack)
    if steps is None:
        raise SceneError("only a pool has a share of steps that it does not notice")
    return 100.0 * float(steps.share)


@measure("weights", "weights of one kernel of the first layer")
def _weights(scene: Scene, _: Quantity) -> float:
    return _kernel_cells(scene)


def _kernel_cells(scene: Scene) -> float:
    layer = scene.stack.layers[0]
    if not isinstance(layer, Conv2d):
        raise SceneError(f"weights are counted in a convolution; the first layer is {layer}")
    return float(layer.kernel_size[0] * layer.kernel_size[1])


@measure(
    "untied weights", "weights of one channel of the first layer, with a kernel for every place"
)
def _untied_weights(scene: Scene, _: Quantity) -> float:
    rows, cols = map_shapes(scene.stack, scene.size)[0][1:]
    return _kernel_cells(scene) * rows * cols
