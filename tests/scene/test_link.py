"""The link: what a scene is in a query, and what becomes of a query that makes no sense."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.ui.scene import photos
from pages.ui.scene.choices import MOVES, PRESETS, UPLOAD
from pages.ui.scene.grid import GRID, resized_cells
from pages.ui.scene.lenses import LENS_NAMES
from pages.ui.scene.link import KEYS, MAX_VALUE, from_query, to_query, to_query_string
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from pages.ui.scene.workspaces import POOL_WORKSPACE
from rfcore.pictures.backgrounds import BACKGROUNDS
from rfcore.stack import Stack
from tests.support.names import CHOOSE, LAYER_LETTERS
from tests.support.random_scenes import CALM, any_scene
from tests.support.scenes import PHOTO, busy_scene, differing

GOOD = {
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
    "lens": "fields",
    "moves": "zeros",
    "pixel": "7,8",
    "rings": "box,used",
}
# A face of parts has its own lens, and in test_lens_parts its own tests.
OF_FACES = {"pooling", "parts", "grid"}
WITHOUT_FACES = tuple(lens for lens in LENS_NAMES if lens != "parts")
PART = {"picture": "image", "padding": "padding_mode", "at": "position", "from": "start"}


# ---- round trip


@settings(CALM)
@given(any_scene(images=(*BACKGROUNDS, UPLOAD, GRID), lenses=WITHOUT_FACES, moves=MOVES))
def test_scene_comes_back_from_its_query(scene: Scene) -> None:
    query = to_query(scene)
    assert from_query(query, scene.photo) == (scene, [])
    # A page has its own scene to begin with: nothing of it may shine through.
    other = replace(POOL_WORKSPACE.scene, moves="wrap", rings=("used",))
    assert from_query({"rings": "box,effective", **query}, scene.photo, other) == (scene, [])
    may_be_missing = {"unit", "cells", "pixel", "rings", "train", *OF_FACES}
    assert set(KEYS) - may_be_missing <= set(query) <= set(KEYS)


@settings(CALM)
@given(any_scene())
def test_scene_comes_back_from_the_address_bar(scene: Scene) -> None:
    text = to_query_string(scene)
    assert text == urlencode(to_query(scene), safe=",/")
    assert text.isascii()
    parsed = parse_qs(text, keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in parsed.values())
    assert from_query({key: values[0] for key, values in parsed.items()}) == (scene, [])


def test_query_is_one_that_a_person_can_read() -> None:
    assert to_query_string(Scene()) == (
        "picture=meadow&size=64&pattern=cat&stack=C3x3/1,M2x2/2,C3x3/1&kernels=bank,bank"
        "&padding=zeros&at=24,12&from=24,12&channels=1,1,1&view=now&lens=maps&moves=pattern"
    )
    assert to_query(busy_scene()) == {
        "picture": "photo",
        "size": "96",
        "pattern": "dog",
        "stack": "M2x2/1,C3x3/1c3,R,C3x3/1c5,A2x2/2",
        "kernels": "spot,random",
        "padding": "circular",
        "at": "30,40",
        "from": "20,10",
        "channels": "1,3,3,5,5",
        "view": "difference",
        "lens": "maps",
        "moves": "wrap",
        "pixel": "7,8",
        "rings": "effective,used",
        "unit": "2,5,6",  # the layer counts from 1, the place from 0 as everywhere
    }


def test_every_part_of_a_good_link_is_taken() -> None:
    assert from_query(GOOD) == (
        Scene(
            image="bricks",
            size=96,
            pattern="dog",
            position=(30, 40),
            start=(20, 10),
            stack=Stack.parse("C3x3/1c3 -> M2x2/2"),
            kernels=("spot",),
            padding_mode="circular",
            channels=(2, 2),
            unit=Unit(1, 5, 6),
            view="difference",
            lens="fields",
            moves="zeros",
            pixel=(7, 8),
            rings=("box", "used"),
        ),
        [],
    )


def test_missing_parts_keep_their_default() -> None:
    assert from_query({}) == (Scene(), [])
    assert from_query({"utm_source": "x", "stage": "9"}) == (Scene(), [])
    scene, problems = from_query({"at": "3,4"})
    assert scene == Scene(position=(3, 4), start=(3, 4))  # nothing says that it was moved
    assert problems == []
    assert from_query({"from": "3,4"})[0] == Scene(start=(3, 4))


@pytest.mark.parametrize("preset", PRESETS.values())
def test_stack_may_be_written_as_people_write_it(preset: str) -> None:
    assert from_query({"stack": preset}) == (Scene().with_stack(Stack.parse(preset)), [])


# ---- photos


def test_photo_does_not_travel() -> None:
    with_photo = replace(busy_scene(), photo=PHOTO)
    assert to_query(with_photo) == to_query(replace(with_photo, photo=photos.keep(b"another")))
    assert len(to_query_string(with_photo)) < 250
    scene, problems = from_query(to_query(with_photo))
    assert problems == [
        "The link’s “picture” was left out: a photo does not travel in a link; the meadow stands "
        "in for it."
    ]
    assert scene == replace(with_photo, image="meadow", photo=None)


def test_photo_of_this_session_is_used() -> None:
    scene, problems = from_query({"picture": "photo", "size": "32"}, PHOTO)
    assert (scene.image, scene.photo, problems) == ("photo", PHOTO, [])
    assert from_query({}, PHOTO)[0] == Scene(photo=PHOTO)


# ---- nonsense

PLACE = "it must be a row and a column, as in 24,12, got “{}”"
NONSENSE = [
    ("picture", "mars", f"there is no picture “mars”; choose {CHOOSE['picture']}"),
    ("picture", "", f"there is no picture “”; choose {CHOOSE['picture']}"),
    ("size", "big", "it must be a whole number, as in 64, got “big”"),
    ("size", "64.5", "it must be a whole number, as in 64, got “64.5”"),
    ("size", "", "it must be a whole number, as in 64, got “”"),
    ("size", "65", f"there is no picture size “65”; choose {CHOOSE['picture size']}"),
    ("pattern", "<b>", f"there is no pattern “<b>”; choose {CHOOSE['pattern']}"),
    (
        "stack",
        "C3x3/1,X2",
        f'"X2" at character 8 is not a layer; layers are {LAYER_LETTERS}',
    ),
    ("stack", "", "a stack needs at least one layer, as in C3x3/1"),
    ("stack", "C3/0", '"C3/0" at character 1: stride must be at least 1, got 0'),
    (
        "stack",
        "C99",
        "layer 1, C99x99/1 does not fit: its window covers 99x99 cells and the map before it has "
        "96x96; take a smaller kernel, or put it earlier",
    ),
    (
        "stack",
        ",".join(["R"] * 40),
        "the stage holds at most 12 layers, this stack has 40; take some away",
    ),
    (
        "stack",
        "C3c4096",
        "a layer of the stage has at most 32 channels, layer 1 has 4096; take fewer",
    ),
    ("stack", "C3," * 1000, "it has 3000 characters; at most 2000 are read"),
    ("kernels", "sobel", f"there is no kernel choice “sobel”; choose {CHOOSE['kernels']}"),
    (
        "kernels",
        "",
        "the stack has 1 convolutions and needs a choice of kernels for each, got 0",
    ),
    ("padding", "mirror", f"there is no padding mode “mirror”; choose {CHOOSE['padding mode']}"),
    ("at", "NaN,1", PLACE.format("NaN,1")),
    ("at", "1", PLACE.format("1")),
    ("at", "1,2,3", PLACE.format("1,2,3")),
    ("at", "1e9,0", PLACE.format("1e9,0")),
    ("at", "1000000000,0", PLACE.format("1000000000,0")),
    ("at", "1,2\n", PLACE.format("1,2\n")),
    ("at", "x" * 100, PLACE.format("x" * 40)),
    (
        "at",
        "73,0",
        "the dog must stay inside the picture: its position is a row and a column from 0 to 72, "
        "got 73, 0",
    ),
    ("from", "a,b", PLACE.format("a,b")),
    (
        "from",
        "-1,0",
        "the dog must stay inside the picture: its start is a row and a column from 0 to 72, got "
        "-1, 0",
    ),
    ("channels", "1", "it must be one channel for each layer, as in 1,1,3, got “1”"),
    ("channels", "1,x", "it must be one channel for each layer, as in 1,1,3, got “1,x”"),
    ("channels", "3,4", "layer 2 has channels 1 to 3, got 4"),
    ("channels", "0,1", "layer 1 has channels 1 to 3, got 0"),
    ("unit", "1,2", "it must be a layer, a row and a column, as in 3,14,14, got “1,2”"),
    ("unit", "0,1,1", "the stack has layers 1 to 2, got layer 0"),
    ("unit", "2,47,0", "layer 2 has rows 0 to 46 and columns 0 to 46, got unit 47, 0"),
    ("view", "yesterday", f"there is no view “yesterday”; choose {CHOOSE['view']}"),
    ("lens", "fisheye", f"there is no lens “fisheye”; choose {', '.join(LENS_NAMES)}"),
    ("moves", "all", "there is no way to move “all”; choose pattern, zeros, wrap"),
    ("pixel", "7", "it must be a row and a column, as in 24,12, got “7”"),
    ("pixel", "96,0", "the picture has rows and columns 0 to 95, got pixel 96, 0"),
    ("rings", "box,sixth", "there is no ring “sixth”; choose box, effective, used"),
]


@pytest.mark.parametrize(("key", "value", "reason"), NONSENSE)
def test_nonsense_in_one_part_leaves_the_others(key: str, value: str, reason: str) -> None:
    good, _ = from_query(GOOD)
    scene, problems = from_query({**GOOD, key: value})
    assert problems[0] == f"The link’s “{key}” was left out: {reason}."
    without, _ = from_query({k: v for k, v in GOOD.items() if k != key})
    assert scene == without
    # Kernels, channels and unit speak of the stack's layers, so they go with it.
    gone = {"stack", "kernels", "channels", "unit"} if key == "stack" else {PART.get(key, key)}
    assert differing(scene, good) <= gone


def test_every_part_has_its_nonsense() -> None:
    # A grid's cells go with no other picture, heads with no other moves, a face with no other lens:
    # they have tests of their own.
    own = {"cells", "train"}
    tested = {key for key, _, _ in NONSENSE} | own
    assert tested == set(KEYS) - OF_FACES == set(GOOD) | own


def test_rings_come_in_their_own_order_and_once() -> None:
    assert from_query({"rings": "used,box,box"}) == (Scene(rings=("box", "used")), [])


GRID_LINK = {"cells": "0" * 15 + "9", "picture": "grid", "size": "4", "stack": "M2", "at": "1,2"}


def test_a_grid_comes_with_its_numbers() -> None:
    scene, problems = from_query(GRID_LINK)
    assert problems == []
    assert (scene.image, scene.size, scene.cells, scene.pattern) == (
        "grid",
        4,
        "0" * 15 + "9",
        "pixel",
    )
    assert scene.position == scene.start == (1, 2)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("0" * 15, "a grid of 4x4 has 16 cells, one digit each, got 15"),
        (
            "0" * 15 + "x",
            f"the cells of a grid are digits from 0 to 9, row by row, got “{'0' * 15}x”",
        ),
        ("٣" * 16, f"the cells of a grid are digits from 0 to 9, row by row, got “{'٣' * 16}”"),
    ],
)
def test_wrong_numbers_leave_the_sample(cells: str, reason: str) -> None:
    scene, problems = from_query({**GRID_LINK, "cells": cells})
    assert problems == [f"The link’s “cells” was left out: {reason}."]
    assert scene.cells == resized_cells("", 4)


def test_only_a_grid_has_cells() -> None:
    assert from_query({"cells": "1" * 16}) == (
        Scene(),
        [
            "The link’s “cells” was left out: only a grid has cells of your own, the meadow has "
            "none."
        ],
    )


def test_nonsense_in_every_part_opens_the_default_and_names_them_all() -> None:
    scene, problems = from_query(dict.fromkeys(KEYS, "![x](//evil)"))
    assert scene == Scene()
    named = [re.match(r"The link’s “(\w+)” was left out: ", problem) for problem in problems]
    assert [match and match[1] for match in named] == list(KEYS)


def test_longest_stack_of_the_stage_is_read() -> None:
    longest = ",".join(["C1x1/999999x999998p0x1d999999x999998c32"] + ["R"] * 11)
    assert len(longest) < MAX_VALUE
    assert from_query({"stack": longest})[1] == []
    assert from_query({"stack": "R" + " " * (MAX_VALUE - 1)})[1] == []
    assert from_query({"stack": "R" + " " * MAX_VALUE})[1] == [
        "The link’s “stack” was left out: it has 2001 characters; at most 2000 are read."
    ]


near_misses = st.one_of(
    st.text(max_size=30),
    st.text("0123456789,-. eE+xNa\n٣", max_size=12),
    st.from_regex(r"[CMABRG][0-9x]{0,5}(/[0-9]{1,6})?([pdc][0-9]{1,6}){0,3}", fullmatch=True),
    st.lists(
        st.sampled_from([*GOOD.values(), "-1", "0", "999999", "C3x3/1", "GA"]), max_size=4
    ).map(",".join),
)


@settings(CALM, max_examples=150)
@given(st.dictionaries(st.sampled_from(KEYS), near_misses), st.sampled_from([None, PHOTO]))
def test_no_text_at_all_can_break_it(query: dict[str, str], photo: bytes | None) -> None:
    scene, problems = from_query(query, photo)
    assert isinstance(scene, Scene)
    assert len(problems) <= len(query)
    assert all(p.startswith("The link’s “") and p.endswith(".") for p in problems)
    assert all(len(problem) < 400 for problem in problems)
    again = dict(parse_qsl(to_query_string(scene), keep_blank_values=True))
    assert from_query(again, photo) == (scene, [])
