"""Which places of a pattern a layer cannot tell apart, and how many steps change nothing."""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rfcore.ops
import rfcore.ops.pooling
import rfcore.shifted_maps
from rfcore import (
    LayerError,
    Network,
    Pattern,
    PatternError,
    ShapeError,
    ShiftError,
    Stack,
    draw_pattern,
    orbit_map,
    peak_orbit,
    place,
    receptive_fields,
    share_unchanged,
    steps_unchanged,
)
from rfcore.orbits import OUTSIDE, peak_share_unchanged
from rfcore.shifted_maps import map_shifts
from tests.support.exact_networks import PEAK, exact_network, whole_numbers

# Orbits


@pytest.mark.parametrize("layer", [0, 1, 2, None])
def test_labels_are_equal_just_where_the_outputs_are(layer):
    network = exact_network(Stack.parse("C3x1c2 -> M2x3/2x3 -> R"))
    background = np.zeros((1, 13, 17))
    pattern = Pattern("bar", np.ones((1, 4), np.float32), np.ones((1, 4), np.float32))
    labels = orbit_map(network, background, pattern, (4, 3), 3, layer)
    outputs = [
        network.forward(place(background, pattern, 4 + row, 3 + col))[
            -1 if layer is None else layer
        ]
        for row, col in itertools.product(range(-3, 4), repeat=2)
    ]
    same = [[np.array_equal(a, b) for b in outputs] for a in outputs]
    np.testing.assert_array_equal(labels.reshape(-1, 1) == labels.reshape(1, -1), same)
    assert labels[3, 3] == 0
    # In reading order, each new label is one more than the largest so far.
    seen = np.maximum.accumulate([0, *labels.ravel()])
    assert set(np.diff(seen)) <= {0, 1}


def test_a_function_gives_the_labels_of_the_network_that_it_runs():
    network = exact_network(Stack.parse("C3c2 -> M2 -> GM"))
    background, pattern = whole_numbers((1, 20, 20)), draw_pattern("cat", 6)
    labels = orbit_map(network, background, pattern, (7, 7), 3)
    by_function = orbit_map(lambda x: network.forward(x)[-1], background, pattern, (7, 7), 3)
    np.testing.assert_array_equal(by_function, labels)


def test_a_function_may_return_any_numbers():
    background = np.zeros((1, 9, 9))
    labels = orbit_map(lambda x: x[0, :, :5].any(), background, PEAK, (4, 4), 2)
    np.testing.assert_array_equal(labels, [[0, 0, 0, 1, 1]] * 5)


def test_where_the_pattern_would_be_cut_off_is_outside():
    network = exact_network(Stack.parse("C1c1"))
    labels = orbit_map(network, np.zeros((1, 6, 7)), draw_pattern("square", 4), (1, 3), 3)
    inside = labels != OUTSIDE
    want = [
        [0 <= 1 + row <= 2 and 0 <= 3 + col <= 3 for col in range(-3, 4)] for row in range(-3, 4)
    ]
    np.testing.assert_array_equal(inside, want)


def test_a_global_pool_cannot_tell_places_apart_but_for_rounding():
    network = Network.with_filters(Stack.parse("C3p1c16 R C3p1c16 R GA"))
    background, pattern = np.zeros((1, 48, 48), np.float32), draw_pattern("cat", 16)
    assert not orbit_map(network, background, pattern, (16, 16), 6).any()
    assert orbit_map(network, background, pattern, (16, 16), 6, tolerance=0).any()
    # A change that is no rounding tells them apart all the same.
    background[0, 10, 10] = 0.01
    assert orbit_map(network, background, pattern, (16, 16), 6).any()


# Cells that are off in both directions cancel in a mix of all cells: each must be looked at itself.
@pytest.mark.parametrize("others", [0, 0.5])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize(("tolerance", "least"), [({}, 1e-5), ({"tolerance": 1e-7}, 1e-7)])
def test_outputs_are_apart_from_just_over_the_tolerance(scale, tolerance, least, others):
    shares = others * (-1.0) ** np.arange(50)
    shares[20] = 1

    def output(off):
        """The same 50 numbers everywhere; a step right one is off, and the others by a share."""
        steady = np.linspace(-scale, scale, 50)
        return lambda image: steady + off * image[0, 4, 5] * shares

    def labels(off):
        run = output(off * scale)
        return orbit_map(run, np.zeros((1, 9, 9)), PEAK, (4, 4), 1, **tolerance)

    assert not labels(0.9 * least).any()
    np.testing.assert_array_equal(labels(1.1 * least), [[0, 0, 0], [0, 0, 1], [0, 0, 0]])


def test_without_tolerance_the_last_bit_tells_outputs_apart():
    def run(image):
        """The pattern's column, in units of the last place of a float32."""
        last_place = np.spacing(np.float32(1))
        return np.float32(1) + last_place * image[0].argmax(axis=1).max().astype(np.float32)

    labels = orbit_map(run, np.zeros((1, 9, 9)), PEAK, (4, 4), 1, tolerance=0)
    np.testing.assert_array_equal(labels, [[1, 0, 2]] * 3)
    assert share_unchanged(labels) == Fraction(2, 8)
    assert not orbit_map(run, np.zeros((1, 9, 9)), PEAK, (4, 4), 1).any()


def test_a_reach_of_0_looks_at_the_origin_alone():
    network = exact_network(Stack.parse("C3"))
    np.testing.assert_array_equal(orbit_map(network, np.zeros((1, 9, 9)), PEAK, (4, 4), 0), [[0]])


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"reach": -1}, ShiftError, "reach must be at least 0, got -1"),
        ({"reach": 1.5}, ShiftError, "reach must be a whole number, got 1.5"),
        ({"origin": (4.0, 4)}, ShiftError, "row of origin must be a whole number, got 4.0"),
        ({"origin": (1,)}, ShiftError, "origin must be (row, col), got (1,)"),
        ({"origin": 4}, ShiftError, "origin must be (row, col), got 4"),
        ({"pattern": "cat"}, PatternError, "pattern must be a Pattern, as draw_pattern gives"),
        ({"run": "C3"}, LayerError, "run must be a Network or a function of an image, got 'C3'"),
        ({"origin": (4, 9)}, PatternError, "from (0, 0) to (8, 8), got (4, 9)"),
        ({"origin": (-1, 4)}, PatternError, "from (0, 0) to (8, 8), got (-1, 4)"),
        (
            {"layer": 1},
            LayerError,
            "layer must be a whole number from 0 to 0 in a stack of 1 layers, got 1",
        ),
        (
            {"layer": -1},
            LayerError,
            "layer must be a whole number from 0 to 0 in a stack of 1 layers, got -1",
        ),
        ({"layer": 0, "run": np.sum}, LayerError, "has no layers to choose from, got layer 0"),
        ({"background": np.zeros((9, 9))}, ShapeError, "a map is an array"),
        ({"background": np.zeros((2, 9, 9))}, PatternError, "shape (1, rows, cols)"),
        ({"background": np.zeros((2, 9, 9)), "run": np.sum}, PatternError, "shape (1, rows, cols)"),
    ],
)
def test_orbit_map_refuses(changed, error, message):
    arguments: dict[str, Any] = {
        "run": exact_network(Stack.parse("C3")),
        "background": np.zeros((1, 9, 9)),
        "pattern": PEAK,
        "origin": (4, 4),
        "reach": 1,
        **changed,
    }
    with pytest.raises(error, match=re.escape(message)):
        orbit_map(**arguments)


# Shares of steps that change nothing


@pytest.mark.parametrize(("size", "share"), [(2, Fraction(3, 8)), (3, Fraction(5, 9))])
def test_how_often_a_peak_stays_in_its_window(size, share):
    network = exact_network(Stack.parse(f"M{size}"))
    assert peak_share_unchanged(network) == share
    assert share != Fraction(5, 8)  # which is often said of 3x3


@pytest.mark.parametrize("text", ["M1", "M2", "M3", "M4", "M5", "M2x3", "M4x1", "M2 M2", "M3 M2"])
def test_a_peak_s_share_is_that_of_neighbours_that_share_a_window(text):
    network = exact_network(Stack.parse(text))
    rows, cols = receptive_fields(network.stack)[-1].jump
    together = sum(
        0 <= row + down < rows and 0 <= col + right < cols
        for row, col in itertools.product(range(rows), range(cols))
        for down, right in itertools.product((-1, 0, 1), repeat=2)
        if (down, right) != (0, 0)
    )
    assert peak_share_unchanged(network) == Fraction(together, 8 * rows * cols)


def test_a_peak_at_the_corner_the_edge_and_the_centre_of_a_3x3_window():
    network = exact_network(Stack.parse("M3"))
    image = np.zeros((1, 15, 15))
    shares = {
        place: share_unchanged(orbit_map(network, image, PEAK, place, 1))
        for place in ((6, 6), (6, 7), (7, 7))
    }
    assert shares == {(6, 6): Fraction(3, 8), (6, 7): Fraction(5, 8), (7, 7): 1}


@pytest.mark.parametrize("text", ["M2", "M3", "M2x3", "M4x1", "M3 M2", "M3p1", "M5x2p2x1 M1x2"])
def test_steps_inside_a_window_change_nothing_place_by_place(text):
    network = exact_network(Stack.parse(text))
    rows, cols = receptive_fields(network.stack)[-1].jump
    want = [
        [
            sum(
                0 <= row + down < rows and 0 <= col + right < cols
                for down, right in itertools.product((-1, 0, 1), repeat=2)
                if (down, right) != (0, 0)
            )
            for col in range(cols)
        ]
        for row in range(rows)
    ]
    np.testing.assert_array_equal(steps_unchanged(peak_orbit(network), (rows, cols)), want)


def test_the_steps_of_a_3x3_window_add_up_to_its_share():
    network = exact_network(Stack.parse("M3"))
    steps = steps_unchanged(peak_orbit(network), (3, 3))
    np.testing.assert_array_equal(steps, [[3, 5, 3], [5, 8, 5], [3, 5, 3]])
    assert Fraction(int(steps.sum()), 72) == Fraction(5, 9) == peak_share_unchanged(network)


@given(st.integers(1, 4), st.data())
def test_steps_and_share_against_a_loop(reach, data):
    side = 2 * reach + 1
    numbers = st.lists(st.integers(-1, 2), min_size=side * side, max_size=side * side)
    labels = np.array(data.draw(numbers)).reshape(side, side)
    places = data.draw(st.tuples(st.integers(1, reach), st.integers(1, reach)))
    want, counted = np.zeros(places, int), 0
    for row, col in np.ndindex(places):
        here = labels[reach + row, reach + col]
        for down, right in itertools.product((-1, 0, 1), repeat=2):
            there = labels[reach + row + down, reach + col + right]
            if (down, right) == (0, 0) or OUTSIDE in (here, there):
                continue
            counted += 1
            want[row, col] += here == there
    steps = steps_unchanged(labels, places)
    assert steps.dtype == np.int64
    np.testing.assert_array_equal(steps, want)
    if counted:
        assert share_unchanged(labels, places) == Fraction(int(want.sum()), counted)


@pytest.mark.parametrize(
    ("text", "share"), [("C3", 0), ("M3/2", 0), ("M2/1 B3/2", 0), ("C3 M2", 0)]
)
def test_what_sees_every_step_of_a_peak(text, share):
    assert peak_share_unchanged(Network.with_filters(Stack.parse(text))) == share


def test_a_global_pool_has_no_share_without_an_image():
    with pytest.raises(ShapeError, match="must be at most 2000 pixels together, got 4096"):
        peak_share_unchanged(Network.with_filters(Stack.parse("M2 " * 11)))
    with pytest.raises(ShapeError, match="GM looks at the whole map"):
        peak_share_unchanged(exact_network(Stack.parse("M2 GM")))


def test_steps_that_lead_outside_are_not_counted():
    labels = np.array([[-1, 0, 1], [-1, 0, 0], [-1, -1, -1]])
    assert share_unchanged(labels) == Fraction(2, 3)


def test_the_average_over_places_counts_every_step_once():
    labels = np.arange(25).reshape(5, 5)
    labels[2:4, 2:4] = 0
    assert share_unchanged(labels, (2, 2)) == Fraction(12, 32)
    assert share_unchanged(labels, (1, 2)) == Fraction(6, 16)


@pytest.mark.parametrize(
    ("labels", "places", "error", "message"),
    [
        (np.zeros((3, 5), int), (1, 1), ShapeError, "got shape (3, 5)"),
        (
            np.zeros((4, 4), int),
            (1, 1),
            ShapeError,
            "(2 * reach + 1, 2 * reach + 1), got shape (4, 4)",
        ),
        (
            [[0]],
            (1, 1),
            ShapeError,
            "labels must be an orbit map (2 * reach + 1, 2 * reach + 1), got <class 'list'>",
        ),
        (np.zeros((5, 5), int), 1, ShiftError, "places must be (rows, cols), got 1"),
        (np.zeros(9, int), (1, 1), ShapeError, "got shape (9,)"),
        (np.zeros((1, 1), int), (1, 1), ShiftError, "the reach of the labels, 0, got (1, 1)"),
        (np.zeros((5, 5), int), (3, 1), ShiftError, "the reach of the labels, 2, got (3, 1)"),
        (np.zeros((5, 5), int), (1, 0), ShiftError, "places must be at least 1"),
        (
            np.zeros((5, 5), int),
            (1, 1.0),
            ShiftError,
            "cols of places must be a whole number, got 1.0",
        ),
        (np.full((3, 3), OUTSIDE), (1, 1), ShiftError, "no one-pixel step keeps the pattern"),
    ],
)
def test_share_unchanged_refuses(labels, places, error, message):
    with pytest.raises(error, match=re.escape(message)):
        share_unchanged(labels, places)
    if "no one-pixel step" not in message:
        with pytest.raises(error, match=re.escape(message)):
            steps_unchanged(labels, places)


def test_where_every_step_leads_outside_none_changes_nothing():
    np.testing.assert_array_equal(steps_unchanged(np.full((3, 3), OUTSIDE)), [[0]])


def test_what_moves_of_a_drag_should_do_is_remembered_within_a_bound():
    limit = rfcore.shifted_maps._shifts_along.cache_info().maxsize
    assert limit is not None
    stack = Stack.parse("R")
    for moved in range(limit + 1):
        map_shifts(stack, (moved, 0), (5, 5), "zeros", "zeros")
    assert rfcore.shifted_maps._shifts_along.cache_info().currsize == limit
