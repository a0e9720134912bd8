"""The window lens: every figure it writes out is that of plain loops over the picture."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from pages.ui.scene.workspaces import (
    CONVOLUTION_WORKSPACE,
    KERNEL_SIZES,
    PADDINGS,
    STRIDES,
    one_convolution,
)
from rfcore.filters import FILTERS, RANDOM
from rfcore.ops import PADDING_MODES
from rfcore.stack import Stack
from tests.support.frames import rendered
from tests.support.scene_oracles import assert_written_out, kernel_of, map_of, numbers

SCENE = CONVOLUTION_WORKSPACE.scene
OWN = {3: "own_1_0_-1_2.5_0_-2_0.125_7_-99", 5: "own_" + "_".join(map(str, range(-12, 13)))}
SIZES = list(product(KERNEL_SIZES, STRIDES, PADDINGS))
DIGITS = "0123456789" * 7


def scene_of(size: int, stride: int, padding: int, **changes: Any) -> Scene:
    return replace(SCENE.with_stack(one_convolution(size, stride, padding)), **changes)


def units_of(scene: Scene) -> list[Unit]:
    """Units in the corners, at an edge, and where the pattern is."""
    _, rows, cols = scene.stack.output_shape((1, scene.size, scene.size))
    middle = scene.position[0] * rows // scene.size, scene.position[1] * cols // scene.size
    places = [(0, 0), (rows - 1, cols - 1), (0, cols - 1), (rows // 2, 0), middle]
    return [Unit(0, row, col) for row, col in places]


@pytest.mark.exhaustive
@pytest.mark.parametrize("mode", PADDING_MODES)
@pytest.mark.parametrize(("size", "stride", "padding"), SIZES)
def test_products_are_those_of_plain_loops(size: int, stride: int, padding: int, mode: Any) -> None:
    for choice, image in ((RANDOM, "meadow"), (OWN[size], "bricks")):
        scene = scene_of(
            size, stride, padding, kernels=(choice,), padding_mode=mode, image=image, unit=None
        )
        for unit in units_of(scene):
            frame = rendered(scene, probe=unit)
            assert_written_out(scene, frame.header["products"], unit)
            # The map that is drawn beside them says the same.
            cell = frame.maps("now")[0][unit.row, unit.col]
            step = frame.layers[0]["scale"] / 32767
            (total,) = numbers([frame.header["products"]["total"]])
            assert total == pytest.approx(cell, abs=step + 0.00051)


@pytest.mark.parametrize("choice", [*FILTERS, RANDOM])
@pytest.mark.parametrize("size", KERNEL_SIZES)
def test_every_kernel_is_written_out(size: int, choice: str) -> None:
    scene = scene_of(size, 1, 1, kernels=(choice,), unit=Unit(0, 14, 9))
    frame = rendered(scene)
    assert_written_out(scene, frame.header["products"], Unit(0, 14, 9))
    written = [float(text) for text in frame.header["setting"]["kernel"]["weights"]]
    np.testing.assert_allclose(written, kernel_of(scene).ravel(), atol=0.00051)


def test_a_grid_is_written_out_in_whole_numbers() -> None:
    scene = scene_of(3, 1, 1).with_picture(GRID, 8)
    scene = replace(
        scene.with_pattern("square"),
        cells=DIGITS[:64],
        kernels=("own_1_0_-1_2_0_-2_1_0_-1",),
        padding_mode="reflect",
        position=(0, 5),
    )
    for unit in (Unit(0, 0, 4), Unit(0, 7, 7), Unit(0, 1, 6)):
        shown = rendered(scene, probe=unit).header["products"]
        assert_written_out(scene, shown, unit)
        assert all(value.is_integer() for value in numbers(shown["inputs"] + shown["sums"]))


def test_the_unit_that_is_pointed_at_comes_before_the_pinned_one() -> None:
    pinned, pointed = Unit(0, 3, 4), Unit(0, 5, 6)
    scene = replace(SCENE, unit=pinned)
    assert rendered(scene).header["products"]["unit"] == [0, 3, 4]
    assert rendered(scene, probe=pointed).header["products"]["unit"] == [0, 5, 6]


def test_the_first_look_has_products_that_are_not_all_zero() -> None:
    shown = rendered(SCENE).header["products"]
    values = numbers(shown["products"])
    assert len({value for value in values if value}) > 1
    row, col = shown["unit"][1:]
    assert SCENE.position[0] <= row < SCENE.position[0] + SCENE.pattern_size
    assert SCENE.position[1] <= col < SCENE.position[1] + SCENE.pattern_size


@pytest.mark.parametrize("probe", [None, Unit(0, 99, 99), Unit(4, 0, 0)])
def test_where_nothing_is_pointed_at_the_largest_response_is_shown(probe: Unit | None) -> None:
    # 4 px and 2 px to the right are 2 cells and 1 of stride 2: the window goes along.
    scene = replace(scene_of(3, 2, 0), unit=None, position=(16, 8), start=(12, 6))
    response = np.abs(map_of(scene, scene.start))
    row, col = np.unravel_index(response.argmax(), response.shape)
    shown = rendered(scene, probe=probe).header["products"]
    assert shown["unit"] == [0, row + 2, col + 1]
    at_start = rendered(replace(scene, position=scene.start)).header["products"]
    assert at_start["unit"] == [0, row, col]
    assert shown["products"] == at_start["products"]


def test_the_window_that_goes_along_stops_at_the_border() -> None:
    scene = replace(scene_of(3, 1, 1), unit=None, pattern="pixel", start=(12, 6), position=(12, 0))
    # The window one column left of the pixel would lie beyond the map.
    assert rendered(scene).header["products"]["unit"] == [0, 12, 0]


def test_a_unit_of_a_later_layer_is_not_taken_for_one_of_the_first() -> None:
    scene = SCENE.with_stack(Stack.parse("C3x3/1p1c1 -> C3x3/1p1c1"))
    layer, *place = rendered(scene, probe=Unit(1, 0, 0)).header["products"]["unit"]
    assert layer == 0
    assert place != [0, 0]


@pytest.mark.parametrize("stack", ["M2x2/2", "C9x9/1c1", "R", "GA"])
def test_layers_that_are_no_small_convolution_have_no_products(stack: str) -> None:
    scene = SCENE.with_stack(Stack.parse(stack))
    frame = rendered(scene)
    assert frame.header["products"] is None
    assert frame.header["setting"]["kernel"] is None


# ---- the sentence


@pytest.mark.parametrize(("size", "stride", "padding"), SIZES)
def test_the_sentence_says_where_the_response_went(size: int, stride: int, padding: int) -> None:
    at, by = (12, 9), (1, 2)
    to = (at[0] + by[0] * stride, at[1] + by[1] * stride)
    scene = scene_of(size, stride, padding, position=to, start=at)
    before, after = map_of(scene, at), map_of(scene, to)
    np.testing.assert_allclose(np.roll(before, by, (0, 1)), after, atol=1e-6)
    assert np.abs(before).max() > 0
    frame = rendered(scene)
    assert frame.header["sentence"] == (
        f"Moved {stride} px down, {2 * stride} px right. The response moved 1 cell down, "
        "2 cells right: the same numbers at other places."
    )


def test_the_sentence_says_that_a_stride_cannot_follow() -> None:
    scene = scene_of(3, 2, 1, position=(12, 7), start=(12, 6))
    assert not np.allclose(map_of(scene, (12, 6)), map_of(scene, (12, 7)))
    changed = int((np.abs(map_of(scene, (12, 6)) - map_of(scene, (12, 7))) > 1e-6).sum())
    assert rendered(scene).header["sentence"] == (
        "Moved 1 px right. Layer 1 (convolution) cannot follow: 0.5 cells right lies between two "
        f"cells of 2 px. {changed} of 256 cells changed."
    )


def test_the_sentence_says_so_when_the_border_cuts_the_response() -> None:
    # Without padding the map does not reach the letter's first column at the border.
    scene = scene_of(5, 1, 0, position=(12, 0), start=(12, 6))
    sentence = rendered(scene).header["sentence"]
    assert "the same numbers" not in sentence
    assert sentence.startswith("Moved 6 px left. ")


def test_the_sentence_asks_for_a_drag_before_there_was_one() -> None:
    assert rendered(SCENE).header["sentence"].startswith("Drag the letter, or point at a cell")
