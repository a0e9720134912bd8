"""The fields lens: its planes and figures are those of rfcore, whatever the scene."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.ui.render import fields_text
from pages.ui.render.context import render_context
from pages.ui.render.frame import Request, render_frame
from pages.ui.scene.choices import MOVES, UPLOAD
from pages.ui.scene.grid import GRID
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from pages.ui.scene.stage_message import parse_message
from rfcore.gradient import (
    effective_receptive_field,
    gaussian_width,
    middle_share,
    used_pixels,
)
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.pictures.backgrounds import BACKGROUNDS
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.stack import Stack
from tests.support.exact_networks import all_ones
from tests.support.frames import Decoded, decode, rendered
from tests.support.random_scenes import CALM, any_scene
from tests.support.scene_oracles import picture_of as background_of
from tests.support.scene_oracles import with_pattern

FIELDS = Scene(lens="fields")
ALL = ("box", "effective", "used")


def fields_scene(**changes: Any) -> Scene:
    return replace(FIELDS, **changes)


def whole(frame: Decoded, name: str, size: int) -> Array:
    """A cut plane back at its place in the picture."""
    picture = np.zeros((size, size), np.uint8)
    if name in frame.planes:
        row0, row1, col0, col1 = frame.header[name]
        picture[row0:row1, col0:col1] = frame.planes[name]
    return picture


def gradients(scene: Scene, image: Array, unit: Unit) -> tuple[Array, Array]:
    """How much each pixel counts for a unit, and which ones it uses, straight from rfcore."""
    network = Network.with_filters(scene.stack, 1, scene.kernels, padding_mode=scene.padding_mode)
    place, channel = (unit.row, unit.col), scene.channels[unit.layer]
    gradient = effective_receptive_field(network, image, unit.layer, place, channel=channel)
    return np.abs(gradient), used_pixels(network, image, unit.layer, place, channel=channel)


def check_rings(scene: Scene, frame: Decoded, unit: Unit, image: Array) -> None:
    """What a frame shows of a unit's field is what rfcore says, as far as it is asked for."""
    gradient, used = gradients(scene, image, unit)
    assert frame.header["probe"] == [unit.layer, unit.row, unit.col]
    readings = frame.header["pictureReadings"]
    if "effective" in scene.rings:
        heat = whole(frame, "effective", scene.size)
        np.testing.assert_allclose(heat, gradient * (255 / (gradient.max() or 1)), atol=0.51)
    else:
        assert "effective" not in frame.planes
        assert (readings["middle"], readings["width"]) == ("–", "–")
    if "used" in scene.rings:
        np.testing.assert_array_equal(whole(frame, "used", scene.size), used)
        seen = frame.planes["seenRows"].sum(dtype=int) * frame.planes["seenCols"].sum(dtype=int)
        assert readings["used"] == f"{used.sum():,} of {seen:,} pixels"
    else:
        assert "used" not in frame.planes
        assert readings["used"] == "–"
    could = np.outer(frame.planes["seenRows"][0], frame.planes["seenCols"][0]).astype(bool)
    assert not (used & ~could).any()
    assert not ((gradient > 0) & ~could).any()


def check_reach(scene: Scene, frame: Decoded, pixel: tuple[int, int]) -> None:
    """What a frame marks on the maps is what lights up when nothing but that pixel does."""
    picture = np.zeros((1, scene.size, scene.size))
    picture[0, pixel[0], pixel[1]] = 1
    assert frame.header["reach"] == list(pixel)
    maps = all_ones(scene.stack, scene.padding_mode).forward(picture)
    for index, values in enumerate(maps):
        marked = np.outer(frame.planes[f"reachRows{index}"], frame.planes[f"reachCols{index}"])
        np.testing.assert_array_equal(marked, values[0] > 0)
        reading = frame.header["readings"][index]["reached"]
        assert reading == f"{(values[0] > 0).sum():,} of {values[0].size:,}"


def nearest_unit(scene: Scene) -> Unit:
    """The last layer's unit whose field has its middle nearest to the pattern's at the start.

    Of two that are equally near the later one, as a look at every unit finds.
    """
    field = receptive_fields(scene.stack, (scene.size, scene.size))[-1]
    shape = scene.stack.shapes((1, scene.size, scene.size))[-1]
    places = []
    for axis, count in enumerate(shape[1:]):
        target = scene.start[axis] + scene.pattern_size / 2
        far = [
            abs(field.start[axis] + unit * field.jump[axis] + field.size[axis] / 2 - target)
            for unit in range(count)
        ]
        places.append(max(unit for unit in range(count) if far[unit] == min(far)))
    return Unit(len(scene.stack) - 1, *places)


@settings(CALM, max_examples=80)
@given(
    any_scene(sizes=(32, 48), images=(*BACKGROUNDS, UPLOAD, GRID), lenses=("fields",), moves=MOVES),
    st.booleans(),
)
def test_any_scene_shows_what_rfcore_says(scene: Scene, is_pinned: bool) -> None:
    if not is_pinned:
        scene = replace(scene, unit=None)
    frame = rendered(scene)
    image = render_context(scene.without_drag()).picture_of(scene)
    if scene.unit or not scene.pixel:
        check_rings(scene, frame, scene.unit or nearest_unit(scene), image)
    else:
        assert frame.header["probe"] is None
        assert not {"effective", "used", "seenRows"} & set(frame.planes)
    if scene.pixel:
        check_reach(scene, frame, scene.pixel)
    else:
        assert frame.header["reach"] is None
        assert not any(name.startswith("reach") for name in frame.planes)
    for field, reading in zip(
        receptive_fields(scene.stack, (scene.size,) * 2), frame.header["readings"], strict=True
    ):
        assert reading["field"].startswith(f"{field.size[0]}×{field.size[1]}")
        assert ("holes" in reading["field"]) == field.has_holes


@pytest.mark.parametrize("at", [(24, 12), (30, 20), (0, 48)])
def test_the_heat_follows_the_pattern(at: tuple[int, int]) -> None:
    """A max pool passes on the winner alone, so where the cat is decides which pixels count."""
    scene = fields_scene(position=at, unit=Unit(2, 15, 9), rings=ALL)
    image = with_pattern(scene, background_of(scene), at)
    check_rings(scene, rendered(scene), Unit(2, 15, 9), image)


def test_the_unit_that_is_pointed_at_goes_before_the_pinned_one() -> None:
    scene = fields_scene(unit=Unit(0, 3, 4))
    frame = rendered(scene, probe=Unit(1, 20, 21), pointed=(9, 9))
    assert (frame.header["probe"], frame.header["reach"]) == ([1, 20, 21], [9, 9])
    check_rings(
        scene, frame, Unit(1, 20, 21), render_context(scene.without_drag()).picture_of(scene)
    )
    check_reach(scene, rendered(replace(scene, pixel=(63, 0)), pointed=(9, 9)), (9, 9))


@pytest.mark.parametrize("pixel", [(64, 0), (0, -1)])
def test_a_pixel_outside_the_picture_is_nobodys(pixel: tuple[int, int]) -> None:
    assert rendered(FIELDS, pointed=pixel).header["reach"] is None
    assert rendered(replace(FIELDS, pixel=(1, 2)), pointed=pixel).header["reach"] is None


def test_a_drag_asks_only_for_what_is_switched_on() -> None:
    frame = rendered(fields_scene(rings=("box",)))
    assert not {"effective", "used"} & set(frame.planes)
    assert set(frame.header["pictureReadings"].values()) == {"–"}
    assert frame.header["sentence"].startswith("One neuron of layer 3 sees 8×8 pixels. The cat ")


def test_the_figures_are_those_of_the_gradient() -> None:
    unit = Unit(2, 15, 9)
    scene = fields_scene(unit=unit, position=(30, 20), rings=ALL, kernels=("smooth", "smooth"))
    frame = rendered(scene)
    image = render_context(scene.without_drag()).picture_of(scene)
    gradient, used = gradients(scene, image, unit)
    box = receptive_fields(scene.stack)[2].span(15, 9)
    share = f"{100 * middle_share(gradient, box):.0f} %"
    rows, cols = gaussian_width(gradient)
    assert frame.header["pictureReadings"] == {
        "middle": share,
        "width": f"{rows:.1f} × {cols:.1f} px, box 8×8",
        "used": f"{used.sum()} of 64 pixels",
    }
    alpha = render_context(scene.without_drag()).pattern.alpha[:8, :6]
    cat = f"{100 * alpha.sum() / 64:.0f} %"
    assert frame.header["sentence"] == (
        f"One neuron of layer 3 sees 8×8 pixels. {share} of its gradient comes from the middle "
        f"4×4; an even field would give 25 %. The cat fills {cat} of what it sees."
    )


def test_where_the_border_wraps_a_field_stays_as_wide_as_elsewhere() -> None:
    """On an even picture all units are alike, so those at the border have the same figures."""
    stack = Stack.parse("C3x3/1p1c1 -> C3x3/1p1c1")
    scene = fields_scene(
        image="flat",
        pattern="pixel",
        stack=stack,
        kernels=("smooth", "smooth"),
        channels=(0, 0),
        padding_mode="circular",
    )
    texts = []
    for row, col in ((30, 30), (0, 0), (63, 1)):
        frame = rendered(replace(scene, unit=Unit(1, row, col)))
        texts.append(frame.header["pictureReadings"])
        assert np.count_nonzero(whole(frame, "effective", 64)) == 25
    assert texts[0] == texts[1] == texts[2]
    for pixel in ((30, 30), (0, 0), (63, 1)):
        check_reach(scene, rendered(replace(scene, pixel=pixel)), pixel)


def test_the_pixels_sentence_counts_and_knows_the_chosen_neuron() -> None:
    scene = fields_scene(pixel=(20, 31))
    counts = (
        "Pixel (20, 31) can reach 9 of 3,844 neurons of layer 1, 4 of 961 of layer 2 and 16 of 841 "
        "of layer 3."
    )
    assert rendered(scene).header["sentence"] == counts
    inside, outside = (rendered(replace(scene, unit=Unit(2, *at))) for at in ((9, 13), (6, 13)))
    assert inside.header["sentence"] == f"{counts} The chosen neuron is one of them."
    assert outside.header["sentence"] == f"{counts} The chosen neuron is not among them."


def test_through_many_layers_the_sentence_names_the_first_and_the_last() -> None:
    reading = fields_text.PixelReading((1, 2), (9, 25, 49, 81, 121), (100,) * 5)
    assert fields_text.pixel_sentence(reading, None) == (
        "Pixel (1, 2) can reach 9 of 100 neurons of layer 1 and 121 of 100 of layer 5, the last."
    )


def field(size: int, *, has_holes: bool = False) -> ReceptiveField:
    return ReceptiveField((size, size), (2, 3), (-1, -2), has_holes)


@pytest.mark.parametrize(
    ("reading", "sentence"),
    [
        (
            fields_text.UnitReading(2, field(3), 9, on_picture=True, filled=0, middle=0.5),
            "One neuron of layer 2 sees 3×3 pixels. 50 % of its gradient comes from the middle "
            "1.5×1.5; an even field would give 25 %.",
        ),
        (
            fields_text.UnitReading(1, field(5, has_holes=True), 9, on_picture=True, filled=0.004),
            "One neuron of layer 1 has a field of 5×5 with holes: it sees 9 pixels of it. The cat "
            "fills under 1 % of what it sees.",
        ),
        (
            fields_text.UnitReading(
                1, field(5), 1, on_picture=False, filled=1, middle=0, is_flat=True
            ),
            "One neuron of layer 1 has a field of 5×5; at this border it sees 1 pixel of the "
            "picture. Its gradient here is zero. The "
            "cat fills 100 % of what it sees.",
        ),
        (
            fields_text.UnitReading(1, field(1), 1, on_picture=True, filled=0, middle=0.25),
            "One neuron of layer 1 sees 1×1 pixels.",
        ),
    ],
)
def test_the_units_sentence(reading: fields_text.UnitReading, sentence: str) -> None:
    assert fields_text.unit_sentence(reading, "cat") == sentence


def test_readouts_of_a_layer() -> None:
    assert fields_text.field_texts(field(5, has_holes=True)) == {
        "field": "5×5, with holes",
        "jump": "2×3",
        "start": "row −1, column −2",
    }


def test_a_relu_that_is_shut_says_so() -> None:
    scene = fields_scene(
        image="black",
        stack=Stack.parse("C3x3/1 -> R"),
        kernels=("smooth",),
        channels=(0, 0),
        unit=Unit(1, 50, 50),
        rings=ALL,
    )
    frame = rendered(scene)
    assert frame.header["pictureReadings"] == {
        "middle": "no gradient",
        "width": "no gradient",
        "used": "0 of 9 pixels",
    }
    assert not {"effective", "used"} & set(frame.planes)
    assert re.search(r"sees 3×3 pixels\. Its gradient here is zero", frame.header["sentence"])


MESSAGE = {"token": 1, "revision": 2, "position": [24, 12], "start": [24, 12], "channels": [0] * 3}


def test_the_hand_points_at_a_pixel_and_pins_it() -> None:
    message = parse_message(
        {**MESSAGE, "pointed": [3, 4], "pixel": [5, 6], "rings": ["used", "box"]}
    )
    scene = message.applied_to(FIELDS)
    assert (scene.pixel, scene.rings) == ((5, 6), ("box", "used"))
    frame = decode(render_frame(scene, Request(2, message)))
    assert frame.header["reach"] == [3, 4]
    # A message about an older scene points at nothing of this one.
    assert decode(render_frame(scene, Request(3, message))).header["reach"] == [5, 6]


@pytest.mark.parametrize("pointed", ["here", [1], [1.5, 2], [True, 0]])
def test_a_pixel_pointed_at_is_a_row_and_a_column(pointed: object) -> None:
    with pytest.raises(SceneError, match="the pixel pointed at"):
        parse_message({**MESSAGE, "pointed": pointed})
