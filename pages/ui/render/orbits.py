"""Moves of a mark that leave a pool's output unchanged, on a grid and for a single peak. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pages.ui.render.array_cache import cached_arrays
from pages.ui.render.context import render_context
from pages.ui.scene.grid import GRID
from pages.ui.scene.pools import choice_of
from pages.ui.scene.scene import Scene
from rfcore.layers import Pair
from rfcore.network import Network
from rfcore.orbits import (
    ONE_PIXEL_STEPS,
    OUTSIDE,
    orbit_map,
    peak_orbit,
    share_unchanged,
    steps_unchanged,
)
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack


@dataclass(frozen=True, eq=False)
class PeakSteps:
    """The one-pixel steps of a single peak that change nothing, over all its places in a window.

    unchanged: (rows, cols) of the places: how many of the 8 steps change nothing. share: of all
    steps.
    """

    unchanged: NDArray[np.int64]
    share: Fraction

    @property
    def steps(self) -> int:
        """The number of steps that were tried."""
        return self.unchanged.size * len(ONE_PIXEL_STEPS)


def orbit_labels(scene: Scene) -> NDArray[np.int64] | None:
    """Return a label for every place of a grid's mark; equal labels mean equal last maps.

    The array is (rows, cols) of places; [row, col] is that of the mark's upper left cell. None if
    the picture is no grid, or the pooling page cannot build the stack.
    """
    if scene.image != GRID or choice_of(scene.stack) is None:
        return None
    return _labels(replace(scene.without_drag(), photo=None))


def steps_at(labels: NDArray[np.int64], place: Pair) -> Pair:
    """Return how many one-pixel steps from a place change nothing, and how many there are.

    labels: as `orbit_labels` returns them. Steps off the grid do not count.

    >>> steps_at(np.array([[0, 0, 1], [0, 0, 1], [2, 2, 3]]), (0, 0))
    (3, 3)
    """
    around = np.pad(labels, 1, constant_values=OUTSIDE)
    here = around[place[0] : place[0] + 3, place[1] : place[1] + 3]
    return int(steps_unchanged(here)[0, 0]), int(np.count_nonzero(here != OUTSIDE)) - 1


@cached_arrays
def peak_steps(stack: Stack) -> PeakSteps | None:
    """Return which steps of a peak a stack ignores; None if the pooling page cannot build it."""
    if choice_of(stack) is None:
        return None
    labels, jump = peak_orbit(Network.with_filters(stack)), receptive_fields(stack)[-1].jump
    return PeakSteps(steps_unchanged(labels, jump), share_unchanged(labels, jump))


@cached_arrays
def _labels(scene: Scene) -> NDArray[np.int64]:
    context = render_context(scene)
    reach = scene.size - scene.pattern_size
    # All places at once: the grid's whole numbers, not the shares of white it is kept in.
    places = product(range(reach + 1), range(reach + 1))
    pictures = np.stack([context.on(context.background, at) for at in places])
    outputs = context.network.forward(pictures)[-1][:, context.channels[-1]]
    output_of = {
        picture.tobytes(): output for picture, output in zip(pictures, outputs, strict=True)
    }
    labels = orbit_map(
        lambda picture: output_of[context.in_numbers(picture).tobytes()],
        context.background,
        context.pattern,
        (0, 0),
        reach,
    )[reach:, reach:]
    labels.flags.writeable = False
    return labels
