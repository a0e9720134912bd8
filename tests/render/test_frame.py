"""The frame: decoded as the browser decodes it, its planes are those of an independent network."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.ui.render.context import render_context, start_activations
from pages.ui.render.frame import Request, render_frame
from pages.ui.render.lens import FULL_SCALE
from pages.ui.scene import photos
from pages.ui.scene.choices import MOVES, PRESETS, UPLOAD
from pages.ui.scene.grid import GRID
from pages.ui.scene.link import from_query, to_query_string
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.filters import FILTERS
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.pictures.backgrounds import BACKGROUNDS, draw_background
from rfcore.pictures.patterns import draw_pattern, place
from rfcore.pictures.photos import scale_photo
from rfcore.receptive_field import receptive_fields
from rfcore.shifts import changed_cells, measured_shift
from rfcore.stack import Stack
from tests.support.frames import decode, rendered
from tests.support.random_scenes import CALM, any_scene
from tests.support.scene_oracles import picture_of, with_pattern
from tests.support.scenes import PHOTO, busy_scene, moved
from tests.support.source_tree import ROOT
from tests.support.stage_messages import request_with

SMALL = (32, 48)
FLAT = Scene(image="flat")


def independent_maps(
    scene: Scene, at: tuple[int, int] | None, picture: Array | None = None
) -> list[Array]:
    """The shown maps straight from rfcore, the pattern at a place or nowhere."""
    image = picture_of(scene) if picture is None else picture
    if at is not None:
        image = with_pattern(scene, image, at)
    return maps_of(scene, image)


def maps_now(scene: Scene) -> list[Array]:
    """The shown maps after a drag of the pattern, or of the whole picture with it."""
    if scene.moves == "pattern":
        return independent_maps(scene, scene.position)
    image = with_pattern(scene, picture_of(scene), scene.start)
    turned = np.roll(image, scene.moved, axis=(1, 2))
    if scene.moves == "zeros":
        rows, cols = (np.arange(scene.size) - by for by in scene.moved)
        turned[:, (rows < 0) | (rows >= scene.size), :] = 0
        turned[:, :, (cols < 0) | (cols >= scene.size)] = 0
    return maps_of(scene, turned)


def maps_of(scene: Scene, image: Array) -> list[Array]:
    network = Network.with_filters(scene.stack, 1, scene.kernels, padding_mode=scene.padding_mode)
    activations = network.forward(image)
    return [maps[channel] for maps, channel in zip(activations, scene.channels, strict=True)]


def assert_within_quantisation(planes: list[Array], maps: list[Array], scales: list[float]) -> None:
    for plane, values, scale in zip(planes, maps, scales, strict=True):
        seen = np.clip(values, -scale, scale)
        np.testing.assert_allclose(plane, seen, rtol=0, atol=scale / FULL_SCALE * 0.51)


# ---- any scene


@settings(CALM, max_examples=60)
@given(any_scene(sizes=SMALL, images=(*BACKGROUNDS, UPLOAD, GRID), moves=MOVES))
def test_planes_are_the_maps_of_an_independent_network(scene: Scene) -> None:
    frame = rendered(scene)
    scales = [layer["scale"] for layer in frame.layers]
    assert min(scales) > 0
    assert_within_quantisation(frame.maps("now"), maps_now(scene), scales)
    assert_within_quantisation(frame.maps("start"), independent_maps(scene, scene.start), scales)
    # The bare picture never meets the end of the scale, but for its two digits.
    for values, scale in zip(independent_maps(scene, None), scales, strict=True):
        assert np.abs(values).max() <= scale * 1.05


@settings(CALM, max_examples=40)
@given(any_scene(images=(*BACKGROUNDS, UPLOAD)))
def test_composite_is_what_the_network_sees(scene: Scene) -> None:
    frame = rendered(scene)
    if scene.image == UPLOAD:
        background = scale_photo(PHOTO.pixels, scene.size)
    else:
        background = draw_background(scene.image, scene.size)
    pattern = draw_pattern(scene.pattern, scene.size // 4)
    assert frame.header["setting"]["pattern"] == {
        "name": scene.pattern,
        "size": len(pattern.values),
    }
    seen = place(background, pattern, *scene.position)[0]
    np.testing.assert_allclose(frame.composite() / 255, seen, rtol=0, atol=1e-6)


@settings(CALM, max_examples=40)
@given(any_scene(sizes=SMALL))
def test_header_says_what_rfcore_says(scene: Scene) -> None:
    frame = rendered(scene, token=5, revision=3, mount="here", problem="a “sentence”")
    header, size = frame.header, (scene.size, scene.size)
    assert header["setting"]["size"] == scene.size
    assert header["setting"]["photo"] is None
    assert (header["token"], header["revision"], header["mount"]) == (5, 3, "here")
    assert header["notice"] == "The stage could not do that: a “sentence”."
    assert header["query"] == to_query_string(scene)
    assert (header["position"], header["start"]) == (list(scene.position), list(scene.start))
    assert header["view"] == scene.view
    unit = scene.unit
    assert header["unit"] == (None if unit is None else [unit.layer, unit.row, unit.col])
    fields = receptive_fields(scene.stack, size)
    shapes = scene.stack.shapes((1, *size))
    for layer, spec, shape, field in zip(frame.layers, scene.stack, shapes, fields, strict=True):
        assert (layer["text"], layer["name"]) == (str(spec), spec.name)
        assert (len(layer["channels"]), layer["rows"], layer["cols"]) == shape
        assert layer["field"] == {
            "size": list(field.size),
            "jump": list(field.jump),
            "start": list(field.start),
            "holes": field.has_holes,
        }
    assert [layer["channel"] for layer in frame.layers] == list(scene.channels)
    planes = {f"{when}{i}": s[1:] for when in ("now", "start") for i, s in enumerate(shapes)}
    planes |= {"picture": size, "pattern": (scene.pattern_size,) * 2}
    planes["alpha"] = planes["pattern"]
    assert {name: plane.shape for name, plane in frame.planes.items()} == planes


@settings(CALM, max_examples=40)
@given(any_scene(sizes=SMALL))
def test_field_on_an_earlier_map_covers_the_same_pixels(scene: Scene) -> None:
    fields = receptive_fields(scene.stack, (scene.size, scene.size))
    for index, layer in enumerate(rendered(scene).layers):
        assert len(layer["within"]) == index
        for earlier, within in zip(fields, layer["within"], strict=False):
            for axis in (0, 1):
                jump = earlier.jump[axis]
                size = earlier.size[axis] + (within["size"][axis] - 1) * jump
                start = earlier.start[axis] + within["start"][axis] * jump
                assert size == fields[index].size[axis]
                assert start == fields[index].start[axis]
                assert within["jump"][axis] * jump == fields[index].jump[axis]


@settings(CALM, max_examples=40)
@given(any_scene(sizes=SMALL))
def test_readings_are_what_rfcore_measures(scene: Scene) -> None:
    readings = rendered(scene).header["readings"]
    start, now = (independent_maps(scene, at) for at in (scene.start, scene.position))
    for reading, before, after in zip(readings, start, now, strict=True):
        assert reading["changed"] == f"{changed_cells(before, after):,} of {after.size:,}"
    # What the pattern does is measured by itself, on even gray as bright as the picture.
    gray = np.full_like(picture_of(scene), np.rint(picture_of(scene).mean() * 255) / 255)
    places = (None, scene.start, scene.position)
    alone = [independent_maps(scene, at, picture=gray) for at in places]
    for reading, bare, before, after in zip(readings, *alone, strict=True):
        measured = measured_shift(before - bare, after - bare)
        if after.size == 1:
            assert reading["measured"] == "no places left"
        elif measured is None:
            assert reading["measured"] in ("no response", "not at both places")
        elif not measured.is_exact:
            assert f", {max(0, int(100 * measured.similarity))} % alike" in reading["measured"]
        else:
            assert "alike" not in reading["measured"]


# ---- the header in words and numbers


def test_preset_has_the_fields_that_every_textbook_gives() -> None:
    layers = rendered(Scene()).layers
    assert [layer["field"]["size"] for layer in layers] == [[3, 3], [4, 4], [8, 8]]
    assert [layer["field"]["jump"] for layer in layers] == [[1, 1], [2, 2], [2, 2]]
    assert [(layer["rows"], layer["cols"]) for layer in layers] == [(62, 62), (31, 31), (29, 29)]
    assert [w["size"] for w in layers[2]["within"]] == [[6, 6], [3, 3]]


def test_channels_are_named_by_the_filter_that_made_them() -> None:
    stack = Stack.parse("M2x2/1 -> C3x3/1c3 -> R -> C3x3/1c2 -> A2x2/2 -> C3x3/1c10")
    scene = replace(Scene().with_stack(stack), kernels=("spot", "random", "bank"))
    labels = [layer["channels"] for layer in rendered(scene).layers]
    spots = ["1 spot", "2 spot", "3 spot"]
    randoms = ["1 random", "2 random"]
    bank = [
        f"{n} {name} (of a mix)" for n, name in enumerate((*FILTERS[:8], *FILTERS[:2]), start=1)
    ]
    assert labels == [["gray"], spots, spots, randoms, randoms, bank]


def test_sentence_of_a_move() -> None:
    header = rendered(moved(FLAT, 0, 2)).header
    assert header["moved"] == "→ 2 px"
    assert header["sentence"] == "Moved 2 px right. Every map followed."
    assert [r["expected"] for r in header["readings"]] == ["→ 2 cells", "→ 1 cell", "→ 1 cell"]
    assert [r["measured"] for r in header["readings"]] == ["→ 2 cells", "→ 1 cell", "→ 1 cell"]
    between = rendered(moved(FLAT, 0, 1)).header
    assert [r["expected"] for r in between["readings"]] == [
        "→ 1 cell",
        "→ 0.5, between two cells",
        "→ 0.5, between two cells",
    ]
    assert between["sentence"].startswith(
        "Moved 1 px right. Layer 1 (convolution) followed. "
        "Layer 2 (max pool) cannot follow: 0.5 cells right lies between two cells of 2 px. "
    )
    assert rendered(Scene()).header["sentence"] == "Drag the cat. Which maps follow?"


def test_pattern_that_a_stride_steps_over_shows_at_one_place_only() -> None:
    scene = Scene(image="flat", pattern="pixel", position=(24, 24), start=(25, 24))
    scene = replace(scene.with_stack(Stack.parse("C1x1/2c1")), kernels=("identity",))
    header = rendered(scene).header
    assert header["readings"] == [
        {"expected": "↑ 0.5, between two cells", "measured": "not at both places"}
        | {"changed": "1 of 1,024"}
    ]
    assert header["sentence"] == (
        "Moved 1 px up. Layer 1 (convolution) does not show the pattern at both places. "
        "1 of 1,024 cells changed."
    )


# ---- what the maps show


@pytest.mark.parametrize("channel", range(8))
@pytest.mark.parametrize(("row", "col"), [(1, 0), (0, 1), (-1, -1)])
def test_map_of_a_convolution_shifts_by_one_cell_with_the_pattern(
    channel: int, row: int, col: int
) -> None:
    frame = rendered(moved(FLAT.with_channel(0, channel), row, col))
    start, now = frame.planes["start0"], frame.planes["now0"]
    back = np.roll(now, (-row, -col), (0, 1))[1:-1, 1:-1]
    np.testing.assert_allclose(back, start[1:-1, 1:-1], rtol=0, atol=1)
    assert np.abs(now.astype(int) - start).max() > 1000
    assert frame.header["readings"][0]["measured"] == frame.header["readings"][0]["expected"]


@pytest.mark.parametrize("stack", ["M2x2/2", "C1x1/1c1 -> M2x2/2", "C3x3/1p1c1 -> M2x2/2"])
@pytest.mark.parametrize(("row", "col"), [(0, 0), (10, 20), (62, 62)])
def test_pixel_inside_a_pooling_window_changes_no_pooled_cell(
    stack: str, row: int, col: int
) -> None:
    scene = Scene(image="flat", pattern="pixel", position=(row, col), start=(row, col))
    scene = scene.with_stack(Stack.parse(stack))
    scene = replace(scene, kernels=("identity",) * len(scene.kernels))
    last = len(scene.stack) - 1
    for step in ((0, 1), (1, 0), (1, 1)):
        frame = rendered(moved(scene, *step))
        np.testing.assert_array_equal(frame.planes[f"now{last}"], frame.planes[f"start{last}"])
        assert frame.header["readings"][last]["changed"] == "0 of 1,024"
        assert frame.header["sentence"].endswith(
            "(max pool) did not notice: no cell of this channel changed."
        )


@pytest.mark.parametrize("stack", ["M2x2/2", "C1x1/1c1 -> M2x2/2", "C3x3/1p1c1 -> M2x2/2"])
@pytest.mark.parametrize("step", [(0, 1), (1, 0), (1, 1)])
def test_pixel_across_the_edge_of_a_pooling_window_changes_two_pooled_cells(
    stack: str, step: tuple[int, int]
) -> None:
    scene = Scene(image="flat", pattern="pixel", position=(11, 21), start=(11, 21))
    scene = scene.with_stack(Stack.parse(stack))
    scene = replace(scene, kernels=("identity",) * len(scene.kernels))
    last = len(scene.stack) - 1
    frame = rendered(moved(scene, *step))
    changed = frame.planes[f"now{last}"] != frame.planes[f"start{last}"]
    assert sorted(map(tuple, np.argwhere(changed))) == [(5, 10), (5 + step[0], 10 + step[1])]
    assert frame.header["readings"][last]["changed"] == "2 of 1,024"


# ---- nothing flickers, nothing is sent twice


def test_scale_and_setting_do_not_depend_on_what_the_hand_does() -> None:
    first = rendered(busy_scene())
    for position in ((0, 0), (72, 72), (0, 72), (35, 36)):
        dragged = replace(busy_scene(), position=position, start=(7, 8), unit=None, view="now")
        frame = rendered(dragged)
        assert frame.header["scene"] == first.header["scene"]
        assert frame.header["setting"] == first.header["setting"]
        np.testing.assert_array_equal(frame.planes["picture"], first.planes["picture"])
    assert len({layer["scale"] for layer in first.layers}) > 1  # each layer has its own


def test_scale_of_a_map_without_a_response_is_one() -> None:
    scene = Scene(image="black", pattern="pixel", position=(25, 24), start=(24, 24))
    scene = replace(scene.with_stack(Stack.parse("C1x1/2c1")), kernels=("identity",))
    frame = rendered(scene)  # a stride of two steps over every place that the scale is taken from
    assert frame.layers[0]["scale"] == 1
    assert not frame.planes["now0"].any()
    assert frame.planes["start0"][12, 12] == FULL_SCALE


@pytest.mark.parametrize("preset", PRESETS.values())
def test_scale_is_used_well(preset: str) -> None:
    frame = rendered(FLAT.with_stack(Stack.parse(preset)))
    for index in range(len(frame.layers)):
        assert np.abs(frame.planes[f"now{index}"].astype(int)).max() > FULL_SCALE / 4


def test_every_other_scene_has_another_name() -> None:
    scenes = [
        Scene(),
        replace(Scene(), image="bricks"),
        Scene().with_picture("meadow", 32),
        Scene().with_pattern("dog"),
        Scene().with_stack(Stack.parse("C3x3/1 -> M2x2/2 -> C5x5/1")),
        replace(Scene(), kernels=("bank", "spot")),
        replace(Scene(), padding_mode="reflect"),
        Scene().with_channel(0, 1),
        Scene(image=UPLOAD, photo=PHOTO),
        Scene(image=UPLOAD, photo=photos.keep(PHOTO.pixels[::-1])),
    ]
    names = [rendered(scene).header["scene"] for scene in scenes]
    assert len(set(names)) == len(scenes)


@pytest.mark.parametrize("knows_scene", [False, True])
@pytest.mark.parametrize("known_start", [None, (24, 12), (24, 13), (12, 24)])
def test_only_what_the_browser_lacks_is_sent(
    knows_scene: bool, known_start: tuple[int, int] | None
) -> None:
    scene = moved(Scene(), 3, 4)
    name = rendered(scene).header["scene"]
    frame = rendered(scene, known_scene=name if knows_scene else "0" * 18, known_start=known_start)
    fixed = {"picture", "pattern", "alpha"}
    assert ("setting" in frame.header) is not knows_scene
    assert fixed & frame.planes.keys() == (set() if knows_scene else fixed)
    knows_start = knows_scene and known_start == (24, 12)
    starts = {name for name in frame.planes if name.startswith("start")}
    assert starts == (set() if knows_start else {"start0", "start1", "start2"})
    assert {name for name in frame.planes if name.startswith("now")} == {"now0", "now1", "now2"}
    assert frame.header["scene"] == name
    # What is sent is the same, whatever else is left out.
    full = rendered(scene)
    for name, plane in frame.planes.items():
        np.testing.assert_array_equal(plane, full.planes[name])
    assert frame.header == {k: v for k, v in full.header.items() if k in frame.header}


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("knows_scene", [False, True])
def test_the_link_comes_with_the_static_part_and_after_a_commit(
    committed: bool, knows_scene: bool
) -> None:
    scene = moved(Scene(), 3, 4)
    known = rendered(scene).header["scene"] if knows_scene else ""
    header = rendered(scene, known_scene=known, committed=committed).header
    assert header.get("query") == (to_query_string(scene) if committed or not knows_scene else None)


def test_start_planes_equal_the_present_ones_before_a_move() -> None:
    frame = rendered(Scene())
    for index in range(3):
        np.testing.assert_array_equal(frame.planes[f"now{index}"], frame.planes[f"start{index}"])


@pytest.mark.parametrize("preset", PRESETS.values())
def test_frames_are_small(preset: str) -> None:
    scene = moved(Scene().with_stack(Stack.parse(preset)), 3, 5)
    assert scene.stack.layers[0].out_channels == 8
    full = render_frame(scene)
    assert len(full) < 64 * 1024
    name = decode(full).header["scene"]
    drag = render_frame(scene, request_with(known_scene=name, known_start=scene.start))
    shapes = scene.stack.shapes((1, 64, 64))
    assert len(drag) < 2 * sum(rows * cols for _, rows, cols in shapes) + 2048


# ---- a frame is a pure function of its scene


def test_scenes_do_not_leave_traces_in_each_other() -> None:
    scenes = [busy_scene(), Scene(), moved(Scene(), 1, 1), replace(busy_scene(), position=(1, 2))]
    first = [render_frame(scene) for scene in scenes]
    assert [render_frame(scene) for scene in reversed(scenes)] == first[::-1]
    assert all(one != other for one, other in pairwise(first))


IN_A_NEW_PROCESS = """
import hashlib, sys
from pages.ui.render.frame import render_frame
from pages.ui.render import readings
from pages.ui.scene import link, scene, stage_message
frame = render_frame(link.from_query(dict(at="30,20", unit="3,4,5", padding="reflect"))[0])
print(hashlib.sha256(frame).hexdigest(), *sorted({"streamlit", "plotly"} & sys.modules.keys()))
"""


def test_frame_is_the_same_in_another_process_and_without_streamlit() -> None:
    scene, _ = from_query({"at": "30,20", "unit": "3,4,5", "padding": "reflect"})
    assert scene.unit == Unit(2, 4, 5)
    done = subprocess.run(
        [sys.executable, "-c", IN_A_NEW_PROCESS],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "12345", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == [hashlib.sha256(render_frame(scene)).hexdigest()]


def test_request_is_optional() -> None:
    assert render_frame(Scene()) == render_frame(Scene(), Request())


@settings(CALM, max_examples=40)
@given(st.integers(0, 40), st.integers(0, 40))
def test_frame_shows_the_position_that_was_asked_for(row: int, col: int) -> None:
    frame = rendered(replace(FLAT, position=(row, col)), known_start=None)
    bright = frame.composite() != frame.planes["picture"][0, 0]
    alpha = np.argwhere(frame.planes["alpha"] > 0)
    changed = np.argwhere(bright)
    assert tuple(changed.min(axis=0) - alpha.min(axis=0)) == (row, col)


@settings(CALM, max_examples=40)
@given(
    st.lists(
        st.from_regex(
            r"([CMAB][1-9](x[1-5])?(/([1-9]|999999))?(p[0-9]{1,2}|p999999)?(d[1-9])?|R|GA|GM)",
            fullmatch=True,
        ),
        min_size=1,
        max_size=5,
    ).map(",".join),
    st.sampled_from(["zeros", "circular", "reflect", "replicate"]),
)
def test_whatever_a_link_opens_can_be_drawn(stack: str, padding: str) -> None:
    scene, _ = from_query({"size": "32", "stack": stack, "padding": padding, "at": "3,4"})
    frame = render_frame(scene)
    assert len(frame) < 5_000_000
    assert len(decode(frame).layers) == len(scene.stack)


def test_where_a_drag_began_keeps_only_what_is_shown() -> None:
    scene = Scene()
    look = start_activations(scene.without_drag(), scene.start)
    assert look.last is None
    assert [shown.ndim for shown in look.maps] == [2, 2, 2]
    assert render_context(scene.without_drag()).activations(scene).last is not None
