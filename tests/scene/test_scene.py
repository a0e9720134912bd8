"""The scene: what it refuses and in which words, and what each change of it keeps."""

import re
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.ui.scene.channels import convolutions_of, layer_groups, linked
from pages.ui.scene.choices import (
    PICTURE_SIZES,
    PRESETS,
    UPLOAD,
)
from pages.ui.scene.limits import MAX_CELLS, MAX_COST, SceneError, check_stack
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.errors import RfcoreError, ShapeError
from rfcore.layers import (
    Conv2d,
    ReLU,
)
from rfcore.pictures.backgrounds import BACKGROUNDS
from rfcore.pictures.patterns import PATTERNS
from rfcore.stack import Stack
from tests.support.names import CHOOSE
from tests.support.random_scenes import CALM, any_scene
from tests.support.scenes import FIVE, PHOTO, busy_scene, differing

HANDS = {"position", "start", "unit", "view", "moves", "pixel", "rings"}
"""The fields of a scene that a drag changes."""


# ---- what a scene refuses


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("image", "mars", f"there is no picture “mars”; choose {CHOOSE['picture']}"),
        ("image", None, f"there is no picture “None”; choose {CHOOSE['picture']}"),
        ("image", "x" * 99, f"there is no picture “{'x' * 40}”; choose {CHOOSE['picture']}"),
        (
            "image",
            "photo",
            "there is no photo of yours here yet; choose a picture or upload one",
        ),
        ("size", 65, f"there is no picture size “65”; choose {CHOOSE['picture size']}"),
        ("size", "64", f"there is no picture size “64”; choose {CHOOSE['picture size']}"),
        ("pattern", "", f"there is no pattern “”; choose {CHOOSE['pattern']}"),
        (
            "position",
            (49, 0),
            "the cat must stay inside the picture: its position is a row and a column from 0 to "
            "48, got 49, 0",
        ),
        (
            "position",
            (0, -1),
            "the cat must stay inside the picture: its position is a row and a column from 0 to "
            "48, got 0, -1",
        ),
        (
            "start",
            (0, 10**9),
            "the cat must stay inside the picture: its start is a row and a column from 0 to 48, "
            "got 0, 1000000000",
        ),
        (
            "padding_mode",
            "mirror",
            f"there is no padding mode “mirror”; choose {CHOOSE['padding mode']}",
        ),
        (
            "kernels",
            ("bank",),
            "the stack has 2 convolutions and needs a choice of kernels for each, got 1",
        ),
        (
            "kernels",
            ("bank",) * 3,
            "the stack has 2 convolutions and needs a choice of kernels for each, got 3",
        ),
        (
            "kernels",
            ("bank", "sobel"),
            f"there is no kernel choice “sobel”; choose {CHOOSE['kernels']}",
        ),
        ("channels", (0, 0), "each of the 3 layers shows one channel, got 2"),
        ("channels", (0, 0, 0, 0), "each of the 3 layers shows one channel, got 4"),
        ("channels", (0, 8, 0), "layer 2 has channels 1 to 8, got 9"),
        ("channels", (0, 0, -1), "layer 3 has channels 1 to 8, got 0"),
        ("unit", Unit(3, 0, 0), "the stack has layers 1 to 3, got layer 4"),
        ("unit", Unit(-1, 0, 0), "the stack has layers 1 to 3, got layer 0"),
        (
            "unit",
            Unit(1, 31, 0),
            "layer 2 has rows 0 to 30 and columns 0 to 30, got unit 31, 0",
        ),
        (
            "unit",
            Unit(2, 28, 29),
            "layer 3 has rows 0 to 28 and columns 0 to 28, got unit 28, 29",
        ),
        ("unit", Unit(0, -1, 4), "layer 1 has rows 0 to 61 and columns 0 to 61, got unit -1, 4"),
        ("unit", Unit(0, 4, -1), "layer 1 has rows 0 to 61 and columns 0 to 61, got unit 4, -1"),
        ("view", "before", f"there is no view “before”; choose {CHOOSE['view']}"),
    ],
)
def test_scene_says_what_is_wrong_and_what_is_right(part: str, value: object, message: str) -> None:
    with pytest.raises(SceneError, match=f"^{re.escape(message)}$"):
        Scene(**{part: value})


@pytest.mark.parametrize("part", ["position", "start"])
@pytest.mark.parametrize(("pattern", "size", "limit"), [("cat", 64, 48), ("pixel", 32, 31)])
def test_pattern_may_touch_every_border_and_not_cross_it(
    part: str, pattern: str, size: int, limit: int
) -> None:
    scene = Scene(pattern=pattern, size=size, position=(0, 0), start=(0, 0))
    assert getattr(replace(scene, **{part: (limit, limit)}), part) == (limit, limit)
    for row, col in ((limit + 1, 0), (0, limit + 1), (-1, 0), (0, -1)):
        with pytest.raises(SceneError, match=rf"from 0 to {limit}, got {row}, {col}$"):
            replace(scene, **{part: (row, col)})


@pytest.mark.parametrize(
    ("stack", "size", "message"),
    [
        (
            ",".join(["R"] * 13),
            64,
            "the stage holds at most 12 layers, this stack has 13; take some away",
        ),
        (
            ",".join(["C3x3/1"] * 40),
            256,
            "the stage holds at most 12 layers, this stack has 40; take some away",
        ),
        (
            "R, C3x3/1c33",
            64,
            "a layer of the stage has at most 32 channels, layer 2 has 33; take fewer",
        ),
        (
            "C3x3/1c4096",
            64,
            "a layer of the stage has at most 32 channels, layer 1 has 4096; take fewer",
        ),
        (
            "C7x7/1p3c32 -> C7x7/1p3c32",
            64,
            # 64 * 64 * 49 * 32 for the first layer and 32 times that for the second
            "this stack needs 211,943,424 multiply-adds a frame on 64x64 pixels, and a drag stays "
            "smooth up to 80,000,000; take fewer channels or a smaller picture",
        ),
        (
            "C1x1/9000p9000c1",
            64,
            "this stack\u2019s maps have 326,308,096 cells with padding; the stage shows up to "
            "1,000,000: take less padding, fewer layers or a smaller picture",
        ),
        (
            "C1x1/999999 -> R -> C1x1/2000",
            64,
            "layer 3, C1x1/2000: its jump must be at most 1000000000 pixels, got 1999998000",
        ),
        (
            "C2x2/1p20d999",
            64,
            "layer 1, C2x2/1p20d999 does not fit: its window covers 1000x1000 cells and the map "
            "before it has 64x64; take a smaller kernel, or put it earlier",
        ),
        (
            "C3x3/1 -> M2x2/2 -> C9x16/1",
            32,
            "layer 3, C9x16/1 does not fit: its window covers 9x16 cells and the map before it has "
            "15x15; take a smaller kernel, or put it earlier",
        ),
    ],
)
def test_too_much_of_a_stack_is_refused_with_value_and_limit(
    stack: str, size: int, message: str
) -> None:
    parsed = Stack.parse(stack)
    with pytest.raises(RfcoreError, match=f"^{re.escape(message)}$"):
        check_stack(parsed, size)
    parts = {
        "size": size,
        "position": (0, 0),
        "start": (0, 0),
        "kernels": ("bank",) * len(convolutions_of(parsed)),
        "channels": (0,) * len(parsed),
    }
    with pytest.raises(RfcoreError, match=f"^{re.escape(message)}$"):
        Scene(stack=parsed, **parts)
    small = replace(Scene(stack=Stack((ReLU(),)), **(parts | {"kernels": (), "channels": (0,)})))
    with pytest.raises(RfcoreError, match=f"^{re.escape(message)}$"):
        small.with_stack(parsed)


def test_limits_of_a_stack_lie_where_the_sentences_say() -> None:
    check_stack(Stack.parse("R " * 12), 64)
    check_stack(Stack.parse("C3x3/1c32"), 64)
    expensive = Stack.parse(
        "C5x5/1p2c32 -> C6x6/1c19"
    )  # 25 * 64 * 64 * 32 + 32 * 59 * 59 * 36 * 19
    assert expensive.cost((1, 64, 64)) == 3_276_800 + 76_192_128 <= MAX_COST
    check_stack(expensive, 64)
    with pytest.raises(SceneError, match=r"^this stack needs 83,\d{3},\d{3} multiply-adds"):
        check_stack(Stack.parse("C5x5/1p2c32 -> C6x6/1c20"), 64)
    wide = 11 * 64**2 + (64 + 2 * 456) ** 2
    assert wide <= MAX_CELLS < 11 * 64**2 + (64 + 2 * 457) ** 2
    check_stack(Stack.parse("R " * 11 + "C1x1/1p456c1"), 64)
    with pytest.raises(SceneError, match=r"^this stack’s maps have 1,001,540 cells with "):
        check_stack(Stack.parse("R " * 11 + "C1x1/1p457c1"), 64)


@pytest.mark.parametrize("preset", PRESETS.values())
@pytest.mark.parametrize("size", PICTURE_SIZES)
def test_every_preset_can_be_shown_at_every_size(preset: str, size: int) -> None:
    scene = Scene(size=size, position=(0, 0), start=(0, 0)).with_stack(Stack.parse(preset))
    assert str(scene.stack) == preset


@pytest.mark.parametrize(
    ("stack", "mode", "message"),
    [
        (
            "C3x3/1 -> C3x3/1p63",
            "circular",
            "layer 2, circular padding of 63x63 cells needs a larger map than 62x62; at most "
            "62x62 here",
        ),
        (
            "C3x3/1 -> C3x3/1p4x62",
            "reflect",
            "layer 2, reflect padding of 4x62 cells needs a larger map than 62x62; at most 61x61 "
            "here",
        ),
        (
            "C3x3/1 -> GA -> C3x3/1p1",
            "reflect",
            "layer 3, reflect padding of 1x1 cells needs a larger map than 1x1; at most 0x0 here",
        ),
    ],
)
def test_padding_mode_must_fit_every_map(stack: str, mode: str, message: str) -> None:
    scene = Scene().with_stack(Stack.parse(stack))  # zeros are always to be had
    with pytest.raises(SceneError, match=f"^{re.escape(message)}$"):
        replace(scene, padding_mode=mode)
    with pytest.raises(SceneError, match=f"^{re.escape(message)}$"):
        replace(Scene(), padding_mode=mode).with_stack(Stack.parse(stack))


@pytest.mark.parametrize(
    ("stack", "mode"), [("C3x3/1 -> C3x3/1p62", "circular"), ("C3x3/1 -> C3x3/1p61", "reflect")]
)
def test_padding_mode_may_use_the_whole_map(stack: str, mode: str) -> None:
    scene = replace(Scene(), padding_mode=mode).with_stack(Stack.parse(stack))
    assert scene.padding_mode == mode


# ---- a scene is a value


def test_scene_is_hashable_and_equal_by_its_parts() -> None:
    assert busy_scene() == busy_scene()
    assert hash(busy_scene()) == hash(busy_scene())
    assert len({Scene(), Scene(), busy_scene(), replace(Scene(), photo=PHOTO)}) == 3
    with pytest.raises(FrozenInstanceError):
        Scene().size = 32  # type: ignore[misc]


def test_scene_does_not_print_its_photo() -> None:
    assert str(PHOTO.pixels) not in repr(replace(Scene(), photo=PHOTO))


@settings(CALM)
@given(any_scene(images=(*BACKGROUNDS, UPLOAD)))
def test_at_rest_is_the_same_for_a_whole_drag(scene: Scene) -> None:
    rest = scene.without_drag()
    assert differing(scene, rest) <= HANDS
    other = replace(
        scene, position=scene.start, unit=None, view="start", moves="wrap", pixel=(0, 0)
    )
    assert rest == other.without_drag()
    assert rest.moved == (0, 0)


def test_moved_counts_rows_and_columns_from_the_start() -> None:
    assert busy_scene().moved == (10, 30)
    assert replace(busy_scene(), start=(40, 41)).moved == (-10, -1)


# ---- what a change keeps


def test_other_layers_keep_every_choice_that_still_makes_sense() -> None:
    before = busy_scene()
    longer = before.with_stack(Stack((*FIVE, Conv2d(3), ReLU())))
    assert differing(before, longer) == {"stack", "kernels", "channels", "unit"}
    assert longer.kernels == ("spot", "random", "bank")
    assert longer.channels == (0, 2, 2, 4, 4, 0, 0)
    assert longer.unit is None
    shorter = before.with_stack(Stack(FIVE.layers[:3]))
    assert shorter.kernels == ("spot",)
    assert shorter.channels == (0, 2, 2)
    assert before.with_stack(Stack((ReLU(),))).kernels == ()


def test_channels_that_are_gone_fall_back_to_the_first() -> None:
    fewer = busy_scene().with_stack(Stack.parse("M2x2/1 -> C3x3/1c3 -> R -> C3x3/1c4 -> A2x2/2"))
    assert fewer.channels == (0, 2, 2, 0, 0)
    gray = Scene(channels=(5, 5, 6)).with_stack(Stack.parse("M2x2/2 -> C3x3/1 -> R"))
    assert gray.channels == (0, 5, 5)  # the pool carries on the one gray channel


def test_same_layers_again_only_let_go_of_the_unit() -> None:
    before = busy_scene()
    assert differing(before, before.with_stack(before.stack)) == {"unit"}


def test_layers_are_grouped_by_the_convolution_that_they_carry_on() -> None:
    assert layer_groups(FIVE) == [0, 1, 1, 2, 2]
    assert layer_groups(Stack.parse("R, M2x2/2")) == [0, 0]
    assert layer_groups(Stack.parse("C3, M2, C3")) == [1, 1, 2]
    assert linked(FIVE, (0, 2, 1, 3, 4)) == (0, 2, 2, 3, 3)
    assert len(convolutions_of(FIVE)) == 2


@pytest.mark.parametrize(
    ("layer", "channel", "channels"),
    [(1, 1, (0, 1, 1, 4, 4)), (2, 0, (0, 0, 0, 4, 4)), (4, 3, (0, 2, 2, 3, 3))],
)
def test_channel_is_chosen_for_all_layers_that_share_its_maps(
    layer: int, channel: int, channels: tuple[int, ...]
) -> None:
    before = busy_scene()
    after = before.with_channel(layer, channel)
    assert after.channels == channels
    assert differing(before, after) == {"channels"}


def test_channel_must_exist() -> None:
    with pytest.raises(SceneError, match=r"^layer 2 has channels 1 to 3, got 4$"):
        busy_scene().with_channel(2, 3)
    with pytest.raises(SceneError, match=r"^layer 1 has channels 1 to 1, got 2$"):
        busy_scene().with_channel(0, 1)


def test_another_picture_of_the_same_size_changes_nothing_else() -> None:
    before = busy_scene()
    after = before.with_picture("bricks", before.size)
    assert differing(before, after) == {"image"}
    assert after.with_picture(UPLOAD, after.size) == before  # the photo is still there
    other = before.with_picture(UPLOAD, before.size, b"0" * 4)
    assert differing(before, other) == {"photo"}
    with pytest.raises(SceneError, match=r"^there is no picture “mars”; choose "):
        before.with_picture("mars", before.size)


def test_another_size_keeps_the_place_in_the_picture() -> None:
    before = busy_scene()
    after = before.with_picture("noise", 192, b"0" * 4)
    assert differing(before, after) == {
        "image",
        "size",
        "photo",
        "position",
        "start",
        "unit",
        "pixel",
    }
    assert (after.position, after.start) == ((60, 80), (40, 20))
    assert after.photo == b"0" * 4
    assert after.unit is None
    assert before.with_picture("noise", 32).photo == PHOTO


def test_another_size_keeps_the_pattern_inside() -> None:
    corner = Scene(pattern="pixel", position=(63, 63), start=(62, 0))
    small = corner.with_picture("meadow", 32)
    assert (small.position, small.start) == ((31, 31), (31, 0))


def test_another_size_must_be_one_that_fits() -> None:
    with pytest.raises(SceneError, match=r"^there is no picture size “100”; choose 32, 48, "):
        Scene().with_picture("meadow", 100)
    deep = Scene().with_stack(Stack.parse("M2 M2 M2 M2 C3x3/1"))
    with pytest.raises(ShapeError, match=r"^layer 5, C3x3/1 does not fit: .* has 2x2; take a "):
        deep.with_picture("meadow", 32)
    expensive = Scene().with_stack(Stack.parse("C5x5/1c16 -> C5x5/1c16"))
    with pytest.raises(SceneError, match=r"multiply-adds a frame on 256x256 pixels, and a drag "):
        expensive.with_picture("meadow", 256)


def test_another_pattern_takes_the_old_ones_middle() -> None:
    before = busy_scene()
    after = before.with_pattern("face")
    assert differing(before, after) == {"pattern"}
    pixel = Scene(position=(24, 12), start=(0, 48)).with_pattern("pixel")
    assert (pixel.position, pixel.start) == ((31, 19), (7, 55))
    with pytest.raises(SceneError, match=r"^there is no pattern “cow”; choose pixel, bar, "):
        before.with_pattern("cow")


@pytest.mark.parametrize("size", PICTURE_SIZES)
def test_trying_another_pattern_and_going_back_moves_nothing(size: int) -> None:
    before = Scene(size=size, position=(5, 9), start=(0, 3))
    again = before.with_pattern("pixel").with_pattern("cat")
    assert again == before


def test_a_larger_pattern_stays_inside() -> None:
    corner = Scene(pattern="pixel", position=(63, 0), start=(3, 60)).with_pattern("square")
    assert (corner.position, corner.start) == ((48, 0), (0, 48))


@settings(CALM)
@given(any_scene(), st.sampled_from(PATTERNS))
def test_another_pattern_always_fits(scene: Scene, pattern: str) -> None:
    after = scene.with_pattern(pattern)
    assert after.pattern == pattern
    assert differing(scene, after) <= {"pattern", "position", "start"}


@settings(CALM)
@given(any_scene(), st.sampled_from(PICTURE_SIZES))
def test_another_size_ends_in_a_scene_or_a_sentence(scene: Scene, size: int) -> None:
    try:
        after = scene.with_picture(scene.image, size)
    except RfcoreError:
        # The very same is refused from the start.
        with pytest.raises(RfcoreError):
            replace(scene, size=size, position=(0, 0), start=(0, 0), unit=None)
    else:
        assert differing(scene, after) <= {"size", "position", "start", "unit", "pixel"}
        assert after.size == size
