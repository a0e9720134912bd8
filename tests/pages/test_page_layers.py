"""The layers of a stack on their page: in writing, in the editor, and what is refused."""

from collections.abc import Callable

import pytest

from pages.ui.scene.choices import PRESETS
from rfcore.stack import Stack
from tests.support.names import LAYER_LETTERS
from tests.support.page_driver import STAYS, Page, choose, errors, header, press, run_clean
from tests.support.shifts_page import (
    PRESET,
    assert_shows,
    column,
    notation,
    open_shifts,
    pick_layer,
    set_field,
    set_notation,
)


def test_notation_is_read_as_people_write_it() -> None:
    page = set_notation(
        open_shifts(), "input image --> C5 --> M2, R → C3x3/1c4 --> output feature map"
    )
    assert_shows(page, "C5x5/1 -> M2x2/2 -> R -> C3x3/1c4")
    assert page.selectbox(key="choose_preset").value == "your own"
    set_notation(page, PRESET)
    assert page.selectbox(key="choose_preset").value == "convolve, pool, convolve"
    assert "your own" not in page.selectbox(key="choose_preset").options


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "A stack needs at least one layer, as in C3x3/1."),
        (
            "C3x3/1 -> X2",
            f'"X2" at character 11 is not a layer; layers are {LAYER_LETTERS}.',
        ),
        (
            "M2 -> M2 -> C20",
            "Layer 3, C20x20/1 does not fit: its window covers 20x20 cells and the map before it "
            "has 16x16; take a smaller kernel, or put it earlier.",
        ),
        (
            " -> ".join(["C3x3/1"] * 40),
            "The stage holds at most 12 layers, this stack has 40; take some away.",
        ),
        (
            "C3x3/1c4096",
            "A layer of the stage has at most 32 channels, layer 1 has 4096; take fewer.",
        ),
        (
            "C9c32 C9c32",
            "This stack needs 199,231,488 multiply-adds a frame on 64x64 pixels, and a drag stays "
            "smooth up to 80,000,000; take fewer channels or a smaller picture.",
        ),
        (
            "C1x1/9000p9000c1",
            "This stack\u2019s maps have 326,308,096 cells with padding; the stage shows up to "
            "1,000,000: take less padding, fewer layers or a smaller picture.",
        ),
    ],
)
def test_wrong_notation_keeps_the_scene_and_the_text(text: str, sentence: str) -> None:
    page = choose(open_shifts(), "pattern", "dog")
    before, link = header(page), dict(page.query_params)
    set_notation(page, text)
    assert errors(page) == [sentence + STAYS]
    assert notation(page) == text
    assert header(page) == before
    assert page.query_params == link
    assert column(page, "receptive field") == ["3", "4", "8"]
    choose(page, "picture", "bricks")  # elsewhere; what is being written stays
    assert errors(page) == [sentence + STAYS]
    assert notation(page) == text
    set_notation(page, "C5x5/1")
    assert_shows(page, "C5x5/1")


def test_wrong_notation_goes_when_the_layers_come_from_elsewhere() -> None:
    page = set_notation(open_shifts(), "C3 X2")
    assert len(errors(page)) == 1
    choose(page, "preset", "two pools")
    assert_shows(page, PRESETS["two pools"])
    set_notation(page, "C3 X2")
    press(page, "Remove")
    assert_shows(page, "R -> M2x2/2 -> C3x3/1p1 -> R -> M2x2/2")


def test_layers_are_added_moved_and_removed() -> None:
    page = open_shifts()
    press(page, "Add a convolution after")
    assert_shows(page, "C3x3/1 -> C3x3/1 -> M2x2/2 -> C3x3/1")
    assert page.segmented_control(key="layer_at").value == 1
    pick_layer(page, 3)
    press(page, "Add a max pool after")
    assert_shows(page, "C3x3/1 -> C3x3/1 -> M2x2/2 -> C3x3/1 -> M2x2/2")
    assert page.segmented_control(key="layer_at").value == 4
    press(page, "Move earlier")
    assert_shows(page, "C3x3/1 -> C3x3/1 -> M2x2/2 -> M2x2/2 -> C3x3/1")
    assert page.segmented_control(key="layer_at").value == 3
    press(page, "Move later")
    assert_shows(page, "C3x3/1 -> C3x3/1 -> M2x2/2 -> C3x3/1 -> M2x2/2")
    press(page, "Remove")
    assert_shows(page, "C3x3/1 -> C3x3/1 -> M2x2/2 -> C3x3/1")
    assert page.segmented_control(key="layer_at").value == 3
    pick_layer(page, 0)
    for text in ("C3x3/1 -> M2x2/2 -> C3x3/1", "M2x2/2 -> C3x3/1", "C3x3/1"):
        press(page, "Remove")
        assert_shows(page, text)
        assert page.segmented_control(key="layer_at").value == 0


def disabled(page: Page) -> set[str]:
    return {button.label for button in page.button if button.disabled}


def test_buttons_that_could_do_nothing_are_off() -> None:
    page = open_shifts()
    assert disabled(page) == {"Move earlier"}
    assert disabled(pick_layer(page, 1)) == set()
    assert disabled(pick_layer(page, 2)) == {"Move later"}
    set_notation(page, "C3x3/1")
    assert disabled(page) == {"Move earlier", "Move later", "Remove"}
    set_notation(page, " -> ".join(["C3x3/1c2"] * 12))
    assert disabled(page) == {
        "Move earlier",
        "Add a convolution after",
        "Add a max pool after",
    }


@pytest.mark.parametrize(
    ("stack", "field", "value", "after"),
    [
        ("C3x3/1p1d2c4", "kernel_size", 5, "C5x5/1p1d2c4"),
        ("C3x3/1p1d2c4", "stride", 2, "C3x3/2p1d2c4"),
        ("C3x3/1p1d2c4", "padding", 0, "C3x3/1d2c4"),
        ("C3x3/1p1d2c4", "dilation", 1, "C3x3/1p1c4"),
        ("C3x3/1p1d2c4", "out_channels", 8, "C3x3/1p1d2"),
        ("M3x3/2p1", "kernel_size", 2, "M2x2/2p1"),
        ("M3x3/2p1", "dilation", 3, "M3x3/2p1d3"),
        ("A2x2/2", "padding", 1, "A2x2/2p1"),
        ("B3x3/2", "kernel_size", 5, "B5x5/2"),
        ("B3x3/2", "stride", 3, "B3x3/3"),
    ],
)
def test_field_edits_its_layer(stack: str, field: str, value: int, after: str) -> None:
    page = pick_layer(open_shifts(stack=f"R,{stack}"), 1)
    set_field(page, field, value)
    assert_shows(page, f"R -> {after}")
    assert page.number_input(key=f"field_{field}").value == value


@pytest.mark.parametrize(
    ("stack", "fields"),
    [
        ("C3x3/1", ["kernel_size", "stride", "padding", "dilation", "out_channels"]),
        ("M2x2/2", ["kernel_size", "stride", "padding", "dilation"]),
        ("A2x2/2", ["kernel_size", "stride", "padding"]),
        ("B3x3/2", ["kernel_size", "stride"]),
        ("R", []),
        ("GA", []),
        ("GM", []),
    ],
)
def test_layer_has_the_fields_that_its_kind_has(stack: str, fields: list[str]) -> None:
    page = open_shifts(stack=stack)
    assert [number.key for number in page.number_input] == [f"field_{name}" for name in fields]


@pytest.mark.parametrize("stack", ["C33x33/1c1", "C3x3/17", "C3x3/1p32c1", "C3x3/1d17"])
def test_fields_show_what_the_notation_says_also_beyond_their_range(stack: str) -> None:
    page = open_shifts(stack=stack)
    layer = Stack.parse(stack).layers[0]
    for name in ("kernel_size", "stride", "padding", "dilation"):
        assert page.number_input(key=f"field_{name}").value == getattr(layer, name)[0]
    set_field(page, "out_channels", 2)
    assert_shows(page, stack.removesuffix("c1") + "c2")


def test_sizes_that_differ_are_left_to_the_notation() -> None:
    page = open_shifts(stack="C3x5/1c2")
    assert page.number_input[0].key == "field_stride"
    (kernel,) = [text for text in page.text_input if text.label == "Kernel size"]
    assert (kernel.value, kernel.disabled) == ("3x5", True)
    set_field(page, "stride", 2)
    assert_shows(page, "C3x5/2c2")


@pytest.mark.parametrize(
    ("stack", "kind", "after"),
    [
        ("C3x3/1p1d2c4", "max pool", "M3x3/1"),
        ("C3x3/1", "ReLU", "R"),
        ("M2x2/2", "average pool", "A2x2/2"),
        ("M2x2/2", "blur pool", "B2x2/2"),
        ("M3x3/2p1", "convolution", "C3x3/2"),
        ("R", "convolution", "C3x3/1"),
        ("R", "max pool", "M2x2/2"),
        ("R", "average pool", "A2x2/2"),
        ("GA", "blur pool", "B2x2/2"),
        ("GA", "global max pool", "GM"),
    ],
)
def test_layer_becomes_another_kind(stack: str, kind: str, after: str) -> None:
    page = pick_layer(open_shifts(stack=f"R,{stack}"), 1)
    page.selectbox(key="choose_kind").select(kind)
    assert_shows(run_clean(page), f"R -> {after}")


@pytest.mark.parametrize(
    ("stack", "edit", "sentence"),
    [
        (
            "M2,M2,M2,M2,C3",
            lambda page: set_field(pick_layer(page, 4), "kernel_size", 5),
            "Layer 5, C5x5/1 does not fit: its window covers 5x5 cells and the map before it has "
            "4x4; take a smaller kernel, or put it earlier.",
        ),
        (
            "M2,M2,M2,M2,M2",
            lambda page: press(pick_layer(page, 4), "Add a convolution after"),
            "Layer 6, C3x3/1 does not fit: its window covers 3x3 cells and the map before it has "
            "2x2; take a smaller kernel, or put it earlier.",
        ),
        (
            "M2x2/2",
            lambda page: set_field(page, "padding", 2),
            "Padding of a pool must be at most half its kernel_size, here 1, got 2.",
        ),
        (
            "C9x9/1",
            lambda page: choose(page, "kind", "blur pool"),
            "Kernel_size of a blur pool must be 2 to 7, got 9.",
        ),
        (
            "C5x5/1c32,C5x5/1",
            lambda page: set_field(pick_layer(page, 1), "out_channels", 32),
            "This stack needs 83,161,600 multiply-adds a frame on 64x64 pixels, and a drag stays "
            "smooth up to 80,000,000; take fewer channels or a smaller picture.",
        ),
    ],
)
def test_edit_that_cannot_be_is_refused_and_the_layer_stays(
    stack: str, edit: Callable[[Page], Page], sentence: str
) -> None:
    page = open_shifts(stack=stack)
    before = notation(page)
    edit(page)
    assert errors(page) == [sentence + STAYS]
    assert notation(page) == before
    numbers = {number.key: number.value for number in page.number_input}
    layer = Stack.parse(before).layers[page.segmented_control(key="layer_at").value]
    assert numbers["field_stride"] == layer.stride[0]
    assert numbers["field_kernel_size"] == layer.kernel_size[0]
    assert_shows(choose(page, "preset", "two pools"), PRESETS["two pools"])
