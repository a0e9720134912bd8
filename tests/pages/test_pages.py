"""The page as Streamlit runs it: its controls, its link, its stage's messages, and bad input."""

import io
import json
import re
import time
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.ui.render.readings import break_text
from pages.ui.scene.choices import PRESETS, SIZES
from pages.ui.scene.grid import resized_cells
from pages.ui.scene.link import KEYS, from_query, to_query
from pages.ui.scene.scene import Scene
from pages.ui.session import late_values
from rfcore.equivariance import Break, first_break
from rfcore.filters import CHOICES
from rfcore.network import Network
from rfcore.pictures.backgrounds import BACKGROUNDS, draw_background
from rfcore.pictures.patterns import PATTERNS, draw_pattern, place
from rfcore.pools import POOL_KINDS, with_pools
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack
from tests.rfcore.test_stack import LETTERS
from tests.support.page_driver import STAYS, click, errors, header, new_page, plain, run_clean

PRESET = "C3x3/1 -> M2x2/2 -> C3x3/1"
pytestmark = pytest.mark.usefixtures("quick_pages")


def opened(**query: str) -> AppTest:
    """The page, opened by a link."""
    return ran(new_page("feature_map_shifts.py", query))


def ran(page: AppTest) -> AppTest:
    """Run the page; whatever it shows, it shows no exception."""
    run_clean(page)
    assert [e.value for e in page.title] == ["Does the map move when the pattern moves?"]
    return page


def notation(page: AppTest) -> str:
    return page.text_input(key="notation").value


def set_notation(page: AppTest, text: str) -> AppTest:
    page.text_input(key="notation").set_value(text)
    return ran(page)


def choose(page: AppTest, key: str, value: object) -> AppTest:
    page.selectbox(key=f"choose_{key}").set_value(value)
    return ran(page)


def press(page: AppTest, label: str) -> AppTest:
    click(page, label)
    return ran(page)


def pick_layer(page: AppTest, at: int) -> AppTest:
    page.segmented_control(key="layer_at").set_value(at)
    return ran(page)


def set_field(page: AppTest, name: str, value: int) -> AppTest:
    page.number_input(key=f"field_{name}").set_value(value)
    return ran(page)


def table(page: AppTest) -> list[dict[str, str]]:
    """The table of layers, row by row, every kind of blank in it as one blank."""
    rows = page.table[0].value.to_dict("records")
    return [{name: " ".join(text.split()) for name, text in row.items()} for row in rows]


def column(page: AppTest, name: str) -> list[str]:
    return [row[name] for row in table(page)]


def assert_shows(page: AppTest, text: str) -> None:
    """Text field, stage, table and link all show these layers."""
    stack = Stack.parse(text)
    assert notation(page) == text
    assert [layer["text"] for layer in header(page)["setting"]["layers"]] == list(map(str, stack))
    assert column(page, "layer") == [f"{n} {layer.name}" for n, layer in enumerate(stack, 1)]
    assert page.segmented_control(key="layer_at").options == [
        f"{n}  {layer}" for n, layer in enumerate(stack, 1)
    ]
    scene, problems = from_query(page.query_params)
    assert problems == []
    assert scene.stack == stack
    assert errors(page) == []


# ---- opening the page


def test_page_opens_with_the_textbook_line() -> None:
    page = opened()
    assert [page.error, page.warning, page.query_params] == [[], [], {}]
    assert page.selectbox(key="choose_preset").value == "convolve, pool, convolve"
    assert_shows(page, PRESET)
    assert column(page, "receptive field") == ["3", "4", "8"]
    assert column(page, "jump") == ["1", "2", "2"]
    assert column(page, "start") == ["0", "0", "0"]
    assert column(page, "output") == ["8 × 62 × 62", "8 × 31 × 31", "8 × 29 × 29"]
    assert header(page)["query"].startswith("picture=meadow&size=64&pattern=cat&stack=C3x3/1,M2")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_shown(name: str) -> None:
    page = choose(opened(pattern="disc"), "preset", name)
    assert_shows(page, PRESETS[name])
    assert page.selectbox(key="choose_preset").value == name
    fields = receptive_fields(Stack.parse(PRESETS[name]))
    assert column(page, "receptive field") == [str(field.size[0]) for field in fields]
    assert column(page, "jump") == [str(field.jump[0]) for field in fields]
    assert column(page, "start") == [str(field.start[0]) for field in fields]
    assert header(page)["setting"]["pattern"]["name"] == "disc"


def test_table_writes_rows_and_columns_that_differ() -> None:
    page = opened(stack="C3x5/2x1p1x0d1x2c4,GA")
    assert table(page) == [
        {
            "layer": "1 convolution",
            "kernel": "3 × 5",
            "stride": "2 × 1",
            "padding": "1 × 0",
            "dilation": "1 × 2",
            "output": "4 × 32 × 56",
            "receptive field": "3 × 9",
            "jump": "2 × 1",
            "start": "-1 × 0",
        },
        {
            "layer": "2 global average pool",
            "kernel": "32 × 56",
            "stride": "32 × 56",
            "padding": "0",
            "dilation": "1",
            "output": "4 × 1 × 1",
            "receptive field": "65 × 64",
            "jump": "64 × 56",
            "start": "-1 × 0",
        },
    ]


# ---- the link


def test_link_opens_its_scene() -> None:
    query = {
        "picture": "bricks",
        "size": "96",
        "pattern": "dog",
        "stack": "C3x3/1c3,M2x2/2",
        "kernels": "spot",
        "padding": "circular",
        "at": "30,40",
        "from": "20,10",
        "channels": "3,3",
        "unit": "2,5,6",
        "view": "difference",
    }
    page = opened(**query)
    assert page.warning == []
    assert page.query_params == query  # nothing is written that was not changed
    shown = header(page)
    assert (shown["position"], shown["start"]) == ([30, 40], [20, 10])
    assert (shown["unit"], shown["view"]) == ([1, 5, 6], "difference")
    assert [layer["channel"] for layer in shown["setting"]["layers"]] == [2, 2]
    boxes = {box.key: box.value for box in page.selectbox}
    assert boxes["choose_picture"] == "bricks"
    assert boxes["choose_size"] == 96
    assert boxes["choose_pattern"] == "dog"
    assert boxes["choose_padding"] == "circular"
    assert boxes["choose_preset"] == "your own"
    assert boxes["choose_kernels_0"] == "spot"


@pytest.mark.parametrize("key", KEYS)
def test_bad_part_of_a_link_gives_one_warning(key: str) -> None:
    good = {"picture": "bricks", "pattern": "dog", "at": "1,2", "view": "start"}
    page = opened(**{**good, key: "~"})
    (warning,) = page.warning
    assert plain(warning.value.removeprefix("- ")).startswith(f"The link’s “{key}” was left out: ")
    assert "\n" not in warning.value
    assert page.error == []
    query = header(page)["query"]
    for kept in good.keys() - {key}:
        assert f"{kept}={good[kept]}" in query


def test_link_of_nonsense_opens_the_default_with_one_warning() -> None:
    page = opened(**dict.fromkeys(KEYS, "~"))
    (warning,) = page.warning
    sentences = warning.value.split("\n")
    assert len(sentences) == len(KEYS)
    assert all(sentence.startswith("- The link’s ") for sentence in sentences)
    assert header(page)["query"] == header(opened())["query"]
    choose(page, "pattern", "dog")  # what the link said is of no interest any more
    assert page.warning == []
    assert page.query_params == to_query(Scene(pattern="dog"))


@pytest.mark.parametrize(
    "stack",
    ["C1x1/999999,C1x1/999999", "C1x1/9000p9000c1", "C3x3/1d999999p999999", ",".join("C" * 900)],
)
def test_link_cannot_ask_for_more_than_the_stage_can_draw(stack: str) -> None:
    page = opened(stack=stack)
    assert len(page.warning) == 1
    assert notation(page) == PRESET


def test_link_cannot_ask_for_padding_that_its_maps_do_not_have() -> None:
    page = opened(stack="GA,C3x3/1p1", padding="reflect")
    assert [plain(w.value.removeprefix("- ")) for w in page.warning] == [
        "The link’s “padding” was left out: layer 2, reflect padding of 1x1 cells needs a larger "
        "map than 1x1; at most 0x0 here."
    ]
    choose(page, "padding", "circular")
    choose(page, "padding", "reflect")
    assert errors(page) == [
        "Layer 2, reflect padding of 1x1 cells needs a larger map than 1x1; at most 0x0 here."
        + STAYS
    ]
    assert page.selectbox(key="choose_padding").value == "circular"


@pytest.mark.parametrize(
    "value",
    [
        "![x](http://evil.example/x.png)",
        "[click](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "**bold** _it_ `code` ~~no~~",
        "$x^2$ :red[x] :smile: :material/home:",
        "\\",
        "# head",
        "1. one",
    ],
)
def test_markdown_in_a_link_is_shown_as_it_was_written(value: str) -> None:
    (warning,) = opened(picture=value, stack=value.lower(), at=value).warning
    picture, stack, place = (plain(line.removeprefix("- ")) for line in warning.value.split("\n"))
    assert f"there is no picture “{value}”; choose flat, " in picture
    assert f'"{value.lower()}" at character 1 is not a layer' in stack
    assert f"as in 24,12, got “{value}”." in place


@pytest.mark.parametrize(
    "value", ["http://evil.example", "WWW.evil.example", "www.evil.example", "me@evil.example"]
)
def test_address_in_a_link_is_no_link_on_the_page(value: str) -> None:
    (warning,) = opened(picture=value).warning
    text = re.sub(r"\\(.)", r"\1", warning.value)  # what the browser looks for addresses in
    assert not re.search(r"(?i)https?://|www\.|\w@", text)
    assert value in plain(warning.value.removeprefix("- "))


def test_lines_in_a_link_stay_in_their_sentence() -> None:
    (warning,) = opened(picture="a\n\n# b\n- c").warning
    assert "“a # b - c”" in plain(warning.value.removeprefix("- "))


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test go back at once: to the app it then looks like someone who took their time."""
    monkeypatch.setattr(late_values, "SETTLING_SECONDS", 0)


def test_a_link_sent_before_the_new_one_arrived_undoes_nothing() -> None:
    page = choose(opened(), "pattern", "dog")
    sent_before = dict(page.query_params)
    choose(page, "picture", "noise")
    page.query_params.clear()
    page.query_params.update(sent_before)
    choose(page, "pattern", "face")  # a click that was under way
    assert page.selectbox(key="choose_picture").value == "noise"
    assert page.query_params["pattern"] == "face"
    assert page.query_params["picture"] == "noise"


def test_a_link_of_several_changes_ago_undoes_nothing_either() -> None:
    page = choose(opened(), "pattern", "dog")
    sent_before = dict(page.query_params)
    choose(page, "picture", "noise")
    choose(page, "padding", "circular")
    page.query_params.clear()
    page.query_params.update(sent_before)
    ran(page)
    assert page.selectbox(key="choose_picture").value == "noise"
    assert page.selectbox(key="choose_padding").value == "circular"


def test_a_link_sent_while_a_long_run_went_on_undoes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What counts is how long the server has been at rest, not when it wrote the link."""
    page = choose(opened(), "pattern", "dog")
    sent_before = dict(page.query_params)
    choose(page, "picture", "noise")
    page.session_state["last_run_end"] = clock = time.monotonic() + 20  # the run took so long
    monkeypatch.setattr(late_values, "monotonic", lambda: clock + 0.1)
    page.query_params.clear()
    page.query_params.update(sent_before)
    choose(page, "pattern", "face")
    assert page.selectbox(key="choose_picture").value == "noise"
    monkeypatch.setattr(late_values, "monotonic", lambda: clock + 5)
    page.query_params.clear()
    page.query_params.update(sent_before)
    ran(page)  # after a rest it is someone who went back
    assert page.selectbox(key="choose_picture").value == "meadow"


def test_going_back_brings_the_scene_back(unhurried: None) -> None:
    page = choose(opened(), "pattern", "dog")
    first = dict(page.query_params)
    choose(page, "picture", "noise")
    assert page.query_params["picture"] == "noise"
    page.query_params.clear()
    page.query_params.update(first)
    ran(page)
    assert page.selectbox(key="choose_picture").value == "meadow"
    assert page.selectbox(key="choose_pattern").value == "dog"
    page.query_params.clear()
    ran(page)
    assert page.selectbox(key="choose_pattern").value == "cat"


def test_parts_of_the_address_that_are_not_ours_stay() -> None:
    page = choose(opened(lang="de"), "pattern", "dog")
    assert page.query_params == {"lang": "de", **to_query(Scene(pattern="dog"))}


# ---- picture and pattern


@pytest.mark.parametrize(
    ("key", "values", "part"),
    [
        ("picture", BACKGROUNDS, "picture"),
        ("pattern", PATTERNS, "pattern"),
        ("size", SIZES, "size"),
        ("padding", ("zeros", "circular", "reflect", "replicate"), "padding"),
    ],
)
def test_every_choice_reaches_the_stage_and_the_link(
    key: str, values: tuple[object, ...], part: str
) -> None:
    page = opened()
    names = set()
    for value in [*values[1:], values[0]]:
        choose(page, key, value)
        assert page.query_params[part] == str(value)
        assert page.selectbox(key=f"choose_{key}").value == value
        assert errors(page) == []
        names.add(header(page)["scene"])
    assert len(names) == len(values)


def test_picture_that_is_too_large_for_the_layers_is_refused() -> None:
    page = choose(opened(stack="C5x5/1c16,C3x3/1c16"), "size", 256)
    (sentence,) = errors(page)
    assert re.fullmatch(
        r"This stack needs [\d,]+ multiply-adds a frame on 256x256 pixels, and a drag stays smooth "
        rf"up to 80,000,000; take fewer channels or a smaller picture\.{STAYS}",
        sentence,
    )
    assert page.selectbox(key="choose_size").value == 64
    assert header(page)["setting"]["size"] == 64
    choose(page, "size", 48)
    assert errors(page) == []


def photo(color: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (300, 200), color).save(buffer, "PNG")
    return buffer.getvalue()


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    page.file_uploader(key="photo").set_value((name, data, "image/png"))
    return ran(page)


def test_photo_becomes_the_picture(unhurried: None) -> None:
    page = upload(opened(), "me.png", photo(51))
    shown = header(page)
    assert isinstance(shown["setting"]["photo"], str)
    assert page.query_params["picture"] == "photo"
    assert page.selectbox(key="choose_picture").value == "photo"
    assert page.selectbox(key="choose_picture").options[-1] == "your photo"
    planes = {name: (rows, cols, at) for name, _, rows, cols, at in shown["planes"]}
    rows, cols, at = planes["picture"]
    frame = page.get("bidi_component")[0].proto.bytes
    at += 4 + int.from_bytes(frame[:4], "little")
    assert set(np.frombuffer(frame, "u1", rows * cols, at)) == {51}
    # Another picture, and back: by the control, and by the browser's button.
    link = dict(page.query_params)
    for go_back in (
        lambda: choose(page, "picture", "photo"),
        lambda: (page.query_params.update(link), ran(page)),
    ):
        choose(page, "picture", "bricks")
        assert header(page)["setting"]["photo"] is None
        go_back()
        assert header(page)["scene"] == shown["scene"]
        assert page.warning == []


def test_link_to_a_photo_falls_back_elsewhere() -> None:
    page = opened(picture="photo", pattern="dog")
    assert [plain(w.value.removeprefix("- ")) for w in page.warning] == [
        "The link’s “picture” was left out: a photo does not travel in a link; the meadow stands "
        "in for it."
    ]
    assert page.selectbox(key="choose_picture").value == "meadow"
    assert page.selectbox(key="choose_pattern").value == "dog"


def test_file_that_is_no_photo_is_refused_and_the_scene_stays() -> None:
    page = upload(opened(), "me.png", photo(51))
    before = header(page)["scene"]
    upload(page, "notes.png", b"just some <b>text</b>")
    (sentence,) = errors(page)
    assert sentence.startswith("This file is not a PNG, JPEG or WebP picture: it begins with ")
    assert sentence.endswith(STAYS)
    assert header(page)["scene"] == before
    upload(page, "me.png", photo(99))
    assert errors(page) == []
    assert header(page)["scene"] != before


# ---- layers in writing


def test_notation_is_read_as_people_write_it() -> None:
    page = set_notation(opened(), "input image --> C5 --> M2, R → C3x3/1c4 --> output feature map")
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
            f'"X2" at character 11 is not a layer; layers are {LETTERS}.',
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
    page = choose(opened(), "pattern", "dog")
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
    page = set_notation(opened(), "C3 X2")
    assert len(errors(page)) == 1
    choose(page, "preset", "two pools")
    assert_shows(page, PRESETS["two pools"])
    set_notation(page, "C3 X2")
    press(page, "Remove")
    assert_shows(page, "R -> M2x2/2 -> C3x3/1p1 -> R -> M2x2/2")


# ---- the layer editor


def test_layers_are_added_moved_and_removed() -> None:
    page = opened()
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


def disabled(page: AppTest) -> set[str]:
    return {button.label for button in page.button if button.disabled}


def test_buttons_that_could_do_nothing_are_off() -> None:
    page = opened()
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
    page = pick_layer(opened(stack=f"R,{stack}"), 1)
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
    page = opened(stack=stack)
    assert [number.key for number in page.number_input] == [f"field_{name}" for name in fields]


@pytest.mark.parametrize("stack", ["C33x33/1c1", "C3x3/17", "C3x3/1p32c1", "C3x3/1d17"])
def test_fields_show_what_the_notation_says_also_beyond_their_range(stack: str) -> None:
    page = opened(stack=stack)
    layer = Stack.parse(stack).layers[0]
    for name in ("kernel_size", "stride", "padding", "dilation"):
        assert page.number_input(key=f"field_{name}").value == getattr(layer, name)[0]
    set_field(page, "out_channels", 2)
    assert_shows(page, stack.removesuffix("c1") + "c2")


def test_sizes_that_differ_are_left_to_the_notation() -> None:
    page = opened(stack="C3x5/1c2")
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
    page = pick_layer(opened(stack=f"R,{stack}"), 1)
    page.selectbox(key="choose_kind").select(kind)
    assert_shows(ran(page), f"R -> {after}")


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
    stack: str, edit: Callable[[AppTest], AppTest], sentence: str
) -> None:
    page = opened(stack=stack)
    before = notation(page)
    edit(page)
    assert errors(page) == [sentence + STAYS]
    assert notation(page) == before
    numbers = {number.key: number.value for number in page.number_input}
    layer = Stack.parse(before).layers[page.segmented_control(key="layer_at").value]
    assert numbers["field_stride"] == layer.stride[0]
    assert numbers["field_kernel_size"] == layer.kernel_size[0]
    assert_shows(choose(page, "preset", "two pools"), PRESETS["two pools"])


# ---- kernels


def test_every_convolution_has_its_kernels() -> None:
    page = opened(stack="R,C3x3/1c2,M2x2/2,C5x5/1c3")
    boxes = [box for box in page.selectbox if box.key.startswith("choose_kernels")]
    assert [box.label for box in boxes] == ["Layer 2, C3x3/1c2", "Layer 4, C5x5/1c3"]
    names = set()
    for choice in CHOICES[1:]:
        choose(page, "kernels_1", choice)
        assert page.query_params["kernels"] == f"bank,{choice}"
        layers = header(page)["setting"]["layers"]
        mixed = "" if choice == "random" else " (of a mix)"
        assert layers[3]["channels"] == [f"{n} {choice}{mixed}" for n in (1, 2, 3)]
        assert layers[2]["channels"] == ["1 vertical edge", "2 horizontal edge"]
        names.add(header(page)["scene"])
    assert len(names) == len(CHOICES) - 1
    choose(page, "kernels_0", "spot")
    assert page.query_params["kernels"] == "spot,random"


def test_stack_without_a_convolution_has_no_kernels() -> None:
    page = opened(stack="M2x2/2,R")
    assert [box.key for box in page.selectbox if box.key.startswith("choose_kernels")] == []
    assert page.caption[0].value == (
        "This stack has no convolution, so there are no kernels to choose."
    )
    assert header(page)["setting"]["layers"][0]["channels"] == ["gray"]
    pick_layer(page, 0)
    press(page, "Add a convolution after")
    assert page.query_params["kernels"] == "bank"


# ---- what the stage sends


def sent(page: AppTest, message: object) -> AppTest:
    """Run the page with a message of the stage, as it came through the socket."""
    page.session_state["stage"] = {"hand": json.loads(json.dumps(message))}
    return ran(page)


def hand(**changes: object) -> dict[str, object]:
    return {
        "mount": "m1",
        "token": 1,
        "revision": 0,
        "knownScene": "",
        "knownStart": None,
        "position": [25, 14],
        "start": [24, 12],
        "unit": None,
        "channels": [0, 0, 0],
        "view": "now",
        "committed": True,
        **changes,
    }


def test_hand_moves_the_pattern_and_writes_the_link_when_it_rests() -> None:
    page = opened()
    moving = header(sent(page, hand(committed=False)))
    assert (moving["position"], moving["start"]) == ([25, 14], [24, 12])
    assert (moving["mount"], moving["token"], moving["notice"]) == ("m1", 1, "")
    assert moving["sentence"].startswith("Moved 1 px down, 2 px right.")
    assert page.query_params == {}
    resting = header(sent(page, hand(token=2, unit=[2, 3, 4], channels=[0, 5, 0], view="start")))
    assert (resting["token"], resting["unit"], resting["view"]) == (2, [2, 3, 4], "start")
    assert page.query_params["at"] == "25,14"
    assert page.query_params["unit"] == "3,3,4"
    assert page.query_params["channels"] == "6,6,1"
    assert page.query_params["view"] == "start"


def test_what_the_browser_has_is_not_sent_again() -> None:
    page = opened()
    name = header(page)["scene"]
    sent(page, hand(knownScene=name, knownStart=[24, 12]))
    shown = header(page)
    assert "setting" not in shown
    assert [plane[0] for plane in shown["planes"]] == ["now0", "now1", "now2"]


def test_message_is_taken_in_once_only() -> None:
    page = sent(opened(), hand())
    choose(page, "size", 128)
    assert page.query_params["at"] == "50,28"
    ran(page)  # the message still lies there
    assert header(page)["position"] == [50, 28]
    sent(page, hand(token=2, position=[1, 1]))  # sent before the stage knew of the change
    assert header(page)["position"] == [50, 28]
    assert header(page)["revision"] == 1
    sent(page, hand(token=3, revision=1, position=[1, 1]))
    assert header(page)["position"] == [1, 1]
    sent(page, hand(mount="m2", token=3, revision=1, position=[2, 2]))  # another window
    assert header(page)["position"] == [2, 2]


@pytest.mark.parametrize(
    ("message", "notice"),
    [
        ("drag", "the stage sends a message with named parts, got 'drag'"),
        ([], "the stage sends a message with named parts, got []"),
        (
            hand(position=[float("nan"), 0]),
            "the pattern's position (row) is a whole number, got nan",
        ),
        (
            hand(position=[1e9, 0]),
            "the pattern's position (row) is a whole number, got 1000000000.0",
        ),
        (
            hand(position=[10**9, 0]),
            "the cat must stay inside the picture: its position is a row and a column from 0 to "
            "48, got 1000000000, 0",
        ),
        (hand(position=["24", "12"]), "the pattern's position (row) is a whole number, got '24'"),
        (hand(position=None), "the pattern's position is a row and a column, got None"),
        (hand(token=True), "the message's number is a whole number, got True"),
        (hand(channels="000"), "the shown channels are a list of numbers, got '000'"),
        (hand(channels=[0, 0, 8]), "layer 3 has channels 1 to 8, got 9"),
        (hand(unit=[9, 0, 0]), "the stack has layers 1 to 3, got layer 10"),
        (hand(view="<script>"), "a map shows now, start, difference, got '<script>'"),
        (hand(mount={}), "mount is a short text, got {}"),
    ],
)
def test_nonsense_from_the_stage_is_answered_with_a_sentence(message: object, notice: str) -> None:
    page = sent(opened(), hand(token=9, position=[3, 4]))
    link = dict(page.query_params)
    sent(page, message)
    shown = header(page)
    assert shown["notice"] == f"The stage could not do that: {notice}."
    assert shown["position"] == [3, 4]
    assert page.query_params == link
    assert page.error == []
    sent(page, hand(token=10, position=[5, 6]))
    assert header(page)["notice"] == ""
    assert header(page)["position"] == [5, 6]


@pytest.mark.parametrize("state", [{}, {"hand": None}, {"wand": 5}])
def test_stage_that_said_nothing_gets_the_scene(state: dict[str, object]) -> None:
    page = opened(at="7,8")
    page.session_state["stage"] = state
    ran(page)
    assert (header(page)["position"], header(page)["notice"]) == ([7, 8], "")


# ---- what moves, and all pools at once


def moved_page(**query: str) -> AppTest:
    return opened(**{"at": "24,15", "from": "24,12", "picture": "noise", **query})


@pytest.mark.parametrize(("moves", "fill"), [("zeros", "zeros"), ("wrap", "circular")])
def test_the_whole_picture_moves_and_the_page_says_so(moves: str, fill: str) -> None:
    page = choose(moved_page(stack="C3p1,M2"), "moves", moves)
    assert page.query_params["moves"] == moves
    shown = header(page)
    assert shown["sentence"].startswith("The whole picture moved 3 px right. ")
    picture = place(draw_background("noise", 64), draw_pattern("cat", 16), 24, 12)
    network = Network.with_filters(Stack.parse("C3p1,M2"))
    # One channel of each is shown, so the core is asked for the same ones.
    first = Network(Stack.parse("C3p1c1,M2"), (network.kernels[0][:1], None), padding_mode="zeros")
    broken = first_break(first, picture, (0, 3), fill=fill)
    assert shown["break"][0] == broken.layer
    assert shown["break"][1] == break_text(broken)
    assert "Measured for the whole picture" in page.markdown[0].value


def test_the_pattern_alone_parts_where_the_move_is_no_whole_number_of_cells() -> None:
    assert header(moved_page())["break"] == [1, break_text(Break(1, "stride"))]
    assert header(moved_page(at="24,16"))["break"] is None
    assert header(opened())["break"] is None
    assert "Measured for the cat by itself" in moved_page().markdown[0].value


@pytest.mark.parametrize("kind", POOL_KINDS)
def test_all_pools_change_kind_at_once(kind: str) -> None:
    text = "C3x3/1p1 -> M2x2/2 -> C3x3/1p1 -> A2x2/2"
    page = set_notation(opened(), text)
    assert page.selectbox(key="choose_pools").value == "mixed"
    choose(page, "pools", kind)
    assert_shows(page, str(with_pools(Stack.parse(text), kind)))
    assert page.selectbox(key="choose_pools").value == kind
    assert page.selectbox(key="choose_pools").options == list(POOL_KINDS)


def test_max_to_blur_and_back_is_the_stack_that_was_built() -> None:
    page = opened()
    for kind in ("blur", "average", "blur", "max"):
        choose(page, "pools", kind)
    assert_shows(page, PRESET)


def test_without_a_pool_there_is_nothing_to_switch() -> None:
    box = set_notation(opened(), "C3").selectbox(key="choose_pools")
    assert (box.disabled, box.value) == (True, "there is none")


def test_a_pool_that_cannot_blur_is_said_and_the_stack_stays() -> None:
    page = choose(set_notation(opened(), "M9x9/2"), "pools", "blur")
    assert len(errors(page)) == 1
    assert errors(page)[0].startswith("Layer 1, M9x9/2, cannot become a blur pool: ")
    assert notation(page) == "M9x9/2"


def test_the_grid_can_be_chosen_and_left() -> None:
    page = set_notation(opened(pattern="cat"), "C3 -> M2")
    choose(page, "picture", "grid")
    shown = header(page)["setting"]
    assert (shown["size"], shown["pattern"]["name"], shown["full"]) == (8, "pixel", 9)
    choose(page, "size", 12)
    assert header(page)["setting"]["size"] == 12
    assert page.query_params["cells"] == resized_cells(resized_cells("", 8), 12)
    choose(page, "pattern", "cross")
    choose(page, "picture", "bricks")
    assert header(page)["setting"]["size"] == 64
    assert "cells" not in page.query_params


# ---- pages


def test_a_lens_of_another_page_is_named_and_left_out() -> None:
    page = opened(lens="pool", pattern="dog")
    assert [plain(w.value.removeprefix("- ")) for w in page.warning] == [
        "The link’s “lens” was left out: this page has maps, not pool."
    ]
    assert header(page)["setting"]["lens"] == "maps"
    assert header(page)["setting"]["pattern"]["name"] == "dog"
