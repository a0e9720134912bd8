"""Layer specs: checked when they are built, immutable, and true about what comes out."""

import copy
import dataclasses
import pickle
import re

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
    ReLU,
    RfcoreError,
    ShapeError,
)
from rfcore.layers import DEFAULT_CHANNELS, MAX_LAYER_SIZE, Layer, Window, as_pair, window_count
from tests.support import oracles

ONE_OF_EACH = (
    Conv2d((3, 5), (2, 1), padding=(1, 0), dilation=(1, 2), out_channels=4),
    MaxPool2d((3, 2), 2, padding=(1, 0), dilation=2),
    AvgPool2d((2, 3), 1, padding=1),
    BlurPool2d((3, 4), (2, 1)),
    ReLU(),
    GlobalAvgPool2d(),
    GlobalMaxPool2d(),
)


def by_name(layer: object) -> str:
    return type(layer).__name__


@pytest.mark.parametrize(
    ("layer", "window"),
    [
        (Conv2d(3), Window((3, 3), (1, 1), (0, 0), (1, 1))),
        (Conv2d(1, 4), Window((1, 1), (4, 4), (0, 0), (1, 1))),
        (ONE_OF_EACH[0], Window((3, 5), (2, 1), (1, 0), (1, 2))),
        (MaxPool2d(2), Window((2, 2), (2, 2), (0, 0), (1, 1))),
        (MaxPool2d((2, 3)), Window((2, 3), (2, 3), (0, 0), (1, 1))),
        (ONE_OF_EACH[1], Window((3, 2), (2, 2), (1, 0), (2, 2))),
        (AvgPool2d((4, 3)), Window((4, 3), (4, 3), (0, 0), (1, 1))),
        (ONE_OF_EACH[2], Window((2, 3), (1, 1), (1, 1), (1, 1))),
        (BlurPool2d(), Window((3, 3), (2, 2), (1, 1), (1, 1))),
        (BlurPool2d((2, 7), (3, 1)), Window((2, 7), (3, 1), (0, 3), (1, 1))),
        (BlurPool2d((4, 5)), Window((4, 5), (2, 2), (1, 2), (1, 1))),
        (ReLU(), Window((1, 1), (1, 1), (0, 0), (1, 1))),
    ],
    ids=repr,
)
def test_window(layer, window):
    assert layer.window() == window
    assert layer.window((9, 7)) == window


@pytest.mark.parametrize("layer", [GlobalAvgPool2d(), GlobalMaxPool2d()], ids=by_name)
def test_a_global_pools_window_is_the_map(layer):
    assert layer.window((9, 7)) == Window((9, 7), (9, 7), (0, 0), (1, 1))
    message = (
        f"{layer} looks at the whole map, so its field depends on the image; "
        "say the image's (rows, cols)"
    )
    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        layer.window()


def test_channels():
    assert Conv2d(3).out_channels == DEFAULT_CHANNELS == 8
    assert Conv2d(3, out_channels=5).output_channels(2) == 5
    assert [layer.output_channels(7) for layer in ONE_OF_EACH] == [4, 7, 7, 7, 7, 7, 7]


def test_names_and_symbols():
    assert [(layer.symbol, layer.name) for layer in ONE_OF_EACH] == [
        ("C", "convolution"),
        ("M", "max pool"),
        ("A", "average pool"),
        ("B", "blur pool"),
        ("R", "ReLU"),
        ("GA", "global average pool"),
        ("GM", "global max pool"),
    ]


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (Conv2d(3), "C3x3/1"),
        (Conv2d(3, 2), "C3x3/2"),
        (Conv2d((3, 5), (1, 2)), "C3x5/1x2"),
        (Conv2d(3, padding=1), "C3x3/1p1"),
        (Conv2d(3, padding=(0, 2)), "C3x3/1p0x2"),
        (Conv2d(3, dilation=2), "C3x3/1d2"),
        (Conv2d(3, dilation=(1, 2)), "C3x3/1d1x2"),
        (Conv2d(3, out_channels=1), "C3x3/1c1"),
        (Conv2d(3, out_channels=8), "C3x3/1"),
        (ONE_OF_EACH[0], "C3x5/2x1p1x0d1x2c4"),
        (MaxPool2d(2), "M2x2/2"),
        (MaxPool2d((2, 3)), "M2x3/2x3"),
        (ONE_OF_EACH[1], "M3x2/2p1x0d2"),
        (AvgPool2d(3, 1), "A3x3/1"),
        (ONE_OF_EACH[2], "A2x3/1p1"),
        (BlurPool2d(5, 1), "B5x5/1"),
        (ONE_OF_EACH[3], "B3x4/2x1"),
        (ReLU(), "R"),
        (GlobalAvgPool2d(), "GA"),
        (GlobalMaxPool2d(), "GM"),
    ],
    ids=str,
)
def test_notation(layer, text):
    assert str(layer) == text


# Immutable, hashable, comparable


@pytest.mark.parametrize("layer", ONE_OF_EACH, ids=by_name)
def test_a_spec_cannot_change(layer):
    for name in ("kernel_size", "stride", "out_channels", "anything"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(layer, name, 1)


@pytest.mark.parametrize("layer", ONE_OF_EACH, ids=by_name)
def test_equal_specs_are_one(layer):
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert twin == layer
        assert hash(twin) == hash(layer)
    assert [other for other in ONE_OF_EACH if other == layer] == [layer]
    assert len({*ONE_OF_EACH, copy.deepcopy(layer)}) == len(ONE_OF_EACH)


def test_kinds_of_the_same_numbers_differ():
    assert MaxPool2d(2) != AvgPool2d(2)
    assert Conv2d(2, 2) != MaxPool2d(2)
    assert GlobalAvgPool2d() != GlobalMaxPool2d()
    assert ReLU() != GlobalAvgPool2d()


@pytest.mark.parametrize(
    "other",
    [
        Conv2d((3, 4)),
        Conv2d(3, 2),
        Conv2d(3, padding=1),
        Conv2d(3, dilation=2),
        Conv2d(3, out_channels=9),
    ],
    ids=str,
)
def test_every_number_counts_in_a_comparison(other):
    assert other != Conv2d(3)


def test_numpy_numbers_become_plain_ones():
    layer = Conv2d(
        (np.int64(3), np.uint8(5)),
        np.int32(2),
        padding=np.array(1),
        out_channels=np.int64(4),
    )
    assert layer == Conv2d((3, 5), 2, padding=1, out_channels=4)
    numbers = [number for pair in layer.window() for number in pair] + [layer.out_channels]
    assert {type(number) for number in numbers} == {int}
    assert hash(layer) == hash(Conv2d((3, 5), 2, padding=1, out_channels=4))


def test_the_largest_numbers_are_taken():
    layer = Conv2d(
        MAX_LAYER_SIZE,
        MAX_LAYER_SIZE,
        padding=MAX_LAYER_SIZE,
        dilation=MAX_LAYER_SIZE,
        out_channels=MAX_LAYER_SIZE,
    )
    assert str(layer) == "C999999x999999/999999p999999d999999c999999"


# What comes out

ALL_WINDOWED = st.builds(
    lambda kind, kernel_size, stride, padding, dilation: (
        kind(kernel_size, stride, padding=padding, dilation=dilation)
        if kind is Conv2d
        else kind(kernel_size, stride)
    ),
    st.sampled_from([Conv2d, MaxPool2d, AvgPool2d]),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
)


@settings(max_examples=200, deadline=None)
@given(layer=ALL_WINDOWED, shape=st.tuples(*[st.integers(1, 12)] * 3))
def test_output_shape_counts_the_windows(layer, shape):
    counts = tuple(
        len(oracles.windows(size, *axis))
        for size, axis in zip(shape[1:], zip(*layer.window(), strict=True), strict=True)
    )
    if 0 in counts:
        with pytest.raises(ShapeError, match=re.escape(f"{layer} does not fit: its window covers")):
            layer.output_shape(shape)
    else:
        assert layer.output_shape(shape) == (layer.output_channels(shape[0]), *counts)


@settings(max_examples=200)
@given(
    size=st.integers(1, 30),
    kernel_size=st.integers(1, 6),
    stride=st.integers(1, 5),
    padding=st.integers(0, 5),
    dilation=st.integers(1, 5),
)
def test_window_count_counts_the_windows(size, kernel_size, stride, padding, dilation):
    counted = len(oracles.windows(size, kernel_size, stride, padding, dilation))
    count = window_count(size, kernel_size, stride, padding, dilation)
    assert max(count, 0) == counted


@pytest.mark.parametrize("taps", range(2, 8))
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_blur_pool_output_shape(taps, stride):
    layer = BlurPool2d(taps, (stride, 1))
    for rows in range(taps // 2 + 1, 12):
        assert layer.output_shape((3, rows, 9)) == (3, len(range(0, rows, stride)), 9)
    message = (
        f"{layer} does not fit: mirroring the border needs more than {taps // 2} cells and the "
        f"map before it has 9x{taps // 2}; take a smaller kernel"
    )
    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        layer.output_shape((3, 9, taps // 2))


def test_what_keeps_and_what_gathers():
    assert ReLU().output_shape((3, 5, 7)) == (3, 5, 7)
    assert GlobalAvgPool2d().output_shape((3, 5, 7)) == (3, 1, 1)
    assert GlobalMaxPool2d().output_shape((3, 5, 7)) == (3, 1, 1)


@settings(max_examples=300)
@given(
    rows=st.integers(1, 8),
    cols=st.integers(1, 8),
    kernel_size=st.integers(1, 5),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 10),
)
def test_a_max_over_padding_alone_is_refused(rows, cols, kernel_size, stride, padding, dilation):
    layer = MaxPool2d(
        kernel_size, stride, padding=min(padding, kernel_size // 2), dilation=dilation
    )
    axes = [oracles.windows(size, *(pair[0] for pair in layer.window())) for size in (rows, cols)]
    if not all(axes):
        with pytest.raises(ShapeError, match="its window covers"):
            layer.output_shape((1, rows, cols))
        return
    blind = any(
        not any(0 <= place < size for place in window)
        for size, windows in zip((rows, cols), axes, strict=True)
        for window in windows
    )
    if blind:
        message = (
            f"{layer} does not fit: with dilation {dilation} some windows see only padding on a "
            f"map of {rows}x{cols}; take a smaller dilation"
        )
        with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
            layer.output_shape((1, rows, cols))
    else:
        assert layer.output_shape((1, rows, cols)) == (1, len(axes[0]), len(axes[1]))


@pytest.mark.parametrize(
    ("layer", "cost"),
    [
        (Conv2d(3, out_channels=5), 5 * (4 * 6) * (3 * 3) * 2),
        (Conv2d((1, 2), (2, 1), out_channels=3), 3 * (3 * 7) * (1 * 2) * 2),
        (MaxPool2d((2, 3)), 2 * (3 * 2) * (2 * 3)),
        (AvgPool2d(3, 1, padding=1), 2 * (6 * 8) * 9),
        (BlurPool2d(3), 2 * (3 * 4) * 9),
        (ReLU(), 2 * 6 * 8),
        (GlobalAvgPool2d(), 2 * 6 * 8),
        (GlobalMaxPool2d(), 2 * 6 * 8),
    ],
    ids=str,
)
def test_cost_of_one_layer_on_2x6x8(layer, cost):
    assert layer.cost((2, 6, 8)) == cost


# What no layer can have


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Conv2d(0), "kernel_size must be at least 1, got 0"),
        (lambda: Conv2d((3, -2)), "kernel_size must be at least 1, got -2"),
        (lambda: Conv2d(3, 0), "stride must be at least 1, got 0"),
        (lambda: Conv2d(3, (2, 0)), "stride must be at least 1, got 0"),
        (lambda: Conv2d(3, padding=-1), "padding must be at least 0, got -1"),
        (lambda: Conv2d(3, dilation=0), "dilation must be at least 1, got 0"),
        (lambda: Conv2d(3, out_channels=0), "out_channels must be at least 1, got 0"),
        (
            lambda: Conv2d(3, out_channels=(4, 7)),
            "out_channels must be a whole number, got (4, 7)",
        ),
        (lambda: Conv2d(3.0), "kernel_size must be a whole number, got 3.0"),
        (lambda: Conv2d(True), "kernel_size must be a whole number, got True"),
        (lambda: Conv2d(np.True_), "kernel_size must be a whole number, got np.True_"),
        (lambda: Conv2d(None), "kernel_size must be a whole number, got None"),
        (lambda: Conv2d("3"), "kernel_size must be a whole number, got '3'"),
        (lambda: Conv2d([3, 3]), "kernel_size must be a whole number, got [3, 3]"),
        (
            lambda: Conv2d(np.array([3, 3])),
            "kernel_size must be a whole number, got array([3, 3])",
        ),
        (
            lambda: Conv2d((3, 3, 3)),
            "kernel_size must be one whole number or (rows, cols), got (3, 3, 3)",
        ),
        (lambda: Conv2d(3, ()), "stride must be one whole number or (rows, cols), got ()"),
        (lambda: Conv2d(3, (1, 2.5)), "stride must be a whole number, got 2.5"),
        (
            lambda: Conv2d((3, MAX_LAYER_SIZE + 1)),
            "kernel_size must be at most 999999, got 1000000",
        ),
        (
            lambda: Conv2d(3, out_channels=10**6),
            "out_channels must be at most 999999, got 1000000",
        ),
        (lambda: MaxPool2d(0), "kernel_size must be at least 1, got 0"),
        (lambda: MaxPool2d(2, 0), "stride must be at least 1, got 0"),
        (lambda: MaxPool2d(2, dilation=0), "dilation must be at least 1, got 0"),
        (
            lambda: MaxPool2d(3, padding=2),
            "padding of a pool must be at most half its kernel_size, here 1, got 2",
        ),
        (
            lambda: MaxPool2d((4, 1), padding=(2, 1)),
            "padding of a pool must be at most half its kernel_size, here 0, got 1",
        ),
        (lambda: AvgPool2d(2, padding=-1), "padding must be at least 0, got -1"),
        (
            lambda: AvgPool2d((1, 4), padding=(1, 2)),
            "padding of a pool must be at most half its kernel_size, here 0, got 1",
        ),
        (lambda: BlurPool2d(1), "kernel_size of a blur pool must be 2 to 7, got 1"),
        (lambda: BlurPool2d((3, 8)), "kernel_size of a blur pool must be 2 to 7, got 8"),
        (lambda: BlurPool2d(3, 0), "stride must be at least 1, got 0"),
    ],
)
def test_says_what_is_wrong(call, message):
    with pytest.raises(RfcoreError, match=f"^{re.escape(message)}$") as caught:
        call()
    assert type(caught.value) is LayerError


def test_half_a_kernel_of_padding_is_allowed():
    assert MaxPool2d((4, 3), padding=(2, 1)).padding == (2, 1)
    assert AvgPool2d((2, 5), padding=(1, 2)).padding == (1, 2)


def test_a_window_that_does_not_fit_is_named_with_its_reach():
    message = (
        "C3x2/1d2x4 does not fit: its window covers 5x5 cells and the map before it has 4x9; "
        "take a smaller kernel, or put it earlier"
    )
    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        Conv2d((3, 2), dilation=(2, 4)).output_shape((1, 4, 9))


def test_as_pair_keeps_rows_before_cols():
    assert as_pair((4, 5), "padding", 0) == (4, 5)
    assert as_pair(0, "padding", 0) == (0, 0)
    with pytest.raises(LayerError, match=r"^dilation must be at least 2, got 1$"):
        as_pair((2, 1), "dilation", 2)


def test_every_kind_is_a_layer():
    assert all(isinstance(layer, Layer) for layer in ONE_OF_EACH)
