"""Maps shifted as far as the image was, and compared cell by cell, against loops."""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfcore import (
    PADDING_MODES,
    Conv2d,
    LayerError,
    Network,
    ShapeError,
    ShiftError,
    Stack,
    break_of,
    compare_activations,
    draw_background,
    equivariance_errors,
    first_break,
    receptive_fields,
    shift,
)
from rfcore.equivariance import Break
from rfcore.shifted_maps import shifted_activations
from tests.support.exact_networks import STRIDED, exact_network, whole_numbers

ANY_STACK = (*STRIDED, "C3 M3/2p1 B3/2 C3p1", "B4/1 C3p2d2c2 A3/1p1", "M2 C3 R GM", "A3/1 M2/3 GA")


def naive_shift(x: np.ndarray, cells: tuple[Fraction, Fraction], rings: list[bool]) -> np.ndarray:
    """Move one map in plain loops: every cell is the blend of the cells it should come from."""
    out = np.zeros(x.shape)
    for row, col in np.ndindex(x.shape[1:]):
        places = []
        for at, by, size, ring in zip((row, col), cells, x.shape[1:], rings, strict=True):
            low = (at - by).__floor__()
            share = float(at - by - low)
            near = [(low, 1 - share), (low + 1, share)] if share else [(low, 1.0)]
            near = [(place % size, weight) if ring else (place, weight) for place, weight in near]
            places.append([(place, weight) for place, weight in near if 0 <= place < size])
        for (r, one), (c, other) in itertools.product(*places):
            out[:, row, col] += one * other * x[:, r, c]
    return out


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(ANY_STACK),
    st.sampled_from(PADDING_MODES),
    st.sampled_from(["zeros", "circular"]),
    st.tuples(st.integers(-30, 30), st.integers(-30, 30)),
)
def test_shifted_activations_and_errors_against_loops(text, mode, fill, moved):
    size = (16, 13)
    network = exact_network(Stack.parse(text), padding_mode=mode)
    image = whole_numbers((1, *size))
    before, after = network.forward(image), network.forward(shift(image, *moved, fill=fill))
    options = {"padding_mode": mode, "fill": fill}
    shifted = shifted_activations(network.stack, before, moved, size, **options)
    results = compare_activations(network.stack, before, after, moved, size, **options)
    rings, sizes = [fill == "circular"] * 2, size
    for old, new, got, result, layer, field in zip(
        before,
        after,
        shifted,
        results,
        network.stack,
        receptive_fields(network.stack, size),
        strict=True,
    ):
        for axis in (0, 1):
            window = layer.window(sizes)
            border = window.padding[axis] or (str(layer)[0] == "B" and layer.kernel_size[axis] > 1)
            wraps = not border or (isinstance(layer, Conv2d) and mode == "circular")
            rings[axis] &= wraps and old.shape[axis + 1] * window.stride[axis] == sizes[axis]
        sizes = old.shape[1:]
        cells = tuple(Fraction(by, jump) for by, jump in zip(moved, field.jump, strict=True))
        want = naive_shift(old, cells, rings)
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-9)
        clear, border = [], []
        ones = naive_shift(np.ones_like(old), cells, rings)[0]
        inside = np.ones((1, *sizes))
        for row, col in np.ndindex(sizes):
            row0, row1, col0, col1 = field.span(row, col)
            rows_in, cols_in = row0 >= 0 and row1 <= size[0], col0 >= 0 and col1 <= size[1]
            inside[0, row, col] = (rows_in or rings[0]) and (cols_in or rings[1])
        both = naive_shift(inside, cells, rings)[0]
        for row, col in np.ndindex(sizes):
            error = np.abs(new - want)[:, row, col].max()
            if inside[0, row, col] and both[row, col] > 1 - 1e-9:
                clear.append(error)
            elif ones[row, col] > 1 - 1e-9:
                border.append(error)
        whole = all(by.denominator == 1 for by in cells)
        assert result.shift == cells
        assert result.error == pytest.approx(max(clear) if clear and whole else None)
        assert result.blend_error == pytest.approx(max(clear) if clear and not whole else None)
        assert result.border_error == pytest.approx(max(border) if border else None)


@pytest.mark.parametrize("fill", ["zeros", "circular"])
@pytest.mark.parametrize("text", ANY_STACK)
def test_no_move_leaves_every_map_as_it_is(text, fill):
    network = exact_network(Stack.parse(text))
    maps = network.forward(whole_numbers((1, 28, 24)))
    shifted = shifted_activations(network.stack, maps, (0, 0), (28, 24), fill=fill)
    for got, want in zip(shifted, maps, strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("moved", [(2, 4), (0, 1), (40, -3)])
def test_one_channel_of_each_layer_is_compared_as_that_channel(moved):
    network = Network.with_filters(Stack.parse("C3p1 M2 C3"), padding_mode="reflect")
    image = draw_background("meadow", 32)
    before, after = network.forward(image), network.forward(shift(image, *moved))
    size, options = (32, 32), {"padding_mode": "reflect"}
    whole = compare_activations(network.stack, before, after, moved, size, **options)
    assert whole == equivariance_errors(network, image, moved)
    single = [
        compare_activations(
            network.stack,
            [x[channel : channel + 1] for x in before],
            [x[channel : channel + 1] for x in after],
            moved,
            size,
            **options,
        )
        for channel in range(8)
    ]
    for name in ("error", "blend_error", "border_error", "scale"):
        for number, layer in enumerate(whole):
            values = [getattr(one[number], name) for one in single]
            largest = None if None in values else max(values)
            assert getattr(layer, name) == largest, name


def test_the_break_is_found_in_errors_that_are_there_already():
    network, image = exact_network(Stack.parse("C3 M2 C3p1")), whole_numbers((1, 24, 24)) + 9
    for moved, want in (((2, 3), Break(1, "stride")), ((2, 4), Break(2, "border"))):
        errors = equivariance_errors(network, image, moved)
        assert break_of(network.stack, errors) == want == first_break(network, image, moved)
    share = errors[2].border_error / errors[2].scale
    assert break_of(network.stack, errors, tolerance=1.01 * share) is None


MAPS_STACK = Stack.parse("C3 M2")


MAPS = (np.zeros((2, 6, 7)), np.zeros((2, 3, 3)))


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        (
            {"before": MAPS[:1]},
            ShapeError,
            "before must be 2 maps, one for each layer, got 1",
        ),
        ({"after": None}, ShapeError, "after must be 2 maps, one for each layer, got <class 'No"),
        (
            {"after": (MAPS[0], np.zeros((2, 3, 4)))},
            ShapeError,
            "layer 2, M2x2/2, of an image of 8x9 has a map (channels, 3, 3), "
            "got shape (2, 3, 4) in after",
        ),
        (
            {"after": (MAPS[0][:1], MAPS[1])},
            ShapeError,
            "the maps of layer 1 must have one shape before and after, got (2, 6, 7), (1, 6, 7)",
        ),
        ({"image_size": (8, 2)}, ShapeError, "layer 1, C3x3/1 does not fit"),
        ({"image_size": 8}, ShapeError, "image_size must be (rows, cols), got 8"),
        ({"moved": (0.5, 1)}, ShiftError, "rows of moved must be a whole number, got 0.5"),
        ({"fill": "reflect"}, ShiftError, "fill must be one of zeros, circular, got 'reflect'"),
        ({"padding_mode": "wrap"}, LayerError, "padding_mode must be one of zeros, circular, refl"),
        ({"stack": "C3"}, LayerError, "stack must be a Stack, as Stack.parse gives, got 'C3'"),
    ],
)
def test_maps_that_cannot_be_compared_are_refused(changed, error, message):
    arguments: dict[str, Any] = {
        "stack": MAPS_STACK,
        "before": MAPS,
        "after": MAPS,
        "moved": (1, 1),
        "image_size": (8, 9),
        **changed,
    }
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        compare_activations(**arguments)
    if "before" not in changed and "after" not in changed:
        arguments["activations"] = arguments.pop("before")
        del arguments["after"]
        with pytest.raises(error, match=f"^{re.escape(message)}"):
            shifted_activations(**arguments)


def test_what_are_no_errors_of_the_stack_is_refused():
    errors = compare_activations(MAPS_STACK, MAPS, MAPS, (0, 0), (8, 9))
    for wrong, message in (
        (errors[:1], "errors must be 2, one for each layer, got 1"),
        (3, "errors must be 2, one for each layer, got <class 'int'>"),
        ((0.5, 0.5), "each of errors must be a LayerEquivariance, as equivariance_errors gives"),
    ):
        with pytest.raises(ShiftError, match=f"^{re.escape(message)}"):
            break_of(MAPS_STACK, wrong)
    with pytest.raises(ShiftError, match="tolerance must be at least 0, got -1"):
        break_of(MAPS_STACK, errors, tolerance=-1)
