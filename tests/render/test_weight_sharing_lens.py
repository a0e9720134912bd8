"""The sharing lens: both maps and both counts are those of plain loops, and sharing follows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from pages.ui.render.lens import FULL_SCALE
from pages.ui.render.weight_sharing import LOCALLY_CONNECTED_HEADROOM
from pages.ui.scene.choices import MOVES, UPLOAD
from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import CONVOLUTION_WORKSPACE
from rfcore.filters import convolution_kernels
from rfcore.layers import Conv2d
from rfcore.ops import Array
from rfcore.ops.locally_connected import locally_connected_kernels
from rfcore.pictures.backgrounds import BACKGROUNDS
from rfcore.shifts import MeasuredShift, measured_shift
from rfcore.stack import Stack
from tests.support import oracles
from tests.support.frames import Decoded, rendered
from tests.support.random_scenes import CALM, any_scene
from tests.support.scene_oracles import convolved, first_convolution, picture_of, with_pattern
from tests.support.scenes import moved, stacked

SHARING = replace(CONVOLUTION_WORKSPACE.scene, lens="weight_sharing")


def naive_locally_connected(scene: Scene, picture: Array) -> Array:
    """The map without weight sharing: cell by cell, a whole convolution with the cell's kernel."""
    layer, channel = first_convolution(scene), scene.channels[0]
    kernels = locally_connected_kernels(
        replace(layer, out_channels=1), 1, (scene.size,) * 2, seed=channel
    )
    strength = np.abs(convolution_kernels(scene.kernels[0], layer, 1)[channel]).sum()
    found = np.zeros(kernels.shape[:2])
    for row, col in np.ndindex(found.shape):
        found[row, col] = oracles.conv2d(
            picture,
            kernels[row, col] * strength,
            stride=layer.stride,
            padding=layer.padding,
            dilation=layer.dilation,
            padding_mode=scene.padding_mode,
        )[0, row, col]
    return found


def locally_connected_map(frame: Decoded) -> Array:
    """The map without weight sharing as the browser has it, in its own numbers."""
    (extra,) = frame.header["setting"]["extras"]
    values: Array = frame.planes["extra0"] * (extra["scale"] / FULL_SCALE)
    return values


GRID_SCENE = Scene(
    image=GRID,
    size=6,
    cells="102140120013021000101031021001920102",
    pattern="cross",
    position=(1, 2),
    start=(1, 2),
    stack=Stack.parse("C3x2/1p1c3"),
    kernels=("bank",),
    channels=(1,),
    lens="weight_sharing",
)


@pytest.mark.parametrize("stack", ["C3x2/1p1c3", "C3x3/2c2", "C2x3/1p1d2c2"])
@pytest.mark.parametrize("mode", ["zeros", "circular", "reflect", "replicate"])
def test_the_locally_connected_map_is_that_of_plain_loops(mode: Any, stack: str) -> None:
    scene = replace(stacked(GRID_SCENE, stack), padding_mode=mode, channels=(1,))
    scene = moved(scene, 1, -1)
    frame = rendered(scene)
    found = naive_locally_connected(scene, with_pattern(scene, picture_of(scene), scene.position))
    scale = frame.header["setting"]["extras"][0]["scale"]
    np.testing.assert_allclose(locally_connected_map(frame), found, atol=0.52 * scale / FULL_SCALE)


@pytest.mark.parametrize("moves", MOVES)
def test_responses_are_measured_for_the_pattern_by_itself(moves: Any) -> None:
    scene = moved(replace(GRID_SCENE, moves=moves), 2, 1)
    gray = np.rint(9 * np.full_like(picture_of(scene), gray_of(scene)))
    readings = rendered(scene).header["readings"]
    for reading, of in ((readings[0], convolved), (readings[1], naive_locally_connected)):
        bare = of(scene, gray)
        before, now = (
            np.round(of(scene, with_pattern(scene, gray, at)) - bare, 9)
            for at in (scene.start, scene.position)
        )
        measured = measured_shift(before, now, near=(2, 1))
        assert measured is not None
        assert reading["measured"] == in_words(measured)
    # The lower end of the cross now lies on the border, and of its response a row beyond it.
    assert readings[0]["measured"].startswith("\u2193 2 \u2192 1 cells, 9")
    assert readings[1]["measured"].startswith("no clear shift, ")


def gray_of(scene: Scene) -> float:
    return float(np.rint(picture_of(scene).mean() / 9 * 255) / 255)


def in_words(measured: MeasuredShift) -> str:
    shift = "\u2193 {} \u2192 {} cells".format(*measured.shift)
    if measured.is_exact:
        return shift
    clear = shift if measured.similarity >= 0.85 else "no clear shift"
    return f"{clear}, {max(0, int(100 * measured.similarity))} % alike"


# ---- what must hold


@pytest.mark.parametrize("image", BACKGROUNDS)
@pytest.mark.parametrize("size", [32, 64])
def test_the_shared_response_follows_and_the_locally_connected_one_does_not(
    image: str, size: int
) -> None:
    scene = replace(SHARING, image=image, size=size, pattern="cat")
    frame = rendered(moved(scene, 0, 3))
    shared, own = frame.header["readings"]
    assert shared["measured"] == "\u2192 3 cells"
    assert own["measured"].startswith("no clear shift, ")
    percent = own["measured"].removeprefix("no clear shift, ")
    assert frame.header["sentence"] == (
        "Moved 3 px right. The shared kernel gives the same response, 3 cells right. With its own "
        f"kernel at every place the layer gives another response, only {percent}."
    )


@pytest.mark.parametrize(
    ("stack", "one", "all_of_them"),
    [
        ("C3x3/1p1c1", "9", "9 \u00d7 1,024 = 9,216"),
        ("C5x5/1c8", "25", "25 \u00d7 784 = 19,600"),
        ("C3x2/2c2", "6", "6 \u00d7 240 = 1,440"),
    ],
)
def test_weights_are_counted_of_the_channel_that_is_shown(
    stack: str, one: str, all_of_them: str
) -> None:
    shared, own = rendered(stacked(SHARING, stack)).header["readings"]
    assert (shared["weights"], own["weights"]) == (one, all_of_them)


def test_one_colour_is_one_number_in_both_maps() -> None:
    frame = rendered(replace(SHARING, image="meadow"))
    (extra,) = frame.header["setting"]["extras"]
    assert extra["full"] == frame.layers[0]["scale"]
    assert extra["scale"] == LOCALLY_CONNECTED_HEADROOM * extra["full"]


def test_kernels_of_ones_own_are_met_by_kernels_as_strong() -> None:
    scene = replace(SHARING, kernels=("own_1_0_-1_2_0_-2_1_0_-1",))
    own = locally_connected_map(rendered(scene))
    named = locally_connected_map(rendered(SHARING))
    assert np.abs(named).max() > 0.1
    np.testing.assert_allclose(own, 8 * named, atol=2e-3)


def test_another_channel_has_other_kernels_of_its_own() -> None:
    scene = stacked(SHARING, "C3x3/1p1c2")
    first, second = (
        locally_connected_map(rendered(scene.with_channel(0, channel))) for channel in (0, 1)
    )
    assert np.abs(first - second).max() > 0.1


def test_a_layer_with_too_many_weights_is_refused_in_a_sentence() -> None:
    scene = stacked(replace(SHARING, size=256), "C12x12/1c1")
    frame = rendered(scene)
    assert frame.header["sentence"] == (
        "Without weight sharing this layer is too large: a locally connected C12x12/1c1 must "
        "have at most 4000000 weights, here it has 8643600; take a smaller picture, fewer "
        "channels or a larger stride."
    )
    assert "extras" not in frame.header["setting"]
    assert len(frame.header["readings"]) == 1


def test_a_stack_that_begins_with_a_pool_has_no_weights_to_share() -> None:
    frame = rendered(
        replace(SHARING, lens="weight_sharing").with_stack(Stack.parse("M2x2 -> C3x3/1"))
    )
    assert frame.header["sentence"] == (
        "Weights are shared in a convolution, and these layers begin with: max pool. "
        "Put a convolution first."
    )
    assert len(frame.header["readings"]) == 2


def test_at_rest_the_lens_asks_what_will_happen() -> None:
    assert rendered(SHARING).header["sentence"] == (
        "Drag the letter. Which map gives the same response at another place?"
    )


@settings(CALM, max_examples=60)
@given(
    any_scene(
        sizes=(32, 48), images=(*BACKGROUNDS, UPLOAD, GRID), lenses=("weight_sharing",), moves=MOVES
    )
)
def test_no_scene_is_too_much(scene: Scene) -> None:
    frame = rendered(scene)
    extras = frame.header["setting"].get("extras", [])
    assert len(extras) == isinstance(scene.stack.layers[0], Conv2d)
    assert len(frame.header["readings"]) == len(scene.stack) + len(extras)
    if extras:
        assert frame.planes["extra0"].shape == frame.planes["now0"].shape
    assert frame.header["sentence"].endswith((".", "?"))
