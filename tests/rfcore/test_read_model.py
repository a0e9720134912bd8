"""Models read from what PyTorch and Keras print, and from code of both."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rfcore import NotationError, ReLU, Stack
from rfcore.interop import MAX_CHARACTERS, LineNote, read_model
from rfcore.zoo import ZOO

KERAS_JSON = (Path(__file__).parent / "keras_sequential.json").read_text()


def vgg(*convolutions: int) -> str:
    """What print shows of a torchvision VGG."""
    lines, channels = [], 3
    for count, width in zip(convolutions, (64, 128, 256, 512, 512), strict=True):
        for _ in range(count):
            lines.append(
                f"Conv2d({channels}, {width}, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))"
            )
            lines.append("ReLU(inplace=True)")
            channels = width
        lines.append("MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)")
    features = "\n".join(f"    ({number}): {line}" for number, line in enumerate(lines))
    return f"""VGG(
  (features): Sequential(
{features}
  )
  (avgpool): AdaptiveAvgPool2d(output_size=(7, 7))
  (classifier): Sequential(
    (0): Linear(in_features=25088, out_features=4096, bias=True)
    (1): ReLU(inplace=True)
    (2): Dropout(p=0.5, inplace=False)
    (3): Linear(in_features=4096, out_features=1000, bias=True)
  )
)"""


def test_a_printed_vgg_is_the_published_one() -> None:
    reading = read_model(vgg(2, 2, 3, 3, 3))
    without_relu = tuple(layer for layer in reading.stack if not isinstance(layer, ReLU))
    assert Stack(without_relu) == next(a.stack for a in ZOO if a.name == "VGG-16")
    assert len(reading.stack) == 18 + 13
    assert reading.has_same_fields  # only dense layers see what the pool to 7x7 does
    assert [str(note) for note in reading.notes] == [
        "line 35, AdaptiveAvgPool2d(output_size=(7, 7)): left out; the windows of a pool to a grid "
        "depend on the picture's size, and only a pool to one cell has a counterpart",
        "line 37, Linear(in_features=25088, out_features=4096, bias=True): left out; a dense layer "
        "has separate weights for every place, so the stack ends before it",
        "line 38, ReLU(inplace=True): left out; there are no maps after Linear",
        "line 39, Dropout(p=0.5, inplace=False): left out; there are no maps after Linear",
        "line 40, Linear(in_features=4096, out_features=1000, bias=True): left out; there are no "
        "maps after Linear",
    ]


def test_a_printed_alexnet() -> None:
    text = """>>> print(model)
AlexNet(
  (features): Sequential(
    (0): Conv2d(3, 64, kernel_size=(11, 11), stride=(4, 4), padding=(2, 2))
    (1): ReLU(inplace=True)
    (2): MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)
    (3): Conv2d(64, 192, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))
  )
  (avgpool): AdaptiveAvgPool2d(output_size=(6, 6))
  (classifier): Sequential(
    (0): Dropout(p=0.5, inplace=False)
    (1): Linear(in_features=9216, out_features=4096, bias=True)
  )
)
"""
    reading = read_model(text)
    assert str(reading.stack) == "C11x11/4p2c64 -> R -> M3x3/2 -> C5x5/1p2c192"
    assert reading.has_same_fields


def test_a_print_of_pytorch_itself() -> None:
    model = nn.Sequential(
        nn.Conv2d(1, 4, (3, 5), padding="same", dilation=2, padding_mode="circular"),
        nn.BatchNorm2d(4),
        nn.Sequential(nn.ReLU(inplace=True), nn.MaxPool2d((2, 3), padding=(1, 0))),
        nn.ZeroPad2d((2, 2, 1, 1)),
        nn.AvgPool2d((2, 4)),
        nn.Sequential(),
        nn.Dropout(0.5),
        nn.Conv2d(4, 8, 1),
        nn.AdaptiveMaxPool2d((1, 1)),
    )
    reading = read_model(repr(model))
    assert str(reading.stack) == (
        "C3x5/1p2x4d2c4 -> R -> M2x3/2x3p1x0 -> A2x4/2x4p1x2 -> C1x1/1 -> GM"
    )
    assert reading.padding_mode == "circular"
    assert [note.text[:9] for note in reading.notes] == ["BatchNorm", "Dropout(p"]
    assert reading.has_same_fields


def test_a_json_of_keras_itself() -> None:
    """Made by Keras 3.15; its layers are named in the notes."""
    reading = read_model(KERAS_JSON)
    assert str(reading.stack) == (
        "C3x3/1p1 -> R -> C3x3/2p1c16 -> R -> C3x3/1c16 -> M2x2/2 -> C3x3/1p2d2 -> A2x3/1 -> GA"
    )
    assert [(note.where, note.may_change_fields) for note in reading.notes] == [
        ('layer "batch_normalization"', False),
        ('layer "depthwise_conv2d"', False),
        ('layer "dropout"', False),
        ('layer "dense"', False),
    ]
    assert read_model(f"'{KERAS_JSON}'").stack == reading.stack  # as a notebook shows it


def one_note(text: str) -> LineNote:
    notes = read_model(text).notes
    assert len(notes) == 1, notes
    return notes[0]


@pytest.mark.parametrize(
    ("text", "stack", "remark", "may_change_fields"),
    [
        ("nn.Conv2d(8, 8, 3, groups=8)", "C3", "the same windows, though each", False),
        ("nn.MaxPool2d(3, 2, ceil_mode=True)", "M3/2", "may hang over the border", False),
        ("nn.AvgPool2d(2, 2, 1, count_include_pad=False)", "A2p1", "leaves padding out", False),
        ("nn.ReLU(), nn.Conv2d(a, b, 3)", "R", "out_channels must be a whole number", True),
        ("nn.ReLU(), nn.Conv2d(1, 8)", "R", "kernel_size is missing", True),
        ("nn.ReLU(), nn.MaxPool2d(2, 0)", "R", "stride must be at least 1, got 0", True),
        ("nn.ReLU(), nn.MaxPool2d(1000000)", "R", "at most 999999, got 1000000", True),
        ("Conv2D(999999, 1), DepthwiseConv2D(1, depth_multiplier=2)", "C1c999999", "1999998", True),
        (
            "nn.ZeroPad2d(999999), nn.ZeroPad2d(1), nn.Conv2d(1, 8, 1)",
            "C1p999999",
            "999999, got 1000000",
            True,
        ),
        ("nn.ReLU(), nn.MaxPool2d(2, padding=2)", "R", "at most half its kernel_size", True),
        ("nn.ReLU(), nn.Conv2d(1, 8, (3, 3, 3))", "R", "got (3, 3, 3)", True),
        ("nn.ReLU(), nn.Conv2d(1, 8, 3.5)", "R", "kernel_size must be a whole number", True),
        ("nn.ReLU(), nn.Conv2d(1, 8, True)", "R", "kernel_size must be a whole number", True),
        ("nn.ReLU(), nn.Conv2d(1, (8, 8), 3)", "R", "must be one whole number", True),
        ('nn.ReLU(), nn.Conv2d(1, 8, 3, padding_mode="odd")', "R", "padding_mode must be", True),
        ("nn.ReLU(), nn.ConvTranspose2d(8, 8, 2)", "R", "has no counterpart here", True),
        ("nn.Conv2d(1, 8, 3), nn.Conv2d(4, 8, 3)", "C3, C3", "takes 4 channels, but 8", True),
        ("nn.AdaptiveAvgPool2d(7), nn.ReLU()", "R", "a pool to one cell", True),
        ("nn.ReLU(), nn.AdaptiveAvgPool2d(7)", "R", "a pool to one cell", False),
        ("nn.ReLU(), nn.LeakyReLU(0.1)", "R", "each cell separately", False),
        ("nn.ReLU(), nn.GroupNorm(2, 8)", "R", "depends on the whole map", False),
        ("nn.ReLU(), nn.ZeroPad2d(1)", "R", "no window right after it", True),
        ("nn.ZeroPad2d(1), nn.AdaptiveAvgPool2d(1)", "GA", "no window right after it", True),
        ("nn.ZeroPad2d((0, 1, 0, 1)), nn.ReLU()", "R", "the same on opposite sides", True),
        ("nn.ZeroPad2d((1, 1, 0, 1)), nn.ReLU()", "R", "the same on opposite sides", True),
        ("nn.ZeroPad2d((0, 1, 1, 1)), nn.ReLU()", "R", "the same on opposite sides", True),
        ("nn.ZeroPad2d((0, 1)), nn.ReLU()", "R", "(0, 1)", True),
        ("nn.ReflectionPad2d(1), nn.MaxPool2d(2)", "M2", "no window right after it", True),
        ("nn.ReflectionPad2d(1), nn.Conv2d(1, 8, 3, padding=1)", "C3p1", "no window right", True),
        ("nn.ZeroPad2d(1), nn.MaxPool2d(2)", "M2p1", "its zeros can win the max", False),
        ("nn.ZeroPad2d(2), nn.MaxPool2d(2)", "M2", "no window right after it", True),
        ("nn.Conv2d(1, 8, 4, padding='same')", "C4p1", "the map may end earlier", False),
        ("Conv2D(8, 3, 2, 'same')", "C3/2p1", "fields may begin elsewhere", True),
        ("Conv2D(8, (1, 4), 1, 'same')", "C1x4p0x1", "read as 0x1 on both", False),
        ("MaxPooling2D(padding='same')", "M2", "the map may end earlier", False),
        ("AveragePooling2D(3, 1, 'same')", "A3/1p1", "leaves padding out", False),
        ("SeparableConv2D(8, 3)", "C3", "the same windows, though each", False),
        ("Conv2D(8, 3, groups=2)", "C3", "the same windows, though each", False),
        ("Conv2D(8, 3, activation='tanh')", "C3", "its activation tanh is left out", False),
        ("ReLU(), ReLU(max_value=6)", "R", "each cell separately", False),
        ("ReLU(), ReLU(6.0)", "R", "each cell separately", False),
        ("ReLU(), Activation('gelu')", "R", "its activation gelu", False),
        ("ReLU(), ZeroPadding2D(((0, 1), (0, 1)))", "R", "got ((0, 1), (0, 1))", True),
        ("ReLU(), Flatten()", "R", "the stack ends before it", False),
        ("x = Conv2D(8, 3)(x)", "C3", "a functional model may branch", True),
        ("nn.ReLU()\n(3): Conv2d 8 8 3", "R", "it is not a layer", True),
        ("nn.ReLU()\n*layers", "R", "it is not a layer", True),
        ("(0-2): 3 x ReLU()", "R", "stands for 3 of them", True),
        ("class Net(nn.Module):\n    c = Conv2d(1, 8, 3)\nnn.ReLU()", "R", "print(model)", True),
    ],
)
def test_what_has_no_exact_counterpart_is_named(
    text: str, stack: str, remark: str, may_change_fields: bool
) -> None:
    assert read_model(text).stack == Stack.parse(stack)
    note = one_note(text)
    assert remark in note.remark
    assert note.may_change_fields == may_change_fields
    assert note.where == f"line {text[: text.index(note.text[:9])].count(chr(10)) + 1}"


@pytest.mark.parametrize(
    ("text", "stack"),
    [
        ("from torch import nn\nmodel = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(True))", "C3, R"),
        ("torch.nn.MaxPool2d(kernel_size=[2, 3])", "M2x3"),
        ('nn.Sequential(OrderedDict([("a", nn.Conv2d(1, 8, (3,)))]))', "C3"),
        ("model = Sequential()\nmodel.add(Conv2D(8, 3))\nmodel.summary()", "C3"),
        (
            "keras.Sequential([\n  layers.Conv2D(\n    8, 3,\n    activation='relu',\n  ),\n])",
            "C3, R",
        ),
        ("Conv2D(8, 3, padding='same', dilation_rate=2)", "C3p2d2"),
        ("Conv2D(8, 3, activation=tf.nn.relu), Activation('linear')", "C3, R"),
        ("ZeroPadding2D(2), ReLU(), ZeroPadding2D((1, 0)), Conv2D(8, 3, 2)", "R, C3/2p3x2"),
        ("nn.ReflectionPad2d(1), nn.Conv2d(1, 8, 3)", "C3p1"),
        (
            "# a comment\n@decorator\ndef f():\n\n    return nn.ReLU()\nnn.AdaptiveAvgPool2d(1)",
            "GA",
        ),
        ("GlobalAvgPool2D(), GlobalMaxPool2D()", "GA, GM"),
        ("MaxPool2D(), AvgPool2D(3, strides=None)", "M2, A3"),
        ("ReLU(), MaxPooling2D(1, strides=2, name='a_stride')", "R, M1/2"),
    ],
)
def test_code_as_people_write_it(text: str, stack: str) -> None:
    reading = read_model(text)
    assert (reading.stack, reading.notes) == (Stack.parse(stack), ())


def test_channels_of_a_depthwise_convolution_come_from_before() -> None:
    text = "Input((32, 32, 3)), DepthwiseConv2D(3, depth_multiplier=2), DepthwiseConv2D(3)"
    assert str(read_model(text).stack) == "C3x3/1c6 -> C3x3/1c6"


def test_notes_come_in_the_order_of_the_model() -> None:
    text = "nn.ZeroPad2d(1), nn.BatchNorm2d(8), nn.AdaptiveAvgPool2d(1)"
    assert [note.text for note in read_model(text).notes] == ["ZeroPad2d(1)", "BatchNorm2d(8)"]


def test_a_block_of_its_own_kind_is_left_out_of_a_printed_sequential() -> None:
    block = nn.ModuleList([nn.Conv2d(1, 8, 3)])
    reading = read_model(repr(nn.Sequential(block, nn.ReLU())))
    assert reading.stack == Stack.parse("R")
    assert "a ModuleList may branch" in reading.notes[0].remark


def test_padding_modes_that_differ_are_named() -> None:
    text = 'nn.Conv2d(1, 8, 3, padding=1, padding_mode="reflect"), nn.Conv2d(8, 8, 3, padding=1)'
    assert "its padding is zeros; here one mode holds" in one_note(text).remark
    assert read_model(text).padding_mode == "reflect"


def test_a_print_of_another_class_is_read_with_a_warning_and_its_blocks_are_not() -> None:
    text = """print(net)
Net(
  (conv): Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))
  (block): Residual(
    (conv): Conv2d(8, 8, kernel_size=(3, 3), stride=(1, 1))
    (shortcut): Sequential()
  )
  (pool): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
)
net
"""
    reading = read_model(text)
    assert reading.stack == Stack.parse("C3, M2")
    assert [(note.where, note.text) for note in reading.notes] == [
        ("line 2", "Net"),
        ("line 4", "Residual"),
    ]
    assert not reading.has_same_fields


DEEP_JSON = '{"class_name": "Sequential", "config": ' + "[" * 50_000
DEEP_VALUE = "[" * 300 + "]" * 300


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a PyTorch or Keras model; paste what print"),
        ("C3x3/1 -> M2x2/2", "not a PyTorch or Keras model"),
        ("import torch\nimport torch.nn as nn", "not a PyTorch or Keras model"),
        ("x" * (MAX_CHARACTERS + 1), f"at most {MAX_CHARACTERS} characters, this one has 200001"),
        ("nn.Conv2d(1, 8", "line 1 opens a bracket that is never closed"),
        ("nn.ReLU()\nnn.Conv2d(1, 8,", "line 2 opens a bracket"),
        ("nn.Linear(3, 4)", "no layer of this model has a counterpart here: line 1, Linear(3, 4)"),
        ("Layer (type)   Output Shape", "a summary does not say how layers stride and pad"),
        ("(\n" * 5_000, "more than 1000 lines of this text have no counterpart"),
        ("nn.ReLU()," * 5_000, "the model has 5000 layers; their notation has 24996 characters"),
        ("{", "cannot be read as JSON"),
        ('{"class_name": "Sequential", "config": {}}', "has no list of layers"),
        ('{"class_name": "Functional"}', "of class Functional, which may branch"),
        ('{"model": 1}', "an object with a class_name, got dict without one"),
        ('{"class_name": "Sequential", "config": [3]}', "got int without one"),
        ('{"class_name": "Sequential", "config": []}', "not a PyTorch or Keras model"),
        (DEEP_JSON, "nested too deeply"),
        ('{"class_name": "' + "x" * 90_000 + '"}', "of class xxx"),
        ('{"class_name": ' + "9" * 5_000 + "}", "cannot be read as JSON"),
    ],
)
def test_what_is_no_model_gets_a_sentence(text: str, message: str) -> None:
    with pytest.raises(NotationError) as error:
        read_model(text)
    assert message in str(error.value)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(
    "value", [DEEP_VALUE, '{"a": 1}', "null", '"3"', "1e400", "[]", "-1", "3.0"]
)
@pytest.mark.parametrize("name", ["kernel_size", "strides", "padding", "activation", "name"])
def test_a_strange_value_in_json_is_named(name: str, value: str) -> None:
    config = {"filters": "8", "kernel_size": "3", name: value}
    inside = ", ".join(f'"{key}": {text}' for key, text in config.items())
    layers = f'{{"class_name": "ReLU"}}, {{"class_name": "Conv2D", "config": {{{inside}}}}}'
    reading = read_model(f'{{"class_name": "Sequential", "config": [{layers}]}}')
    assert reading.stack.layers[0] == ReLU()
    assert all(len(str(note)) < 200 for note in reading.notes)


@pytest.mark.parametrize(
    "text",
    [
        "(" * MAX_CHARACTERS,
        "nn.ReLU(" * (MAX_CHARACTERS // 8),
        "nn.Sequential(" * (MAX_CHARACTERS // 14),
        "A(\n" * (MAX_CHARACTERS // 3),
        "a." * (MAX_CHARACTERS // 2),
        "a = " * (MAX_CHARACTERS // 4),
        "(a" + " " * (MAX_CHARACTERS - 2),
        "add(" + "\n" * (MAX_CHARACTERS - 4),
        "add(\n" * (MAX_CHARACTERS // 5),
        "\t" * (MAX_CHARACTERS - 1) + "x",
        "class A:\n" * (MAX_CHARACTERS // 9),
        "A(" + "x=" * (MAX_CHARACTERS // 2 - 2) + ")",
        "A(" + "'" * (MAX_CHARACTERS - 3) + ")",
        "A(" + "9," * (MAX_CHARACTERS // 2 - 2) + ")",
        "import" * (MAX_CHARACTERS // 6),
        '{"a":' * (MAX_CHARACTERS // 5),
    ],
    ids=lambda text: text[:14],
)
def test_a_hostile_text_is_read_in_time_that_grows_with_its_length_only(text: str) -> None:
    start = time.process_time()
    with pytest.raises(NotationError):
        read_model(text)
    assert time.process_time() - start < 2


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("(){}[]:,.='\"\n #x3ab ReLUConv2dKeras_>"), max_size=80))
def test_any_text_gives_a_stack_or_a_sentence(text: str) -> None:
    try:
        reading = read_model(text + "\nnn.ReLU()")
    except NotationError:
        return
    assert reading.stack
