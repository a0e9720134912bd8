"""Stacks: immutable, with a notation that reads back, says what is wrong, and never blows up."""

import dataclasses
import itertools
import re
import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
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
    NotationError,
    ReLU,
    RfcoreError,
    ShapeError,
    Stack,
)
from rfcore.layers import MAX_LAYER_SIZE, Layer
from rfcore.stack import MAX_TEXT
from tests.support import oracles
from tests.support.names import LAYER_LETTERS

LINE = "input image --> C3x3/1 --> M2x2/2 --> C3x3/1 --> output feature map"


def size(least: int, most: int) -> st.SearchStrategy[int | tuple[int, int]]:
    number = st.integers(least, most) | st.integers(least, min(most, 12))
    return number | st.tuples(number, number)


@st.composite
def any_layer(draw: st.DrawFn) -> Layer:
    kind = draw(
        st.sampled_from(
            [Conv2d, MaxPool2d, AvgPool2d, BlurPool2d, ReLU, GlobalAvgPool2d, GlobalMaxPool2d]
        )
    )
    if kind in (ReLU, GlobalAvgPool2d, GlobalMaxPool2d):
        return kind()
    if kind is BlurPool2d:
        return BlurPool2d(draw(size(2, 7)), draw(size(1, MAX_LAYER_SIZE)))
    options = {}
    if kind is Conv2d:
        options["padding"] = draw(size(0, MAX_LAYER_SIZE))
        options["out_channels"] = draw(st.integers(1, MAX_LAYER_SIZE) | st.just(8))
    kernel_size = draw(size(1, MAX_LAYER_SIZE))
    if kind is not Conv2d:
        pair = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        options["padding"] = tuple(draw(st.integers(0, number // 2)) for number in pair)
    if kind is not AvgPool2d:
        options["dilation"] = draw(size(1, MAX_LAYER_SIZE))
    return kind(kernel_size, draw(size(1, MAX_LAYER_SIZE)), **options)


STACKS = st.lists(any_layer(), min_size=1, max_size=8).map(lambda layers: Stack(tuple(layers)))


# Both ways


@settings(max_examples=200, deadline=None)
@given(stack=STACKS)
def test_what_is_written_reads_back(stack):
    text = str(stack)
    assert Stack.parse(text) == stack
    assert str(Stack.parse(text)) == text
    assert hash(Stack.parse(text)) == hash(stack)
    assert repr(stack) == f"Stack.parse({text!r})"


@settings(max_examples=100, deadline=None)
@given(stack=STACKS, data=st.data())
def test_options_may_stand_in_any_order_and_with_blanks(stack, data):
    tokens = []
    for layer in str(stack).split(" -> "):
        head, options = re.fullmatch(r"(.[^pdc]*)(.*)", layer).groups()
        options = data.draw(st.permutations(re.findall(r"[pdc][0-9x]+", options)))
        blanks = data.draw(st.sampled_from(["", " ", "  ", "\t"]))
        tokens.append(blanks.join([head, *options]))
    assert Stack.parse(", ".join(tokens)) == stack


def test_the_line_from_the_forum():
    stack = Stack.parse(LINE)
    assert stack.layers == (Conv2d(3), MaxPool2d(2), Conv2d(3))
    assert str(stack) == "C3x3/1 -> M2x2/2 -> C3x3/1"
    assert stack.output_shape((1, 64, 64)) == (8, 29, 29)


@pytest.mark.parametrize(
    "separator",
    [
        "->",
        "-->",
        " --> ",
        "--->",
        "=>",
        "==>",
        "→",
        " → ",
        ",",
        ", ",
        " ",
        "\n",
        "\t -> \n",
        "\xa0",
    ],
)
def test_separators(separator):
    text = separator.join(["C3x3/1", "R", "M2x2/2", "GA"])
    assert Stack.parse(text).layers == (Conv2d(3), ReLU(), MaxPool2d(2), GlobalAvgPool2d())


def test_separators_may_be_mixed():
    assert Stack.parse("C3 R,M2→ C3 -->GM").layers == (
        Conv2d(3),
        ReLU(),
        MaxPool2d(2),
        Conv2d(3),
        GlobalMaxPool2d(),
    )


@pytest.mark.parametrize(
    "text",
    [
        "input image -> C3",
        "input -> C3",
        "Input Image, C3, Output Feature Map",
        "C3 --> output feature map",
        "INPUT → C3 → OUTPUT",
        "  input  ->  C3",
        "C3",
        "  C3  ",
    ],
)
def test_end_words_are_optional(text):
    assert Stack.parse(text) == Stack((Conv2d(3),))


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        ("C3", Conv2d(3)),
        ("C3x5", Conv2d((3, 5))),
        ("C3×5", Conv2d((3, 5))),
        ("C3 x 5 / 2", Conv2d((3, 5), 2)),
        ("C03x03/01", Conv2d(3)),
        ("C3/2", Conv2d(3, 2)),
        ("C3/2x1", Conv2d(3, (2, 1))),
        ("C3c4d2p1", Conv2d(3, padding=1, dilation=2, out_channels=4)),
        ("C3d1x2p2x0", Conv2d(3, padding=(2, 0), dilation=(1, 2))),
        ("C3c8", Conv2d(3)),
        ("M2", MaxPool2d(2)),
        ("M2x3", MaxPool2d((2, 3))),
        ("M2x3/1", MaxPool2d((2, 3), 1)),
        ("M3/2p1d2", MaxPool2d(3, 2, padding=1, dilation=2)),
        ("A2", AvgPool2d(2)),
        ("A3x2", AvgPool2d((3, 2))),
        ("A3/1p1x0", AvgPool2d(3, 1, padding=(1, 0))),
        ("B3", BlurPool2d(3, 3)),
        ("B3/2", BlurPool2d(3)),
        ("B4x5/2x3", BlurPool2d((4, 5), (2, 3))),
        ("R", ReLU()),
        ("GA", GlobalAvgPool2d()),
        ("G M", None),
        ("GM", GlobalMaxPool2d()),
    ],
)
def test_one_layer(text, layer):
    if layer is None:  # a blank does not join two letters
        with pytest.raises(NotationError, match=r'^"G" at character 1 is not a layer'):
            Stack.parse(text)
    else:
        assert Stack.parse(text) == Stack((layer,))


def test_layers_need_no_separator_before_a_capital():
    assert Stack.parse("C3x3/1M2GA") == Stack.parse("C3 M2 GA")


def test_a_pool_strides_by_its_kernel_and_nothing_else_does():
    assert [layer.stride for layer in Stack.parse("C4 M4 A4 B4 M2x3 C2x3")] == [
        (1, 1),
        (4, 4),
        (4, 4),
        (4, 4),
        (2, 3),
        (1, 1),
    ]


# Texts that are no stack

AFTER_C = (
    "after kernel and stride come p (padding), d (dilation), c (out channels), "
    "each with a number of up to 6 digits"
)
AFTER_M = (
    "after kernel and stride come p (padding), d (dilation), each with a number of up to 6 digits"
)
AFTER_A = "after kernel and stride come p (padding), each with a number of up to 6 digits"
EMPTY = "a stack needs at least one layer, as in C3x3/1"
CAPITAL = " (layers start with a capital letter)"


def missing(place: int) -> str:
    return (
        f"a layer is missing at character {place}; write one, as in C3x3/1, or take the arrow away"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", EMPTY),
        (" \n ", EMPTY),
        ("input image", EMPTY),
        ("output", EMPTY),
        ("input image -> output feature map", EMPTY),
        ("->", missing(1)),
        ("C3 ->", missing(6)),
        ("-> C3", missing(1)),
        ("C3 -> -> M2", missing(6)),
        ("C3,,M2", missing(4)),
        ("input -> , C3", missing(9)),
        ("X3", f'"X3" at character 1 is not a layer; layers are {LAYER_LETTERS}'),
        ("C3 -> Q7", f'"Q7" at character 7 is not a layer; layers are {LAYER_LETTERS}'),
        ("C3 M2\nFC10", f'"FC10" at character 7 is not a layer; layers are {LAYER_LETTERS}'),
        ("G", f'"G" at character 1 is not a layer; layers are {LAYER_LETTERS}'),
        ("RM2", f'"RM2" at character 1 is not a layer; layers are {LAYER_LETTERS}'),
        ("g", f'"g" at character 1 is not a layer{CAPITAL}; layers are {LAYER_LETTERS}'),
        ("GAP", f'"GAP" at character 1 is not a layer; layers are {LAYER_LETTERS}'),
        ("c3", f'"c3" at character 1 is not a layer{CAPITAL}; layers are {LAYER_LETTERS}'),
        ("C3 -> m2", f'"m2" at character 7 is not a layer{CAPITAL}; layers are {LAYER_LETTERS}'),
        ("3x3", f'"3x3" at character 1 is not a layer; layers are {LAYER_LETTERS}'),
        ("/2 C3", f'"/2" at character 1 is not a layer; layers are {LAYER_LETTERS}'),
        (
            "input image C3",
            f'"input image" at character 1 is not a layer; layers are {LAYER_LETTERS}',
        ),
        ("Ç3", f'"Ç3" at character 1 is not a layer; layers are {LAYER_LETTERS}'),
        ("😀", f'"😀" at character 1 is not a layer; layers are {LAYER_LETTERS}'),
        (" C3 -> C", '"C" at character 8 has no kernel size; write it as in C3x3'),
        ("M/2", '"M/2" at character 1 has no kernel size; write it as in M3x3'),
        ("Ap1", '"Ap1" at character 1 has no kernel size; write it as in A3x3'),
        ("R2", '"R2" at character 1: R (ReLU) takes no numbers'),
        ("C3 GA7x7", '"GA7x7" at character 4: GA (global average pool) takes no numbers'),
        ("GM/2", '"GM/2" at character 1: GM (global max pool) takes no numbers'),
        ("C3xx3", f'"C3xx3" at character 1: "xx3" does not belong there; {AFTER_C}'),
        ("C3x3x3", f'"C3x3x3" at character 1: "x3" does not belong there; {AFTER_C}'),
        ("C3x3/", f'"C3x3/" at character 1: "/" does not belong there; {AFTER_C}'),
        ("C3.5", f'"C3.5" at character 1: ".5" does not belong there; {AFTER_C}'),
        ("C3x3p", f'"C3x3p" at character 1: "p" does not belong there; {AFTER_C}'),
        (
            "C3p1 y12345678901234567890",
            f'"C3p1 y12345678901234567890" at character 1: "y1234567890123456789" does not '
            f"belong there; {AFTER_C}",
        ),
        ("C3p1/2", f'"C3p1/2" at character 1: "/2" does not belong there; {AFTER_C}'),
        ("C3s2", f'"C3s2" at character 1: "s2" does not belong there; {AFTER_C}'),
        ("C-3", '"C-3" at character 1 has no kernel size; write it as in C3x3'),
        ("C3-M2", f'"C3-" at character 1: "-" does not belong there; {AFTER_C}'),
        ("C3 > M2", f'"C3 >" at character 1: ">" does not belong there; {AFTER_C}'),
        ("C3; M2", f'"C3;" at character 1: ";" does not belong there; {AFTER_C}'),
        ("C3c", f'"C3c" at character 1: "c" does not belong there; {AFTER_C}'),
        ("M2c4", f'"M2c4" at character 1: "c4" does not belong there; {AFTER_M}'),
        ("A2d2", f'"A2d2" at character 1: "d2" does not belong there; {AFTER_A}'),
        (
            "B3/2p1",
            '"B3/2p1" at character 1: "p1" does not belong there; '
            "a blur pool has a kernel and a stride only",
        ),
        ("C1234567", f'"C1234567" at character 1: "7" does not belong there; {AFTER_C}'),
        ("C3p1p2", '"C3p1p2" at character 1 gives p twice; give it once'),
        ("C3d1c2d1", '"C3d1c2d1" at character 1 gives d twice; give it once'),
        (
            "C3c4x5",
            '"C3c4x5" at character 1: channels are one number, as in c8, got c4x5',
        ),
        (
            "C3 3",
            '"C3 3" at character 1 has a blank between two numbers; write it as in C3x3/1',
        ),
        (
            "M2, C3x3/1 1",
            '"C3x3/1 1" at character 5 has a blank between two numbers; write it as in C3x3/1',
        ),
        ("C0", '"C0" at character 1: kernel_size must be at least 1, got 0'),
        ("C3 M2/0", '"M2/0" at character 4: stride must be at least 1, got 0'),
        ("C3d0", '"C3d0" at character 1: dilation must be at least 1, got 0'),
        ("C3c0", '"C3c0" at character 1: out_channels must be at least 1, got 0'),
        (
            "M2p2",
            '"M2p2" at character 1: padding of a pool must be at most half its kernel_size, '
            "here 1, got 2",
        ),
        ("B9/2", '"B9/2" at character 1: kernel_size of a blur pool must be 2 to 7, got 9'),
    ],
)
def test_says_what_is_wrong_and_where(text, message):
    with pytest.raises(RfcoreError, match=f"^{re.escape(message)}$") as caught:
        Stack.parse(text)
    assert type(caught.value) is NotationError


@settings(max_examples=150, deadline=None)
@given(
    before=st.lists(st.sampled_from(["C3", "M2x2/2", "R", "C3x3/1 p1", "GA"]), max_size=4),
    after=st.lists(st.sampled_from(["C3", "R"]), max_size=2),
    separator=st.sampled_from([" -> ", "->", ", ", ",", "  →"]),
    bad=st.sampled_from(["X3", "C", "C3y", "M2c1", "R1", "q", "C3c4x5", "C3 3", "C0", "C3p1p1"]),
    indent=st.integers(0, 3),
)
def test_a_bad_token_is_named_with_its_place(before, after, separator, bad, indent):
    text = " " * indent + separator.join([*before, bad, *after])
    place = indent + sum(len(token) + len(separator) for token in before) + 1
    assert text[place - 1 :].startswith(bad)
    with pytest.raises(NotationError) as caught:
        Stack.parse(text)
    assert str(caught.value).startswith(f'"{bad}" at character {place}')


def test_a_long_bad_token_is_shown_in_part():
    message = f'"{"Q" + "9" * 39}…" at character 5 is not a layer; layers are {LAYER_LETTERS}'
    with pytest.raises(NotationError, match=f"^{re.escape(message)}$"):
        Stack.parse("C3, Q" + "9" * 5000)
    whole = "Q" + "9" * 39
    with pytest.raises(NotationError, match=f'^"{whole}" at character 1 is not a layer'):
        Stack.parse(whole)


@pytest.mark.parametrize("text", ["C{}", "C3x{}", "C3/{}", "C3p{}", "C3d{}", "C3c{}", "M{}"])
def test_numbers_of_5000_digits_are_refused(text):
    with pytest.raises(NotationError, match="does not belong there; after kernel and stride come"):
        Stack.parse(text.format("9" * 5000))
    with pytest.raises(NotationError, match="does not belong there; after kernel and stride come"):
        Stack.parse(text.format("0" * 5000 + "1"))


def test_the_longest_text_that_is_read():
    longest = "C3," * (MAX_TEXT // 3 - 1) + "C3"
    longest += " " * (MAX_TEXT - len(longest))
    assert len(Stack.parse(longest)) == MAX_TEXT // 3
    message = f"a notation has at most {MAX_TEXT} characters, this one has {MAX_TEXT + 1}"
    with pytest.raises(NotationError, match=f"^{message}$"):
        Stack.parse(longest + " ")


@pytest.mark.parametrize("unit", ["-", "-=", " ", "C", "3", "3 ", "→", "x", "input ", "p1", "\x00"])
def test_long_nonsense_is_refused_at_once(unit):
    text = (unit * MAX_TEXT)[:MAX_TEXT]
    begin = time.process_time()
    for lead in ("", "C3"):
        with pytest.raises(NotationError):
            Stack.parse((lead + text)[:MAX_TEXT] + ("" if unit.strip() or not lead else "7"))
    assert time.process_time() - begin < 3


NEAR_MISSES = st.text("CMABRG0123456789x/pdc->=→,× \n", max_size=30)
SHREDS = ["C3", "C", "M2", "A", "B3", "R", "GA", "GM", "3", "x", "×", "/", "2", "0", "p1", "d2"]
SHREDS += ["c4", "->", "-->", "→", ",", " ", "input", "output feature map", "c", "1234567", "٣"]
TOKENS = st.lists(st.sampled_from(SHREDS), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60) | NEAR_MISSES | TOKENS)
def test_only_notation_errors_escape(text):
    try:
        stack = Stack.parse(text)
    except NotationError as error:
        assert str(error)  # noqa: PT017 -- whether it is raised is the question
    else:
        assert Stack.parse(str(stack)) == stack


# A stack as a value


def test_a_stack_is_its_layers():
    layers = (Conv2d(3), ReLU(), MaxPool2d(2))
    stack = Stack(layers)
    assert tuple(stack) == stack.layers == layers
    assert len(stack) == 3
    assert Stack(list(layers)) == stack
    assert isinstance(Stack(list(layers)).layers, tuple)
    assert {stack: "found"}[Stack.parse("C3 R M2")] == "found"
    assert stack != Stack(layers[:2])
    assert stack != layers


def test_a_stack_cannot_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Stack((ReLU(),)).layers = ()


def test_a_stack_is_made_of_layers():
    with pytest.raises(NotationError, match=f"^{EMPTY}$"):
        Stack(())
    with pytest.raises(LayerError, match=r"^a stack is made of layers, got 'C3'$"):
        Stack((Conv2d(3), "C3"))


# Shapes and cost


@pytest.mark.parametrize(
    "shape",
    [(64, 64), (1, 64, 64, 1), (0, 64, 64), (1, 0, 64), (1, 64, -3), (1, 64.0, 64), (1, "8", 8)],
)
def test_a_shape_is_three_whole_numbers(shape):
    message = f"a shape is (channels, rows, cols), each a whole number of at least 1, got {shape!r}"
    for ask in (
        Stack.parse("C1").output_shape,
        Stack.parse("R").shapes,
        Stack.parse("C1").cost,
    ):
        with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
            ask(shape)


def test_shapes_are_plain_numbers():
    shape = Stack.parse("R").output_shape(np.ones((2, 3, 4)).shape)
    assert shape == (2, 3, 4)
    numbers = Stack.parse("R").output_shape((np.int64(2), np.int32(3), np.uint8(200)))
    assert numbers == (2, 3, 200)
    assert {type(number) for number in numbers} == {int}


def test_the_layer_that_does_not_fit_is_named():
    message = (
        "layer 3, M2x2/2 does not fit: its window covers 2x2 cells and the map before it has "
        "1x5; take a smaller kernel, or put it earlier"
    )
    for ask in (Stack.parse("C3 R M2 C3").output_shape, Stack.parse("C3 R M2").cost):
        with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
            ask((1, 3, 7))


def test_shapes_tell_every_layer():
    stack = Stack.parse("C3x5/1x2p1c4 -> R -> M2 -> B3/2 -> GA -> C1c3")
    assert stack.shapes((2, 9, 15)) == (
        (4, 9, 7),
        (4, 9, 7),
        (4, 4, 3),
        (4, 2, 2),
        (4, 1, 1),
        (3, 1, 1),
    )


def counted(layer: Layer, shape: tuple[int, int, int]) -> tuple[tuple[int, int, int], int]:
    """What comes out of a layer and how many cells its windows visit, by listing the windows."""
    channels, rows, cols = shape
    out_channels = layer.out_channels if isinstance(layer, Conv2d) else channels
    if isinstance(layer, (GlobalAvgPool2d, GlobalMaxPool2d)):
        axes = [[range(rows)], [range(cols)]]
    elif isinstance(layer, ReLU):
        axes = [[[row] for row in range(rows)], [[col] for col in range(cols)]]
    elif isinstance(layer, BlurPool2d):
        axes = [
            oracles.blur_windows(n, layer.kernel_size[axis], layer.stride[axis])
            for axis, n in enumerate((rows, cols))
        ]
    else:
        axes = [
            oracles.windows(n, *(pair[axis] for pair in layer.window()))
            for axis, n in enumerate((rows, cols))
        ]
    visits = sum(len(down) * len(across) for down, across in itertools.product(*axes))
    visits *= out_channels * (channels if isinstance(layer, Conv2d) else 1)
    return (out_channels, len(axes[0]), len(axes[1])), visits


@st.composite
def small_layer(draw: st.DrawFn) -> Layer:
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    kernel_size, stride = draw(pair), draw(pair)
    match draw(st.sampled_from("CCCMABRg")):
        case "C":
            return Conv2d(
                kernel_size,
                stride,
                padding=draw(pair),
                dilation=draw(pair),
                out_channels=draw(st.integers(1, 3)),
            )
        case "M":
            return MaxPool2d(kernel_size, stride, dilation=draw(pair))
        case "A":
            return AvgPool2d(kernel_size, stride)
        case "B":
            return BlurPool2d((kernel_size[0] + 1, kernel_size[1] + 1), stride)
        case "R":
            return ReLU()
    return draw(st.sampled_from([GlobalAvgPool2d(), GlobalMaxPool2d()]))


@settings(max_examples=150, deadline=None)
@given(
    layers=st.lists(small_layer(), min_size=1, max_size=4),
    shape=st.tuples(st.integers(1, 3), st.integers(4, 14), st.integers(4, 14)),
)
def test_shapes_and_cost_equal_what_forward_really_does(layers, shape):
    stack = Stack(tuple(layers))
    try:
        shapes = stack.shapes(shape)
    except ShapeError as error:
        with pytest.raises(ShapeError, match=f"^{re.escape(str(error))}$"):
            Network.with_filters(stack, shape[0]).forward(np.ones(shape))
        assume(False)
    x = np.random.default_rng(0).standard_normal(shape)
    activations = Network.with_filters(stack, shape[0]).forward(x)
    assert shapes == tuple(activation.shape for activation in activations)
    assert stack.output_shape(shape) == shapes[-1]
    total = 0
    for layer, after in zip(stack, shapes, strict=True):
        shape, visits = counted(layer, shape)
        assert shape == after
        total += visits
    assert stack.cost(tuple(x.shape)) == total


@pytest.mark.parametrize("text", [None, 3, b"C3"])
def test_a_notation_that_is_no_text_is_named(text):
    message = f"text must be a str, as in 'C3x3/1', got {text!r}"
    with pytest.raises(NotationError, match=f"^{re.escape(message)}$"):
        Stack.parse(text)


@pytest.mark.parametrize("layers", ["C3", None, 3])
def test_layers_that_are_no_tuple_are_named(layers):
    message = f"layers must be a tuple of layers, got {layers!r}"
    with pytest.raises(LayerError, match=f"^{re.escape(message)}$"):
        Stack(layers)
