"""Orbits: which shifts of a pattern a layer can tell apart, and which look the same to it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray

from rfcore.checks import describe_array, short_repr, whole_number, whole_number_within, whole_pair
from rfcore.errors import LayerError, PatternError, ShapeError, ShiftError
from rfcore.layers import Pair
from rfcore.moving import MovingPattern
from rfcore.network import Network, checked_network
from rfcore.ops import Array, checked_map
from rfcore.pictures.patterns import Pattern, checked_pattern, place
from rfcore.receptive_field import receptive_fields
from rfcore.shifts import checked_tolerance
from rfcore.stack import Stack

OUTSIDE = -1
"""The label of a shift that takes the pattern across the image's edge."""

ONE_PIXEL_STEPS: tuple[Pair, ...] = tuple(
    (row, col) for row, col in product((-1, 0, 1), repeat=2) if (row, col) != (0, 0)
)
"""The (row, col) steps to the 8 neighbouring pixels."""

MAX_ORIGIN = 2_000
"""The most pixels of a reach, or from the image's edge to its bright pixel: a limit of memory."""


def orbit_map(
    run: Network | Callable[[Array], Array],
    background: Array,
    pattern: Pattern,
    origin: Pair,
    reach: int,
    layer: int | None = None,
    *,
    tolerance: float = 1e-5,
) -> NDArray[np.int64]:
    """Label every shift of a pattern by the output it gives: equal labels, equal output.

    run: a network, or any function from an image (1, rows, cols) to an array. layer: the layer of
    the network whose map is the output, counted from 0; the last one if left out. A function takes
    no `layer`. background: (1, rows, cols). origin: (row, col) of the pattern's top-left corner
    before any shift, in pixels. reach: the largest shift to each side, in pixels. tolerance: the
    largest difference of a cell that counts as rounding, as a share of the largest absolute output
    at the origin. Sums of the same numbers in another order differ by about 1e-7 of it in float32.
    Returns an int array (2 * reach + 1, 2 * reach + 1). Its item [reach + row, reach + col] labels
    the shift by (row, col): 0 if the output equals that at the origin, otherwise 1, 2, … in the
    order in which new outputs appear, and OUTSIDE if the pattern would cross the image's edge.
    Raises PatternError if the pattern crosses the edge at the origin, ShiftError for a `reach` or a
    tolerance below 0 or a reach above MAX_ORIGIN, LayerError for a layer that does not exist, and
    otherwise what `MovingPattern` raises.

    >>> from rfcore import draw_pattern
    >>> network = Network.with_filters(Stack.parse("M2x2/2"))
    >>> orbit_map(network, np.zeros((1, 8, 8)), draw_pattern("pixel", 4), (2, 2), 1)
    array([[1, 2, 2],
           [3, 0, 0],
           [3, 0, 0]])
    """
    reach = whole_number(reach, "reach", 0, MAX_ORIGIN, error=ShiftError)
    checked_tolerance(tolerance)
    row, col = whole_pair(origin, "origin", error=ShiftError, parts=("row", "col"))
    checked_pattern(pattern)
    output_at = _outputs(run, background, pattern, layer)
    rows, cols = checked_map(background).shape[-2:]
    places = rows - pattern.alpha.shape[0], cols - pattern.alpha.shape[1]
    if not (0 <= row <= places[0] and 0 <= col <= places[1]):
        raise PatternError(
            f"the pattern must lie wholly in the image at its origin, from (0, 0) to {places}, "
            f"got {short_repr((row, col))}"
        )
    known = _Outputs(output_at(row, col), tolerance)
    labels = np.full((2 * reach + 1, 2 * reach + 1), OUTSIDE)
    for place_row in range(max(row - reach, 0), min(row + reach, places[0]) + 1):
        for place_col in range(max(col - reach, 0), min(col + reach, places[1]) + 1):
            label = known.label(output_at(place_row, place_col))
            labels[reach + place_row - row, reach + place_col - col] = label
    return labels


def steps_unchanged(labels: NDArray[np.int64], places: Pair = (1, 1)) -> NDArray[np.int64]:
    """Count at every place how many of the one-pixel steps, in 8 directions, change nothing.

    labels: of an orbit map. places: (rows, cols) of places to step from, counted down and right
    from the origin: the origin alone when left out, a layer's jump for all places that there are.
    Returns an int array of the shape `places`, 0 to 8; a step that leads OUTSIDE is not counted.
    Raises ShapeError when `labels` is no orbit map, ShiftError when its reach is less than a step
    from each place needs.

    >>> network = Network.with_filters(Stack.parse("M3x3/3"))
    >>> steps_unchanged(peak_orbit(network), (3, 3))
    array([[3, 5, 3],
           [5, 8, 5],
           [3, 5, 3]])
    """
    return _counted_steps(labels, places)[0]


def share_unchanged(labels: NDArray[np.int64], places: Pair = (1, 1)) -> Fraction:
    """Return the share of one-pixel steps, in 8 directions, that change nothing.

    labels, places: as for `steps_unchanged`; the share is the average over all places. A step that
    leads OUTSIDE is not counted.
    Raises as `steps_unchanged` does, and ShiftError when no step can be counted.

    >>> share_unchanged(np.array([[1, 2, 2], [3, 0, 0], [3, 0, 0]]))
    Fraction(3, 8)
    """
    unchanged, counted = _counted_steps(labels, places)
    if not counted.any():
        raise ShiftError("no one-pixel step keeps the pattern inside the image; take a larger one")
    return Fraction(int(unchanged.sum()), int(counted.sum()))


def peak_orbit(network: Network) -> NDArray[np.int64]:
    """Label the shifts of a single bright pixel, on a black image in which no border plays a part.

    Returns an orbit map. Its reach is the larger of the last layer's two jumps. Its origin is the
    first pixel of a unit's field, so one jump of rows and columns holds every place that the pixel
    can have relative to the units.
    Raises ShapeError for a global pool, which has a border wherever the image ends, and for fields
    and jumps of more than MAX_ORIGIN pixels; LayerError if `network` is not a Network.

    >>> peak_orbit(Network.with_filters(Stack.parse("M2x2/2")))[2:, 2:]
    array([[0, 0, 5],
           [0, 0, 5],
           [7, 7, 8]])
    """
    field = receptive_fields(checked_network(network).stack)[-1]
    reach = max(field.jump)
    least = field.size[0] + reach, field.size[1] + reach
    if max(least) > MAX_ORIGIN:
        raise ShapeError(
            f"the last layer's field and jump must be at most {MAX_ORIGIN} pixels together, "
            f"got {max(least)}"
        )
    row, col = (
        pixel + (start - pixel) % jump
        for pixel, start, jump in zip(least, field.start, field.jump, strict=True)
    )
    image = np.zeros((1, 2 * row + 1, 2 * col + 1), np.float32)
    peak = Pattern("peak", np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))
    return orbit_map(network, image, peak, (row, col), reach)


def peak_share_unchanged(network: Network) -> Fraction:
    """Return how often a one-pixel step of a single bright pixel changes nothing at all.

    The share of the 8 steps, averaged over all places that the pixel can have relative to the
    last layer's units: that of `peak_orbit`. Raises as it does.

    >>> from rfcore import Stack
    >>> peak_share_unchanged(Network.with_filters(Stack.parse("M2x2/2")))
    Fraction(3, 8)
    """
    return share_unchanged(peak_orbit(network), receptive_fields(network.stack)[-1].jump)


def _counted_steps(
    labels: NDArray[np.int64], places: Pair
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many steps from each place change nothing, and how many stay in the image."""
    if (
        not isinstance(labels, np.ndarray)
        or labels.ndim != 2
        or labels.shape[0] != labels.shape[1]
        or labels.shape[0] % 2 == 0
    ):
        raise ShapeError(
            "labels must be an orbit map (2 * reach + 1, 2 * reach + 1), "
            f"got {describe_array(labels)}"
        )
    rows, cols = whole_pair(places, "places", error=ShiftError)
    reach = labels.shape[0] // 2
    if not 1 <= min(rows, cols) <= max(rows, cols) <= reach:
        raise ShiftError(
            f"places must be at least 1 and at most the reach of the labels, {reach}, "
            f"got {short_repr((rows, cols))}"
        )
    here = labels[reach : reach + rows, reach : reach + cols]
    unchanged, counted = np.zeros((2, rows, cols), np.int64)
    for row, col in ONE_PIXEL_STEPS:
        there = labels[reach + row : reach + row + rows, reach + col : reach + col + cols]
        inside = (here != OUTSIDE) & (there != OUTSIDE)
        counted += inside
        unchanged += inside & (here == there)
    return unchanged, counted


def _outputs(
    run: Network | Callable[[Array], Array], background: Array, pattern: Pattern, layer: int | None
) -> Callable[[int, int], Array]:
    """Return what gives the output for the pattern at a (row, col)."""
    if not isinstance(run, Network):
        if layer is not None:
            raise LayerError(f"a function has no layers to choose from, got layer {layer!r}")
        if not callable(run):
            raise LayerError(
                f"run must be a Network or a function of an image, got {short_repr(run)}"
            )
        return lambda row, col: run(place(background, pattern, row, col))
    end = count = len(run.stack)
    if layer is not None:
        where = f"in a stack of {count} layers"
        end = whole_number_within(layer, "layer", 0, count - 1, where, error=LayerError) + 1
    network = Network(
        Stack(run.stack.layers[:end]), run.kernels[:end], run.biases[:end], run.padding_mode
    )
    moving = MovingPattern(network, background, pattern)
    return lambda row, col: moving.move_to(row, col)[-1]


class _Outputs:
    """The different outputs seen so far, each kept as what differs from the first.

    A random mix of all cells tells most outputs apart at once: two that are equal in every cell
    but for `most` differ in it by at most that, times the mix's weights of the cells kept.
    """

    def __init__(self, first: Array, tolerance: float) -> None:
        self._first = np.array(first, np.float64).ravel()
        self._most = tolerance * float(np.abs(self._first).max(initial=0))
        self._weights = np.random.default_rng(0).uniform(-1, 1, self._first.size)
        self._kept = [(np.empty(0, np.intp), np.empty(0))]
        self._mixes = np.zeros((1, 2))
        """Of each output kept: its mix, and the sum of the weights, all taken as positive."""

    def label(self, output: Array) -> int:
        """Return the number of the first output kept that this one equals, or its own new one."""
        difference = np.asarray(output).ravel() - self._first
        cells = np.flatnonzero(difference)
        values, weights = difference[cells], self._weights[cells]
        mix = np.array([values @ weights, np.abs(weights).sum()])
        apart = np.abs(self._mixes[:, 0] - mix[0])
        rounding = 1e-12 * np.abs(values).sum()
        bounds = self._most * (self._mixes[:, 1] + mix[1]) + rounding
        for label in np.flatnonzero(apart <= bounds):
            kept_cells, kept_values = self._kept[label]
            rest = difference.copy()
            rest[kept_cells] -= kept_values
            if np.abs(rest).max(initial=0) <= self._most:
                return int(label)
        self._kept.append((cells, values))
        self._mixes = np.vstack([self._mixes, mix])
        return len(self._kept) - 1
