"""The page of feature-map shifts as Streamlit runs it: its picture, pattern, kernels and moves."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from pages.ui.render.readings import break_text
from pages.ui.scene.choices import PICTURE_SIZES, PRESETS
from pages.ui.scene.grid import resized_cells
from rfcore.equivariance import Break, first_break
from rfcore.filters import CHOICES
from rfcore.network import Network
from rfcore.pictures.backgrounds import BACKGROUNDS, draw_background
from rfcore.pictures.patterns import PATTERNS, draw_pattern, place
from rfcore.pools import POOL_KINDS, with_pools
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack
from tests.support.page_driver import (
    STAYS,
    Page,
    choose,
    errors,
    header,
    notices,
    press,
    run_clean,
    table,
)
from tests.support.shifts_page import (
    PRESET,
    assert_shows,
    column,
    notation,
    open_shifts,
    pick_layer,
    set_notation,
)


def test_page_opens_with_the_textbook_line() -> None:
    page = open_shifts()
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
    page = choose(open_shifts(pattern="disc"), "preset", name)
    assert_shows(page, PRESETS[name])
    assert page.selectbox(key="choose_preset").value == name
    fields = receptive_fields(Stack.parse(PRESETS[name]))
    assert column(page, "receptive field") == [str(field.size[0]) for field in fields]
    assert column(page, "jump") == [str(field.jump[0]) for field in fields]
    assert column(page, "start") == [str(field.start[0]) for field in fields]
    assert header(page)["setting"]["pattern"]["name"] == "disc"


def test_table_writes_rows_and_columns_that_differ() -> None:
    page = open_shifts(stack="C3x5/2x1p1x0d1x2c4,GA")
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


@pytest.mark.parametrize(
    ("key", "values", "part"),
    [
        ("picture", BACKGROUNDS, "picture"),
        ("pattern", PATTERNS, "pattern"),
        ("size", PICTURE_SIZES, "size"),
        ("padding", ("zeros", "circular", "reflect", "replicate"), "padding"),
    ],
)
def test_every_choice_reaches_the_stage_and_the_link(
    key: str, values: tuple[object, ...], part: str
) -> None:
    page = open_shifts()
    names = set()
    for value in [*values[1:], values[0]]:
        choose(page, key, value)
        assert page.query_params[part] == str(value)
        assert page.selectbox(key=f"choose_{key}").value == value
        assert errors(page) == []
        names.add(header(page)["scene"])
    assert len(names) == len(values)


def test_picture_that_is_too_large_for_the_layers_is_refused() -> None:
    page = choose(open_shifts(stack="C5x5/1c16,C3x3/1c16"), "size", 256)
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


def upload(page: Page, name: str, data: bytes) -> Page:
    page.file_uploader(key="photo").set_value((name, data, "image/png"))
    return run_clean(page)


def test_photo_becomes_the_picture(unhurried: None) -> None:
    page = upload(open_shifts(), "me.png", photo(51))
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
        lambda: (page.query_params.update(link), run_clean(page)),
    ):
        choose(page, "picture", "bricks")
        assert header(page)["setting"]["photo"] is None
        go_back()
        assert header(page)["scene"] == shown["scene"]
        assert page.warning == []


def test_link_to_a_photo_falls_back_elsewhere() -> None:
    page = open_shifts(picture="photo", pattern="dog")
    assert notices(page) == [
        "The link’s “picture” was left out: a photo does not travel in a link; the meadow stands "
        "in for it."
    ]
    assert page.selectbox(key="choose_picture").value == "meadow"
    assert page.selectbox(key="choose_pattern").value == "dog"


def test_file_that_is_no_photo_is_refused_and_the_scene_stays() -> None:
    page = upload(open_shifts(), "me.png", photo(51))
    before = header(page)["scene"]
    upload(page, "notes.png", b"just some <b>text</b>")
    (sentence,) = errors(page)
    assert sentence.startswith("This file is not a PNG, JPEG or WebP picture: it begins with ")
    assert sentence.endswith(STAYS)
    assert header(page)["scene"] == before
    upload(page, "me.png", photo(99))
    assert errors(page) == []
    assert header(page)["scene"] != before


def test_every_convolution_has_its_kernels() -> None:
    page = open_shifts(stack="R,C3x3/1c2,M2x2/2,C5x5/1c3")
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
    page = open_shifts(stack="M2x2/2,R")
    assert [box.key for box in page.selectbox if box.key.startswith("choose_kernels")] == []
    assert page.caption[0].value == (
        "This stack has no convolution, so there are no kernels to choose."
    )
    assert header(page)["setting"]["layers"][0]["channels"] == ["gray"]
    pick_layer(page, 0)
    press(page, "Add a convolution after")
    assert page.query_params["kernels"] == "bank"


def moved_page(**query: str) -> Page:
    return open_shifts(**{"at": "24,15", "from": "24,12", "picture": "noise", **query})


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
    assert header(open_shifts())["break"] is None
    assert "Measured for the cat by itself" in moved_page().markdown[0].value


@pytest.mark.parametrize("kind", POOL_KINDS)
def test_all_pools_change_kind_at_once(kind: str) -> None:
    text = "C3x3/1p1 -> M2x2/2 -> C3x3/1p1 -> A2x2/2"
    page = set_notation(open_shifts(), text)
    assert page.selectbox(key="choose_pools").value == "mixed"
    choose(page, "pools", kind)
    assert_shows(page, str(with_pools(Stack.parse(text), kind)))
    assert page.selectbox(key="choose_pools").value == kind
    assert page.selectbox(key="choose_pools").options == list(POOL_KINDS)


def test_max_to_blur_and_back_is_the_stack_that_was_built() -> None:
    page = open_shifts()
    for kind in ("blur", "average", "blur", "max"):
        choose(page, "pools", kind)
    assert_shows(page, PRESET)


def test_without_a_pool_there_is_nothing_to_switch() -> None:
    box = set_notation(open_shifts(), "C3").selectbox(key="choose_pools")
    assert (box.disabled, box.value) == (True, "there is none")


def test_a_pool_that_cannot_blur_is_said_and_the_stack_stays() -> None:
    page = choose(set_notation(open_shifts(), "M9x9/2"), "pools", "blur")
    assert len(errors(page)) == 1
    assert errors(page)[0].startswith("Layer 1, M9x9/2, cannot become a blur pool: ")
    assert notation(page) == "M9x9/2"


def test_the_grid_can_be_chosen_and_left() -> None:
    page = set_notation(open_shifts(pattern="cat"), "C3 -> M2")
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


def test_a_lens_of_another_page_is_named_and_left_out() -> None:
    page = open_shifts(lens="pool", pattern="dog")
    assert notices(page) == ["The link’s “lens” was left out: this page has maps, not pool."]
    assert header(page)["setting"]["lens"] == "maps"
    assert header(page)["setting"]["pattern"]["name"] == "dog"
