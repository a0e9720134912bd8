"""The equivariance lens: its planes and numbers equal those of plain loops."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from pages.ui.render.equivariance import DIFFERENCE_HEADROOM
from pages.ui.render.lens import FULL_SCALE
from pages.ui.scene.choices import MOVES, UPLOAD
from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import CONVOLUTION_WORKSPACE
from rfcore.filters import CHOICES
from rfcore.ops import Array
from rfcore.pictures.backgrounds import BACKGROUNDS
from rfcore.stack import Stack
from tests.support.frames import Decoded, rendered
from tests.support.random_scenes import CALM, any_scene
from tests.support.scene_oracles import convolved, picture_of, with_pattern
from tests.support.scenes import moved, stacked

ROADS = replace(CONVOLUTION_WORKSPACE.scene, lens="equivariance")
BRIGHT = replace(ROADS, image="flat")
CLOUDS = replace(ROADS, image="meadow", moves="wrap")


def difference(frame: Decoded) -> Array:
    """The difference of the two orders as the browser gets it, in the units of the map."""
    extra = frame.header["setting"]["extras"][1]
    values: Array = frame.planes["extra1"] * (extra["scale"] / FULL_SCALE)
    return values


def figures(frame: Decoded) -> dict[str, str]:
    found: dict[str, str] = frame.header["readings"][-1]
    return found


def both_pictures(scene: Scene) -> tuple[Array, Array]:
    before = with_pattern(scene, picture_of(scene), scene.start)
    if scene.moves == "pattern":
        return before, with_pattern(scene, picture_of(scene), scene.position)
    after = np.roll(before, scene.moved, axis=(1, 2))
    if scene.moves == "zeros":
        for axis, by in ((1, scene.moved[0]), (2, scene.moved[1])):
            places = np.arange(scene.size) - by
            np.moveaxis(after, axis, 0)[(places < 0) | (places >= scene.size)] = 0
    return before, after


GRID_SCENE = Scene(
    image=GRID,
    size=6,
    cells="102140120013021000101031021001920102",
    pattern="square",
    position=(1, 2),
    start=(1, 2),
    stack=Stack.parse("C3x2/1p1c2"),
    kernels=("bank",),
    channels=(1,),
    lens="equivariance",
)


@pytest.mark.parametrize("moves", MOVES)
@pytest.mark.parametrize("mode", ["zeros", "circular", "reflect", "replicate"])
@pytest.mark.parametrize("scene", [GRID_SCENE, CLOUDS], ids=["grid", "meadow"])
def test_planes_are_those_of_plain_loops(scene: Scene, mode: Any, moves: Any) -> None:
    scene = moved(replace(scene, padding_mode=mode, moves=moves), 2, -1)
    if scene.image != GRID:
        scene = stacked(scene, "C3x3/1p1c1")
    frame = rendered(scene)
    before, after = (convolved(scene, picture) for picture in both_pictures(scene))
    turned = np.roll(before, scene.moved, axis=(0, 1))
    # Along an axis where the map is no ring, nothing comes in at the far side.
    rows, cols = before.shape
    turns = mode == "circular" and moves == "wrap"
    there = [0 if turns and rows == scene.size else 2, rows]
    there += [0, cols if turns and cols == scene.size else cols - 1]
    assert frame.header["there"] == there
    known = np.zeros(before.shape, bool)
    known[there[0] : there[1], there[2] : there[3]] = True
    full = frame.layers[0]["scale"]
    seen = [np.where(known, values, 0) for values in (turned, after - turned)]
    shifted = np.clip(seen[0], -full, full) * (FULL_SCALE / full)
    np.testing.assert_allclose(frame.planes["extra0"], shifted, rtol=0, atol=0.52)
    np.testing.assert_allclose(
        difference(frame), seen[1], atol=DIFFERENCE_HEADROOM * full / FULL_SCALE
    )
    largest = max(float(number.split()[0].strip(",")) for number in _numbers(frame))
    assert largest == pytest.approx(np.abs(seen[1]).max(), rel=0.006, abs=2e-6)


def _numbers(frame: Decoded) -> list[str]:
    texts = [text for text in figures(frame).values() if text != "no such cell"]
    assert texts
    return texts


@pytest.mark.parametrize(("stride", "by", "near"), [(2, 3, (1, 2)), (3, 4, (1, 1, 2))])
def test_a_move_by_part_of_a_cell_is_held_against_the_blend_of_its_neighbours(
    stride: int, by: int, near: tuple[int, ...]
) -> None:
    scene = stacked(replace(ROADS, pattern="square", padding_mode="reflect"), f"C3x3/{stride}p1c1")
    scene = moved(scene, 0, by)
    frame = rendered(scene)
    before, after = (convolved(scene, picture) for picture in both_pictures(scene))
    # The nearer cell counts for more: 4 px are a third of the way from the first cell to the next.
    blend = sum(np.roll(before, cells, axis=1) for cells in near) / len(near)
    blend[:, :2] = after[:, :2] = 0
    full = frame.layers[0]["scale"]
    np.testing.assert_allclose(
        difference(frame), after - blend, atol=DIFFERENCE_HEADROOM * full / FULL_SCALE
    )
    assert np.abs(after - blend).max() > 0.1
    assert frame.header["there"] == [0, len(after), 2, len(after)]
    assert frame.header["readings"][1]["shifted"].endswith(" cells: a blend")


# ---- what must hold


def test_zero_padding_lights_the_border_where_the_background_is_bright() -> None:
    frame = rendered(moved(BRIGHT, 0, 3))
    assert figures(frame) == {"inside": "0", "border": "0.125 (34 %)"}
    assert frame.header["sentence"] == (
        "The letter moved 3 px right; on an even background the whole picture did. Both roads "
        "agree inside; at the border they differ by up to 0.125 (34 % of the largest value): "
        "zeros lie beyond it."
    )
    # The start's lit edge came in by 3 cells, and the last column is lit where it was not.
    lit = np.flatnonzero(frame.planes["extra1"].any(axis=0))
    assert lit.tolist() == [3, 31]


@pytest.mark.parametrize("moves", ["zeros", "wrap"])
def test_zero_padding_lights_the_border_when_the_whole_picture_moves(moves: Any) -> None:
    frame = rendered(moved(replace(CLOUDS, moves=moves), 0, 1))
    assert figures(frame)["inside"] == "0"
    assert figures(frame)["border"].endswith(" %)")
    lit = np.flatnonzero(frame.planes["extra1"].any(axis=0))
    assert 31 in lit
    assert set(lit.tolist()) <= {1, 31}
    assert frame.header["sentence"].endswith("zeros lie beyond it.")


def test_zero_fill_lights_no_cell_of_the_side_it_comes_in_at() -> None:
    # Zeros come in where zeros lay: that side has nothing to show, and must not.
    frame = rendered(moved(replace(CLOUDS, moves="zeros"), 0, 1))
    assert not frame.planes["extra1"][:, :31].any()


def test_zero_padding_agrees_on_black_which_is_zeros() -> None:
    frame = rendered(moved(ROADS, -2, 3))
    assert not frame.planes["extra1"].any()
    assert figures(frame) == {"inside": "0", "border": "0"}
    assert frame.header["sentence"].endswith(
        "Both roads agree in every cell but the hatched ones, which came from beyond the map."
    )


@pytest.mark.parametrize("by", [1, 3, -5])
def test_stride_2_disagrees_on_odd_shifts(by: int) -> None:
    frame = rendered(moved(stacked(CLOUDS, "C3x3/2p1c1"), 0, by))
    assert frame.planes["extra1"][2:-2, 5:-5].any()
    assert "%" in figures(frame)["inside"]
    assert "so no shift of the map can match. Largest difference 0." in frame.header["sentence"]
    if by == 1:
        assert "Stride 2: 1 px is half a cell, so" in frame.header["sentence"]


@pytest.mark.parametrize("by", [2, 4, -6])
def test_stride_2_agrees_on_even_shifts_away_from_the_border(by: int) -> None:
    frame = rendered(moved(stacked(CLOUDS, "C3x3/2p1c1"), by, by))
    assert figures(frame)["inside"] == "0"
    assert "%" in figures(frame)["border"]
    assert "Both roads agree inside; at the border" in frame.header["sentence"]


@pytest.mark.parametrize("stack", ["C3x3/1p1c1", "C5x5/1p2c9", "C3x3/1p2d2c2", "C1x7/1p0x3c3"])
@pytest.mark.parametrize("kernels", CHOICES)
@pytest.mark.parametrize("moves", ["wrap", "pattern"])
def test_circular_padding_gives_exactly_zero(stack: str, kernels: str, moves: Any) -> None:
    image = "flat" if moves == "pattern" else "meadow"
    scene = replace(ROADS, image=image, moves=moves, padding_mode="circular")
    scene = replace(stacked(scene, stack), kernels=(kernels,))
    shape = scene.stack.output_shape((1, 32, 32))
    for rows, cols in ((0, 1), (-3, 7), (12, 18)):
        frame = rendered(moved(scene.with_channel(0, shape[0] - 1), rows, cols))
        assert figures(frame) == {"inside": "0", "border": "no such cell"}
        assert not frame.planes["extra1"].any()
        assert frame.header["there"] == [0, 32, 0, 32]
        assert frame.header["sentence"].endswith("Both roads agree in every cell.")


@pytest.mark.parametrize("moves", ["zeros", "wrap"])
def test_valid_padding_agrees_inside(moves: Any) -> None:
    frame = rendered(moved(stacked(replace(CLOUDS, moves=moves), "C5x5/1c1"), 2, -3))
    assert figures(frame) == {"inside": "0", "border": "no such cell"}
    assert not frame.planes["extra1"].any()
    assert frame.header["there"] == [2, 28, 0, 25]


def test_a_pattern_that_moves_over_a_texture_is_no_shift_of_the_picture() -> None:
    frame = rendered(moved(replace(CLOUDS, moves="pattern", padding_mode="circular"), 0, 1))
    assert "%" in figures(frame)["inside"]
    assert frame.header["sentence"].startswith(
        "Only the letter moved 1 px right; what is behind it stayed. So the picture did not just "
        "shift, and the roads differ by up to 0."
    )


def test_the_scale_of_the_difference_is_fixed_by_the_layer() -> None:
    scales = set()
    for by in range(-6, 7):
        setting = rendered(moved(CLOUDS, by, by)).header["setting"]
        scales.add((setting["layers"][0]["scale"], *(e["full"] for e in setting["extras"])))
    assert len(scales) == 1
    assert len(set(scales.pop())) == 1


def test_a_stack_of_several_layers_compares_its_last_map() -> None:
    frame = rendered(moved(stacked(CLOUDS, "C3x3/1p1 -> M2x2 -> C3x3/1"), 0, 1))
    assert frame.header["setting"]["titles"] == [None, None, "shift, then run the layers"]
    assert [sorted(reading) for reading in frame.header["readings"]] == [
        ["largest"],
        ["largest"],
        ["largest"],
        ["shifted"],
        ["border", "inside"],
    ]
    scales = [layer["scale"] for layer in frame.layers]
    assert scales[2] not in scales[:2]
    assert [extra["full"] for extra in frame.header["setting"]["extras"]] == [scales[2]] * 2
    assert "Cells are 2 px apart: 1 px is half a cell, so" in frame.header["sentence"]


def test_at_rest_the_lens_asks_what_will_happen() -> None:
    assert rendered(ROADS).header["sentence"] == (
        "Drag the letter. Do both roads lead to the same map?"
    )
    assert rendered(CLOUDS).header["sentence"].startswith("Drag the whole picture. ")


@settings(CALM, max_examples=60)
@given(
    any_scene(
        sizes=(32, 48), images=(*BACKGROUNDS, UPLOAD, GRID), lenses=("equivariance",), moves=MOVES
    )
)
def test_no_scene_is_too_much(scene: Scene) -> None:
    frame = rendered(scene)
    shape = frame.planes[f"now{len(scene.stack) - 1}"].shape
    assert frame.planes["extra0"].shape == frame.planes["extra1"].shape == shape
    assert len(frame.header["readings"]) == len(scene.stack) + 2
    assert frame.header["sentence"].endswith((".", "?"))
