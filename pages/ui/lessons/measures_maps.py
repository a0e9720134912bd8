"""Measures of a scene's maps, pools and weights. Pure."""

from __future__ import annotations

import numpy as np

from pages.ui.lessons.quantity import Quantity, layer_index
from pages.ui.render.equivariance import fill_of
from pages.ui.render.frame import frame_inputs
from pages.ui.render.lens import FrameInputs
from pages.ui.render.maps import errors_of, layer_readings
from pages.ui.render.orbits import orbit_labels, peak_steps, steps_at
from pages.ui.scene.limits import SceneError, map_shapes
from pages.ui.scene.scene import Scene
from rfcore.equivariance import break_of
from rfcore.layers import Conv2d
from rfcore.ops import Array
from rfcore.shifted_maps import map_shifts


def changed_cells_of(scene: Scene, number: int) -> Array:
    """Return a bool mask (rows, cols) of a map's cells that changed since the drag's start.

    number: the layer, from 1, or 0 for the last.
    """
    moment, at = _moment(scene), layer_index(scene, number)
    changed: Array = moment.start.maps[at] != moment.now.maps[at]
    return changed


def _moment(scene: Scene) -> FrameInputs:
    return frame_inputs(scene, responses=True)  # a task may measure the response in any lens


def changed(scene: Scene, asked: Quantity) -> float:
    """Return how many cells of a map changed since the start of the drag."""
    return float(np.count_nonzero(changed_cells_of(scene, asked.map)))


def response_shift(scene: Scene, asked: Quantity) -> float | None:
    """Return how far the pattern's response moved on a map, right or down, in cells."""
    measured = layer_readings(_moment(scene))[layer_index(scene, asked.map)].measured
    return None if measured is None else float(max(measured.shift, key=abs))


def first_broken_layer(scene: Scene, _: Quantity) -> float:
    """Return the first layer, from 1, that is not exactly equivariant to the move; 0 if none."""
    broken = break_of(scene.stack, errors_of(_moment(scene)))
    return 0.0 if broken is None else broken.layer + 1.0


def difference(scene: Scene, _: Quantity) -> float:
    """Return the largest difference on the last map between shift first and network first."""
    moment, sides = _moment(scene), (scene.size, scene.size)
    fill = fill_of(scene, moment.context)
    should = map_shifts(scene.stack, scene.moved, sides, scene.padding_mode, fill)[-1]
    moved = should.apply(moment.start.maps[-1])[should.there]
    return float(np.abs(moment.now.maps[-1][should.there] - moved).max(initial=0.0))


def cells(scene: Scene, asked: Quantity) -> float:
    """Return the number of rows of a map."""
    return float(map_shapes(scene.stack, scene.size)[layer_index(scene, asked.map)][1])


def layers(scene: Scene, _: Quantity) -> float:
    """Return the number of layers of the stack."""
    return float(len(scene.stack))


def moved(scene: Scene, _: Quantity) -> float:
    """Return the length of the drag in pixels, along the axis where it is longer."""
    return float(max(map(abs, scene.moved)))


def unnoticed_steps(scene: Scene, _: Quantity) -> float:
    """Return how many one-cell moves of the peak leave the pool's output unchanged."""
    labels = orbit_labels(scene)
    if labels is None:
        raise SceneError("only a pool over a grid of numbers has steps that it does not notice")
    return float(steps_at(labels, scene.position)[0])


def unnoticed_share(scene: Scene, _: Quantity) -> float:
    """Return the percentage of a peak's one-cell moves that leave the pool's output unchanged."""
    steps = peak_steps(scene.stack)
    if steps is None:
        raise SceneError("only a pool has a share of steps that it does not notice")
    return 100.0 * float(steps.share)


def weights(scene: Scene, _: Quantity) -> float:
    """Return the number of weights of one kernel of the first layer."""
    return _kernel_cells(scene)


def _kernel_cells(scene: Scene) -> float:
    layer = scene.stack.layers[0]
    if not isinstance(layer, Conv2d):
        raise SceneError(f"weights are counted in a convolution; the first layer is {layer}")
    return float(layer.kernel_size[0] * layer.kernel_size[1])


def locally_connected_weights(scene: Scene, _: Quantity) -> float:
    """Return the number of weights of the first layer's channel if it were locally connected."""
    rows, cols = map_shapes(scene.stack, scene.size)[0][1:]
    return _kernel_cells(scene) * rows * cols
