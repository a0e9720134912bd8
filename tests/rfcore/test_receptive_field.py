"""Receptive fields: equal to the pixels that really reach a unit, found by following every tap."""

import functools
import re
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfcore import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    LayerError,
    MaxPool2d,
    Network,
    ReceptiveField,
    ReLU,
    RfcoreError,
    ShapeError,
    Stack,
    receptive_fields,
)
from rfcore.layers import Layer
from rfcore.receptive_field import MAX_FIELD
from tests.support import oracles

Pair = tuple[int, int]
Seen = list[list[list[set[int]]]]
"""For both axes, for every layer, for every unit along the axis: the pixels that reach it."""


def reach(stack: Stack, image_size: Pair) -> Seen:
    """Follow every tap of every layer, one axis at a time: all windows here are rectangles."""
    return [reach_along(stack, axis, image_size[axis]) for axis in (0, 1)]


def reach_along(stack: Stack, axis: int, pixels: int) -> list[list[set[int]]]:
    units = [{pixel} for pixel in range(pixels)]
    found = []
    for layer in stack:
        if isinstance(layer, ReLU):
            windows = [[unit] for unit in range(len(units))]
        elif isinstance(layer, (GlobalAvgPool2d, GlobalMaxPool2d)):
            windows = [list(range(len(units)))]
        elif isinstance(layer, BlurPool2d):
            windows = oracles.blur_windows(len(units), layer.kernel_size[axis], layer.stride[axis])
        else:
            windows = oracles.windows(
                len(units),
                layer.kernel_size[axis],
                layer.stride[axis],
                layer.padding[axis],
                layer.dilation[axis],
            )
        units = [
            set().union(*(units[place] for place in window if 0 <= place < len(units)))
            for window in windows
        ]
        found.append(units)
    return found


def check(
    fields: tuple[ReceptiveField, ...], stack: Stack, image_size: Pair, seen: Seen
) -> list[int]:
    """Compare every unit's span with the pixels seen; return how many units lay within the image.

    A unit whose span lies within the image sees the first and the last pixel of it, and nothing
    beyond; it misses some in between only if the field has holes. A unit at the border sees
    nothing outside its span.
    """
    assert len(fields) == len(stack)
    inner = []
    for number, field in enumerate(fields):
        counts = len(seen[0][number]), len(seen[1][number])
        whole = [0, 0]
        holes = [False, False]
        for axis in (0, 1):
            for unit in range(counts[axis]):
                place = (unit, 0) if axis == 0 else (0, unit)
                first, last = field.span(*place)[2 * axis : 2 * axis + 2]
                pixels = seen[axis][number][unit]
                assert pixels <= set(range(first, last))
                if first >= 0 and last <= image_size[axis]:
                    whole[axis] += 1
                    assert (min(pixels), max(pixels) + 1) == (first, last)
                    holes[axis] = len(pixels) < last - first
        if all(whole):
            assert field.has_holes == any(holes)
        inner.append(whole[0] * whole[1])
    return inner


@st.composite
def stacks(draw: st.DrawFn, *, padded: bool = True, widest: int = 90) -> Stack:
    """Random stacks whose field stays below a number of pixels."""
    small = st.tuples(st.integers(1, 4), st.integers(1, 4))
    often_one = st.tuples(*[st.sampled_from([1, 1, 1, 2, 2, 3, 4])] * 2)
    layers: list[Layer] = []
    for kind in draw(st.lists(st.sampled_from("CCCMMABR"), min_size=2, max_size=8)):
        kernel_size, stride = draw(small), draw(often_one)
        padding = draw(st.tuples(st.integers(0, 3), st.integers(0, 3))) if padded else (0, 0)
        half = min(padding[0], kernel_size[0] // 2), min(padding[1], kernel_size[1] // 2)
        layer: Layer = ReLU()
        if kind == "C":
            layer = Conv2d(kernel_size, stride, padding=padding, dilation=draw(often_one))
        elif kind == "M":
            layer = MaxPool2d(kernel_size, stride, padding=half, dilation=draw(often_one))
        elif kind == "A":
            layer = AvgPool2d(kernel_size, stride, padding=half)
        elif kind == "B" and padded:
            layer = BlurPool2d((kernel_size[0] + 1, kernel_size[1] + 1), stride)
        if max(pixels_for(Stack((*layers, layer)), 3)) > widest:
            continue
        layers.append(layer)
    return Stack(tuple(layers) or (ReLU(),))


def pixels_for(stack: Stack, units: int) -> Pair:
    """How many (rows, cols) of pixels so many units need, from the last layer back to the first."""
    needed = [units, units]
    for layer in reversed(stack.layers):
        kernel_size, stride, _, dilation = layer.window()
        for axis in (0, 1):
            reach = (kernel_size[axis] - 1) * dilation[axis] + 1
            needed[axis] = (needed[axis] - 1) * stride[axis] + reach
    return needed[0], needed[1]


@settings(max_examples=400, deadline=None)
@given(stack=stacks(), more=st.tuples(st.integers(0, 5), st.integers(0, 5)))
def test_spans_are_the_pixels_that_reach_a_unit(stack, more):
    """On an image that has room for three units side by side, so for one within it surely."""
    rows, cols = pixels_for(stack, 3)
    image_size = rows + more[0], cols + more[1]
    fields = receptive_fields(stack)
    inner = check(fields, stack, image_size, reach(stack, image_size))
    assert all(inner)
    assert receptive_fields(stack, image_size) == fields


@settings(max_examples=150, deadline=None)
@given(
    stack=stacks(padded=False),
    more=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    tail=st.sampled_from(["GA", "GM", "GA R", "GM C1", "GA GM C1/3"]),
)
def test_a_global_pools_field_is_all_that_the_map_before_it_saw(stack, more, tail):
    rows, cols = pixels_for(stack, 1)
    image_size = rows + more[0], cols + more[1]
    stack = Stack((*stack, *Stack.parse(tail)))
    fields = receptive_fields(stack, image_size)
    inner = check(fields, stack, image_size, reach(stack, image_size))
    assert inner[-1] == 1


def test_a_global_pools_jump_is_all_of_the_map():
    fields = receptive_fields(Stack.parse("C3/2p1 -> GM -> C1"), (9, 12))
    assert fields[1] == ReceptiveField((11, 13), (10, 12), (-1, -1), has_holes=False)
    assert fields[2] == fields[1]
    first = receptive_fields(Stack.parse("GA"), (np.int64(200), np.int64(70)))[0]
    assert first == ReceptiveField((200, 70), (200, 70), (0, 0), has_holes=False)
    assert {type(n) for pair in (first.size, first.jump) for n in pair} == {int}


@settings(max_examples=120, deadline=None)
@given(stack=stacks(widest=13), more=st.tuples(st.integers(0, 2), st.integers(0, 2)))
def test_a_changed_pixel_changes_the_units_that_see_it_and_no_others(stack, more):
    """With a real network: positive weights, and averages for maxima, so nothing can cancel."""
    linear = [
        AvgPool2d(layer.kernel_size, layer.stride, padding=layer.padding)
        if isinstance(layer, MaxPool2d)
        else Conv2d(
            layer.kernel_size,
            layer.stride,
            padding=layer.padding,
            dilation=layer.dilation,
            out_channels=1,
        )
        if isinstance(layer, Conv2d)
        else ReLU()
        if isinstance(layer, BlurPool2d)  # mirrors: pixels come back in from beyond the border
        else layer
        for layer in stack
    ]
    stack = Stack(tuple(linear))
    rows, cols = pixels_for(stack, 2)
    rows, cols = rows + more[0], cols + more[1]
    kernels = tuple(
        np.ones((1, 1, *layer.kernel_size)) if isinstance(layer, Conv2d) else None
        for layer in stack
    )
    images = np.eye(rows * cols).reshape(rows * cols, 1, rows, cols)  # one lit pixel in each
    seen = reach(stack, (rows, cols))
    for number, activation in enumerate(Network(stack, kernels).forward(images)):
        for row in range(activation.shape[2]):
            for col in range(activation.shape[3]):
                lit = np.flatnonzero(activation[:, 0, row, col])
                want = [
                    r * cols + c
                    for r in sorted(seen[0][number][row])
                    for c in sorted(seen[1][number][col])
                ]
                assert lit.tolist() == want


# The checkers themselves: each planted bug must be found


def arithmetic(
    stack: Stack,
    *,
    grow: Callable[..., int] = lambda kernel, stride, padding, dilation, jump: (
        dilation * (kernel - 1) * jump
    ),
    back: Callable[..., int] = lambda kernel, stride, padding, dilation, jump: padding * jump,
    on: Callable[..., int] = lambda kernel, stride, padding, dilation, jump: jump * stride,
    axes: Pair = (0, 1),
    holes: Callable[[ReceptiveField], bool] = lambda field: field.has_holes,
) -> tuple[ReceptiveField, ...]:
    """Receptive-field arithmetic in which each step can be replaced by a wrong one."""
    size, jump, start = [1, 1], [1, 1], [0, 0]
    fields = []
    for layer, true in zip(stack, receptive_fields(stack), strict=True):
        for axis in (0, 1):
            numbers = [pair[axes[axis]] for pair in layer.window()]
            size[axis] += grow(*numbers, jump[axis])
            start[axis] -= back(*numbers, jump[axis])
            jump[axis] = on(*numbers, jump[axis])
        fields.append(ReceptiveField(tuple(size), tuple(jump), tuple(start), holes(true)))
    return tuple(fields)


DEMANDING = Stack.parse("C3x2/2p1x0 -> M2x3/1x2p1 -> C3x4/2p2x1d2x3 -> A2")
DEEP_ENOUGH = (90, 90)


@functools.cache
def demanding_reach() -> Seen:
    return reach(DEMANDING, DEEP_ENOUGH)


def test_arithmetic_without_a_planted_bug_passes():
    fields = arithmetic(DEMANDING)
    assert fields == receptive_fields(DEMANDING)
    assert all(check(fields, DEMANDING, DEEP_ENOUGH, demanding_reach()))


@pytest.mark.parametrize(
    "bug",
    [
        pytest.param({"grow": lambda k, s, p, d, jump: d * (k - 1) * s}, id="own stride for jump"),
        pytest.param({"grow": lambda k, s, p, d, jump: (k - 1) * jump}, id="size, no dilation"),
        pytest.param({"grow": lambda k, s, p, d, jump: d * k * jump}, id="size, a whole kernel"),
        pytest.param({"grow": lambda k, s, p, d, jump: d * (k - 1) * jump * s}, id="jump too soon"),
        pytest.param(
            # As a tool that tracks the middle of unit 0 has it: half a window on, but half of the
            # window without its dilation, so the whole one begins too early.
            {"back": lambda k, s, p, d, jump: p * jump + (d - 1) * (k - 1) * jump // 2},
            id="dilation missing from start",
        ),
        pytest.param({"back": lambda k, s, p, d, jump: p}, id="padding in cells, not pixels"),
        pytest.param({"back": lambda k, s, p, d, jump: p * jump * s}, id="start, jump too soon"),
        pytest.param({"back": lambda k, s, p, d, jump: -p * jump}, id="start the wrong way"),
        pytest.param({"back": lambda k, s, p, d, jump: 0}, id="padding forgotten"),
        pytest.param({"on": lambda k, s, p, d, jump: jump + s}, id="jump added"),
        pytest.param({"on": lambda k, s, p, d, jump: s}, id="jump is the stride"),
        pytest.param({"on": lambda k, s, p, d, jump: jump * s * d}, id="jump, with dilation"),
        pytest.param({"axes": (1, 0)}, id="rows for cols"),
        pytest.param({"axes": (0, 0)}, id="rows twice"),
        pytest.param({"holes": lambda field: False}, id="never a hole"),
        pytest.param({"holes": lambda field: True}, id="always a hole"),
    ],
)
def test_the_checker_finds_a_planted_bug(bug):
    with pytest.raises(AssertionError):
        check(arithmetic(DEMANDING, **bug), DEMANDING, DEEP_ENOUGH, demanding_reach())


def test_the_demanding_stack_has_fields_with_and_without_holes():
    assert {field.has_holes for field in receptive_fields(DEMANDING)} == {False, True}


# Anchors from the literature


def test_the_line_from_the_forum_ends_in_8x8_not_7x7():
    stack = Stack.parse("input image --> C3x3/1 --> M2x2/2 --> C3x3/1 --> output feature map")
    assert receptive_fields(stack) == (
        ReceptiveField((3, 3), (1, 1), (0, 0), has_holes=False),
        ReceptiveField((4, 4), (2, 2), (0, 0), has_holes=False),
        ReceptiveField((8, 8), (2, 2), (0, 0), has_holes=False),
    )
    assert receptive_fields(stack)[-1].span(2, 5) == (4, 12, 10, 18)


# Notation, and (layer number: size, jump, padding) as published. Source: Araujo, Norris and Sim
# 2019, "Computing Receptive Fields of Convolutional Neural Networks", Distill, and the table of
# their program, google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md (RF, effective stride,
# effective padding). Layers by TF-Slim: SAME at stride 1 is p1 for 3x3 and p2 for 5x5.
ALEXNET_V2 = (
    "C11/4 -> M3/2 -> C5p2 -> M3/2 -> C3p1 -> C3p1 -> C3p1 -> M3/2",
    {
        1: (11, 4, 0),
        2: (19, 8, 0),
        3: (51, 8, 16),
        5: (99, 16, 32),
        6: (131, 16, 48),
        7: (163, 16, 64),
        8: (195, 32, 64),
    },
)
VGG_16 = (
    "C3p1 C3p1 M2 C3p1 C3p1 M2 C3p1 C3p1 C3p1 M2 C3p1 C3p1 C3p1 M2 C3p1 C3p1 C3p1 M2",
    {
        1: (3, 1, 1),
        3: (6, 2, 2),
        4: (10, 2, 4),
        6: (16, 4, 6),
        7: (24, 4, 10),
        8: (32, 4, 14),
        10: (44, 8, 18),
        11: (60, 8, 26),
        12: (76, 8, 34),
        14: (100, 16, 42),
        15: (132, 16, 58),
        16: (164, 16, 74),
        18: (212, 32, 90),
    },
)


def unit(stride: int = 1) -> list[str]:
    """The longest path through a bottleneck unit."""
    return ["C1", f"C3/{stride}p1", "C1"]


# TF-Slim strides in the last unit of a block, the paper in the first. Its first pool is SAME: at
# 224 pixels that pads after the map only, so nothing here.
RESNET_V1_50 = (
    " -> ".join(
        ["C7/2p3", "M3/2"]
        + [*unit() * 2, *unit(2)]
        + [*unit() * 3, *unit(2)]
        + [*unit() * 5, *unit(2)]
        + unit() * 3
    ),
    {2: (11, 4, 3), 11: (35, 8, 15), 23: (99, 16, 47), 41: (291, 32, 143), 50: (483, 32, 239)},
)


@pytest.mark.parametrize(
    ("text", "published"),
    [ALEXNET_V2, VGG_16, RESNET_V1_50],
    ids=["alexnet_v2", "vgg_16", "resnet_v1_50"],
)
def test_published_networks(text, published):
    fields = receptive_fields(Stack.parse(text))
    assert len(fields) == max(published)
    for number, (size, jump, padding) in published.items():
        field = fields[number - 1]
        assert (field.size, field.jump) == ((size, size), (jump, jump))
        assert field.start == (-padding, -padding)
        assert not field.has_holes


# Holes, spans, limits

FIELD = ReceptiveField((8, 8), (2, 2), (0, 0))


@pytest.mark.parametrize(
    ("text", "holes"),
    [
        ("C3d2", [True]),
        ("C3x1d1x9", [False]),
        ("C1x2d1x2", [True]),
        ("C2 C2d2 C2d4", [False, False, False]),
        ("C2 C2d3", [False, True]),
        ("C2d3 C2", [True, True]),
        ("C3d3 C3", [True, False]),
        ("C1/2 C2", [False, True]),
        ("C2/3 M2 C3", [False, True, True]),
        ("C1/2x1 R A1x2", [False, False, False]),
        ("C2/2 M2 B3/2", [False, False, False]),
        ("C1/5 C1d7", [False, False]),
        ("C2/2 C3d2 C3", [False, True, False]),
    ],
)
def test_holes(text, holes):
    assert [field.has_holes for field in receptive_fields(Stack.parse(text))] == holes


@given(
    start=st.tuples(st.integers(-50, 0), st.integers(-50, 0)),
    size=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    jump=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    unit=st.tuples(st.integers(-5, 40), st.integers(-5, 40)),
)
def test_span_walks_by_the_jump(start, size, jump, unit):
    field = ReceptiveField(size, jump, start)
    row0, row1, col0, col1 = field.span(*unit)
    assert (row1 - row0, col1 - col0) == size
    assert field.span(0, 0)[::2] == start
    below, right = field.span(unit[0] + 1, unit[1]), field.span(unit[0], unit[1] + 1)
    assert below == (row0 + jump[0], row1 + jump[0], col0, col1)
    assert right == (row0, row1, col0 + jump[1], col1 + jump[1])


def test_holes_are_none_when_not_told():
    assert ReceptiveField((3, 3), (1, 1), (0, 0)).has_holes is False


@pytest.mark.parametrize(
    ("text", "image_size", "message"),
    [
        (
            "C3 -> GA",
            None,
            "GA looks at the whole map, so its field depends on the image; "
            "say the image's (rows, cols)",
        ),
        (
            "GM",
            None,
            "GM looks at the whole map, so its field depends on the image; "
            "say the image's (rows, cols)",
        ),
        (
            "R -> C5",
            (9, 4),
            "layer 2, C5x5/1 does not fit: its window covers 5x5 cells and the map before it has "
            "9x4; take a smaller kernel, or put it earlier",
        ),
        (
            "C3",
            (0, 4),
            "rows of image_size must be at least 1, got 0",
        ),
        (
            "C1001d999000 -> C999999 -> C2x2 -> C1x2",
            None,
            "layer 4, C1x2/1: its receptive field must be at most 1000000000 pixels, "
            "got 1000000001",
        ),
        (
            "C999/2d999 -> C1x3d999999 -> C999x1d999999",
            None,
            "layer 3, C999x1/1d999999: its receptive field must be at most 1000000000 pixels, "
            "got 1996995007",
        ),
        (
            "C1/1000 -> C1x1/1000 -> M1/1000x500 -> M1x1/2",
            None,
            "layer 4, M1x1/2: its jump must be at most 1000000000 pixels, got 2000000000",
        ),
    ],
)
def test_says_what_is_wrong(text, image_size, message):
    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        receptive_fields(Stack.parse(text), image_size)


def test_the_largest_field_and_jump_are_worked_out():
    widest = receptive_fields(Stack.parse("C1001d999000 -> C999999 -> C2x1"))[-1]
    assert widest.size == (MAX_FIELD, MAX_FIELD - 1)
    furthest = receptive_fields(Stack.parse("C1/1000 -> M1/1000 -> C1/1000"))[-1]
    assert furthest.jump == (MAX_FIELD, MAX_FIELD)


def test_pools_that_double_the_field_twenty_times_leave_no_hole():
    fields = receptive_fields(Stack.parse("M2 " * 20))
    assert [field.size for field in fields] == [(2**n, 2**n) for n in range(1, 21)]
    assert not any(field.has_holes for field in fields)


@settings(max_examples=500)
@given(
    kernels=st.lists(
        st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 6)), min_size=1, max_size=7
    )
)
def test_holes_are_the_pixels_that_no_sum_of_taps_is(kernels):
    """By brute force: every sum of one tap of each layer, as a set."""
    layers = [Conv2d((k, 1), (s, 1), dilation=(d, 1)) for k, s, d in kernels]
    sums, jump = {0}, 1
    for (kernel, stride, dilation), field in zip(
        kernels, receptive_fields(Stack(tuple(layers))), strict=True
    ):
        sums = {pixel + tap * dilation * jump for pixel in sums for tap in range(kernel)}
        jump *= stride
        assert field.size == (max(sums) + 1, 1)
        assert field.has_holes == (len(sums) <= max(sums))


def test_a_stack_as_long_as_the_notation_allows_is_quick():
    text = " ".join(f"C2d{n}" for n in range(1, 1300))
    started = time.process_time()
    assert not receptive_fields(Stack.parse(text))[-1].has_holes
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: receptive_fields(Stack.parse("C3"), 8),
            ShapeError,
            "image_size must be (rows, cols), got 8",
        ),
        (
            lambda: receptive_fields(Stack.parse("C3"), (8, 8, 1)),
            ShapeError,
            "image_size must be (rows, cols), got (8, 8, 1)",
        ),
        (
            lambda: receptive_fields(Stack.parse("C3"), (8, 8.0)),
            ShapeError,
            "cols of image_size must be a whole number, got 8.0",
        ),
        (
            lambda: receptive_fields("C3"),
            LayerError,
            "stack must be a Stack, as Stack.parse gives, got 'C3'",
        ),
        (lambda: FIELD.span(0.5, 1), ShapeError, "row must be a whole number, got 0.5"),
        (lambda: FIELD.span(0, True), ShapeError, "col must be a whole number, got True"),
        (
            lambda: FIELD.reach((0, 1, 0, 1.5)),
            ShapeError,
            "col1 of pixels must be a whole number, got 1.5",
        ),
        (
            lambda: FIELD.reach((0, 1)),
            ShapeError,
            "pixels must be (row0, row1, col0, col1), got (0, 1)",
        ),
        (
            lambda: FIELD.reach((0, 1, 0, 1), 9),
            ShapeError,
            "sizes must be (rows, cols), got 9",
        ),
        (
            lambda: FIELD.reach((0, 1, 0, 1), (9, -1)),
            ShapeError,
            "cols of sizes must be at least 0, got -1",
        ),
    ],
)
def test_says_which_argument_is_wrong(call, error, message):
    with pytest.raises(RfcoreError, match=f"^{re.escape(message)}$") as caught:
        call()
    assert type(caught.value) is error


def test_every_number_can_be_printed_however_deep_the_stack():
    """Planted bug: without a limit this jump has 6000 digits, and Python refuses to print it."""
    limit = sys.get_int_max_str_digits()
    assert 0 < limit < 6000
    stack = Stack.parse("C1/999999 " * 1000)
    assert stack.output_shape((1, 64, 64)) == (8, 1, 1)
    with pytest.raises(ShapeError, match="its jump must be at most 1000000000 pixels, got"):
        receptive_fields(stack)
