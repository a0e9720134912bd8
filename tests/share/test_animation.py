"""GIFs, read back: their frames, their colours, and the pattern that moves in them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from pages.ui.render.context import render_context
from pages.ui.scene.choices import PRESETS
from pages.ui.scene.lenses import LENS_NAMES, LensName
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import workspace_of
from pages.ui.share import gif as gif_module
from pages.ui.share.animation import (
    DIRECTIONS,
    MAX_FRAMES,
    MAX_GIF_COST,
    Animation,
    animation_start,
    max_steps,
)
from pages.ui.share.gif import MAX_GIF_PIXELS, MAX_HEIGHT, MAX_WIDTH, layout_of, make_gif
from pages.ui.share.gif_colors import (
    ACCENT,
    RAMPS,
    STEPS,
    TABLE,
    gray,
    ink_on,
    mixed,
    signed_colors,
)
from pages.ui.share.gif_panels import animation_frame, map_box, margin_of
from pages.ui.share.gif_text import drawable_text, font
from rfcore.stack import Stack

COLORS_JS = Path(__file__).resolve().parents[2] / "assets" / "stage" / "draw" / "colors.js"
PLAIN = Scene(image="flat", position=(20, 10), start=(20, 10))
Frames = list[NDArray[np.uint8]]


def frames_of(gif: bytes) -> Frames:
    image = Image.open(BytesIO(gif))
    return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]


def durations_of(gif: bytes) -> list[int]:
    image = Image.open(BytesIO(gif))
    return [frame.info["duration"] for frame in ImageSequence.Iterator(image)]


def numbered(frame: NDArray[np.uint8]) -> NDArray[np.int64]:
    """A frame's colours as numbers of the table; any other colour is an error."""
    weights = np.array([65536, 256, 1])
    codes, first = np.unique(np.array(TABLE) @ weights, return_index=True)
    shown = frame.astype(np.int64) @ weights
    at = np.searchsorted(codes, shown).clip(max=len(codes) - 1)
    assert (codes[at] == shown).all()
    numbers: NDArray[np.int64] = first[at]
    return numbers


def place_of_pattern(frame: NDArray[np.uint8], animation: Animation) -> tuple[float, float]:
    """Where the solid box of the learner's colour stands, (row, col) in pixels of the picture.

    The dashed box of the start has gaps: only whole sides count.
    """
    layout, margin = layout_in(animation)
    top, left = layout.corner(0)
    is_accent = numbered(frame)[top : top + layout.side, left : left + layout.side] == ACCENT
    long = 0.9 * animation.scene.pattern_size * layout.zoom
    row = np.flatnonzero(is_accent.sum(axis=1) >= long)[0]
    col = np.flatnonzero(is_accent.sum(axis=0) >= long)[0]
    return tuple((int(at) + 1) / layout.zoom - margin for at in (row, col))  # type: ignore[return-value]


def layout_in(animation: Animation) -> tuple[gif_module.Layout, int]:
    panels, size = animation_frame(animation.scene).panels, animation.scene.size
    margin = margin_of(panels, size)
    return layout_of(len(panels), size + 2 * margin, animation.frames), margin


def panel_in(frame: NDArray[np.uint8], animation: Animation, index: int) -> NDArray[np.uint8]:
    layout, _ = layout_in(animation)
    top, left = layout.corner(index)
    return frame[top : top + layout.side, left : left + layout.side]


def assert_shows_the_movement(frames: Frames, animation: Animation) -> None:
    """Assert that the pattern goes one step a frame, and that the maps see it."""
    assert len(frames) == animation.steps + 1
    down, right = DIRECTIONS[animation.direction]
    row, col = animation.scene.position
    for step, frame in enumerate(frames):
        assert place_of_pattern(frame, animation) == (row + step * down, col + step * right)
    for index in range(1, len(animation_frame(animation.scene).panels)):
        maps = [panel_in(frame, animation, index) for frame in frames]
        assert any((now != maps[0]).any() for now in maps[1:]), f"map {index} stands still"


@cache
def made(direction: str = "to the right", steps: int = 6) -> tuple[Animation, bytes]:
    animation = Animation(PLAIN, direction, steps)
    return animation, make_gif(animation, 0.2)


# ---- frames


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_pattern_goes_a_step_a_frame(direction: str) -> None:
    animation, gif = made(direction)
    frames = frames_of(gif)
    assert_shows_the_movement(frames, animation)
    layout, _ = layout_in(animation)
    assert {frame.shape for frame in frames} == {(*layout.size[::-1], 3)}
    assert layout.columns == 4
    assert MAX_WIDTH * 0.7 < layout.size[0] <= MAX_WIDTH
    assert durations_of(gif) == [200] * 7
    assert Image.open(BytesIO(gif)).info["loop"] == 0  # for ever


def test_frames_that_are_all_alike_are_caught() -> None:
    animation, gif = made()
    first, *others = frames_of(gif)
    with pytest.raises(AssertionError):
        assert_shows_the_movement([first] * (1 + len(others)), animation)
    still = [frame.copy() for frame in (first, *others)]
    for frame in still:  # the picture moves, and one map does not
        panel_in(frame, animation, 2)[:] = panel_in(first, animation, 2)
    with pytest.raises(AssertionError, match="map 2 stands still"):
        assert_shows_the_movement(still, animation)
    with pytest.raises(AssertionError):
        assert_shows_the_movement([first, *others[1:]], animation)


def test_a_map_stands_in_the_pictures_own_coordinates() -> None:
    """A cell of the last map is read where its field's middle is, and is what the core computes."""
    animation, gif = made()
    layout, margin = layout_in(animation)
    frame, scene = frames_of(gif)[3], animation.scenes()[3]
    setting = render_context(scene.without_drag())
    for layer in range(3):
        values = setting.activations(scene).maps[layer]
        field = setting.fields[layer]
        places = [
            [
                int((start + size / 2 + at * jump + margin) * layout.zoom)
                for at in range(values.shape[axis])
            ]
            for axis, (start, size, jump) in enumerate(
                zip(field.start, field.size, field.jump, strict=True)
            )
        ]
        shown = numbered(panel_in(frame, animation, 1 + layer))[np.ix_(*places)]
        wanted = signed_colors(values, setting.scales[layer])
        same = np.array(TABLE)[shown] == np.array(TABLE)[wanted]
        assert same.all()
    picture = numbered(panel_in(frame, animation, 0))[layout.zoom // 2 :: layout.zoom][
        :, layout.zoom // 2 :: layout.zoom
    ]
    inside = np.s_[40:, 30:]  # away from the boxes
    wanted_picture = gray(setting.picture_of(scene)[0], 1)
    assert (np.array(TABLE)[picture] == np.array(TABLE)[wanted_picture])[inside].all()


def test_the_map_boxes_are_those_of_the_stage() -> None:
    fields = render_context(PLAIN.without_drag()).fields
    assert map_box(fields[1], (31, 31)) == (1, 63, 1, 63)
    assert map_box(fields[2], (29, 29)) == (3, 61, 3, 61)


@pytest.mark.parametrize("lens", [lens for lens in LENS_NAMES if lens not in ("heads", "parts")])
def test_every_lens_shows_its_panels_moving(lens: LensName) -> None:
    scene = animation_start(replace(workspace_of(lens).scene, lens=lens), here=True)
    animation = Animation(scene, "to the right", 3)
    frames = frames_of(make_gif(animation, 0.1))
    panels = animation_frame(scene).panels
    extras = {"equivariance": 2, "weight_sharing": 1}.get(lens, 0)
    assert len(panels) == 1 + len(scene.stack) + extras
    assert len(frames) == 4
    for before, after in pairwise(frames):
        assert (panel_in(before, animation, 0) != panel_in(after, animation, 0)).any()
    for frame in frames:
        numbered(frame)  # no colour but those of the table


@pytest.mark.parametrize("lens", ["heads", "parts"])
def test_untrained_pages_show_the_picture_moving(lens: LensName) -> None:
    animation = Animation(animation_start(workspace_of(lens).scene, here=True), "down", 2)
    frames = frames_of(make_gif(animation, 0.1))
    assert len(frames) == 3
    assert (panel_in(frames[0], animation, 0) != panel_in(frames[1], animation, 0)).any()


def test_the_whole_picture_moves_where_the_scene_says_so() -> None:
    scene = replace(PLAIN, image="bricks", moves="wrap")
    animation = Animation(scene, "to the right", 2)
    frames = frames_of(make_gif(animation, 0.1))
    layout, margin = layout_in(animation)
    first, second = (panel_in(frame, animation, 0) for frame in frames[:2])
    rows = slice((margin + 50) * layout.zoom, (margin + 62) * layout.zoom)  # below the pattern
    z, left, right = layout.zoom, (margin + 1) * layout.zoom, (margin + 60) * layout.zoom
    np.testing.assert_array_equal(second[rows, left + z : right + z], first[rows, left:right])


def test_progress_is_told_after_every_frame() -> None:
    told: list[int] = []
    make_gif(Animation(PLAIN, "down", 3), 0.1, told.append)
    assert told == [1, 2, 3, 4]


def test_every_frame_is_drawn_in_a_turn_and_progress_is_told_outside_of_it() -> None:
    turns, told = [0], []

    @contextmanager
    def turn() -> Iterator[None]:
        turns.append(1)
        yield
        turns.append(0)

    make_gif(Animation(PLAIN, "down", 3), 0.1, lambda _: told.append(turns[-1]), turn)
    assert turns == [0, 1, 0, 1, 0, 1, 0, 1, 0]
    assert told == [0] * 4


def test_making_it_stops_where_the_page_stops() -> None:
    def stop(done: int) -> None:
        if done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        make_gif(Animation(PLAIN, "down", 20), 0.1, stop)


# ---- what an animation may be


def test_an_animation_begins_where_the_drag_did_or_where_the_pattern_is() -> None:
    scene = replace(PLAIN, position=(30, 40))
    assert animation_start(scene, here=False).position == (20, 10)
    assert (
        animation_start(scene, here=True).start,
        animation_start(scene, here=True).position,
    ) == (
        (30, 40),
        (30, 40),
    )


def test_the_longest_way_ends_at_the_edge() -> None:
    assert max_steps(PLAIN, "to the right") == 38
    assert max_steps(PLAIN, "down") == 28
    assert max_steps(PLAIN, "diagonally") == 28
    assert max_steps(replace(PLAIN, size=256), "down") == MAX_FRAMES - 1
    for direction in DIRECTIONS:
        last = Animation(PLAIN, direction, max_steps(PLAIN, direction)).scenes()[-1]
        assert 48 in last.position


@pytest.mark.parametrize(
    ("scene", "direction", "steps", "sentence"),
    [
        (PLAIN, "down", 29, "from row 20, column 10 the cat can go 1 to 28 px down, got 29"),
        (PLAIN, "down", 0, "from row 20, column 10 the cat can go 1 to 28 px down, got 0"),
        (
            replace(PLAIN, position=(48, 10)),
            "down",
            1,
            "the cat is at the border already and cannot go down; choose another direction or "
            "another place to begin",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    scene: Scene, direction: str, steps: int, sentence: str
) -> None:
    with pytest.raises(SceneError, match=f"^{re.escape(sentence)}$"):
        Animation(scene, direction, steps)


def test_what_is_too_dear_is_refused() -> None:
    expensive = replace(PLAIN, size=256).with_stack(Stack.parse(PRESETS["convolutions only"]))
    cost = expensive.stack.cost((1, 256, 256))
    fits = MAX_GIF_COST // cost - 1
    assert Animation(expensive, "down", fits).frames * cost <= MAX_GIF_COST
    with pytest.raises(SceneError, match=rf"^{fits + 2} frames of these layers need [\d,]+ mult"):
        Animation(expensive, "down", fits + 1)


def test_a_frame_stays_within_its_bounds() -> None:
    refused = set()
    for panels, extent, frames in product(range(1, 15), (4, 12, 64, 102, 256, 320), (2, 20, 64)):
        try:
            layout = layout_of(panels, extent, frames)
        except SceneError:
            refused.add((panels, extent, frames))
            continue
        width, height = layout.size
        assert layout.columns * layout.rows >= panels
        assert layout.zoom >= 1
        assert width <= MAX_WIDTH
        assert height <= MAX_HEIGHT
        assert width * height * frames <= MAX_GIF_PIXELS
    assert {extent for _, extent, _ in refused} == {256, 320}
    assert min(panels for panels, _, frames in refused if frames == 20) == 9
    sentence = (
        "64 frames of 9 panels, each 320×320 px, are too large for a GIF; go fewer steps, or take "
        "a smaller picture or fewer layers"
    )
    with pytest.raises(SceneError, match=f"^{sentence}$"):
        layout_of(9, 320, 64)


# ---- colours and letters


def ramps_of_the_stage() -> dict[str, tuple[tuple[int, ...], ...]]:
    source = COLORS_JS.read_text(encoding="utf-8")
    light = source.split("light:")[1].split("dark:")[0]
    return {
        sign: tuple(
            tuple(map(int, color.split(","))) for color in re.findall(r"\[(\d[\d, ]+)\]", ramp)
        )
        for sign, ramp in re.findall(r"(negative|positive): \[(.+?\])\]", light)
    }


def test_the_colours_are_the_stages_own() -> None:
    stage = ramps_of_the_stage()
    assert stage == RAMPS
    for share, color in ((0, 0), (0.5, 1), (1, 2)):
        for sign, ramp in ((-1, "negative"), (1, "positive")):
            (number,) = signed_colors(np.array([sign * share * 7.0]), 7.0)
            assert TABLE[number] == stage[ramp][color]
    assert mixed(RAMPS["negative"], 0.25) == (186, 210, 235)  # (250 + 122) / 2 and so on, up


def test_the_table_fits_a_gif_and_steps_are_fine() -> None:
    assert len(TABLE) <= 256
    assert STEPS % 2 == 0
    values = np.linspace(-1, 1, 1001)
    shown = np.array(TABLE)[signed_colors(values, 1.0)]
    exact = [mixed(RAMPS["negative" if v < 0 else "positive"], abs(v)) for v in values]
    assert np.abs(shown - exact).max() <= 3  # of 255: less than an eye or a projector tells
    assert [TABLE[n][0] for n in gray(np.array([0.0, 0.5, 1.0]), 1.0)] == [0, 129, 255]
    assert ink_on(gray(np.array([1.0]), 1.0)[0]) != ink_on(gray(np.array([0.0]), 1.0)[0])


@pytest.mark.parametrize("lens", LENS_NAMES)
def test_every_letter_is_in_the_type(lens: LensName) -> None:
    missing = bytes(font(20).getmask("\uffff"))
    scene = animation_start(replace(workspace_of(lens).scene, lens=lens), here=True)
    for at in Animation(scene, "diagonally", min(3, max_steps(scene, "diagonally"))).scenes():
        shot = animation_frame(at)
        captions = [text for panel in shot.panels for text in (panel.title, panel.note)]
        for letter in set(drawable_text(" ".join([shot.sentence, *captions]))) - {" "}:
            assert bytes(font(20).getmask(letter)) != missing, letter


def test_the_outlines_stand_where_the_pattern_is_and_where_it_began() -> None:
    shot = animation_frame(Scene(position=(30, 12), start=(24, 10)))
    assert shot.around == (30, 46, 12, 28)
    assert shot.began == (24, 40, 10, 26)
