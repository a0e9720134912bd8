"""The window lens: every figure it writes out is that of plain loops over the picture."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from pages.ui.render.window import response_sentence
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
from rfcore.filters import FILTERS, RANDOM, convolution_kernels
from rfcore.layers import Conv2d, Pair
from rfcore.ops import PADDING_MODES, Array
from rfcore.pictures.backgrounds import draw_background
from rfcore.pictures.patterns import draw_pattern, place
from rfcore.stack import Stack
from tests.render.test_frame import rendered
from tests.render.test_readings import reading
from tests.support import oracles

SCENE = CONVOLUTION_WORKSPACE.scene
OWN = {3: "own_1_0_-1_2.5_0_-2_0.125_7_-99", 5: "own_" + "_".join(map(str, range(-12, 13)))}
SIZES = list(product(KERNEL_SIZES, STRIDES, PADDINGS))
DIGITS = "0123456789" * 7


def scene_of(size: int, stride: int, padding: int, **changes: Any) -> Scene:
    return replace(SCENE.with_stack(one_convolution(size, stride, padding)), **changes)


def kernel_of(scene: Scene) -> Array:
    """The weights of a scene's kernel, without the stage's own way to them."""
    layer = scene.stack.layers[0]
    assert isinstance(layer, Conv2d)
    choice = scene.kernels[0]
    if choice.startswith("own_"):
        texts = choice.split("_")[1:]
        return np.array(texts, np.float64).reshape(layer.kernel_size)
    return convolution_kernels(choice, layer, 1)[0, 0].astype(float)


def picture_of(scene: Scene, at: Pair | None = None) -> Array:
    """The picture of a scene, (rows, cols), its pattern at a place."""
    at = scene.position if at is None else at
    if scene.image == GRID:
        digits = np.array([int(digit) for digit in scene.cells], float)
        picture = digits.reshape(scene.size, scene.size)
        assert scene.pattern == "square"
        picture[at[0] : at[0] + 2, at[1] : at[1] + 2] = 9
        return picture
    pattern = draw_pattern(scene.pattern, scene.size // 4)
    return place(draw_background(scene.image, scene.size), pattern, *at)[0].astype(float)


def map_of(scene: Scene, at: Pair | None = None) -> Array:
    """The map of a scene's convolution by plain loops."""
    layer = scene.stack.layers[0]
    assert isinstance(layer, Conv2d)
    return oracles.conv2d(
        picture_of(scene, at)[None],
        kernel_of(scene)[None, None],
        stride=layer.stride,
        padding=layer.padding,
        padding_mode=scene.padding_mode,
    )[0]


def numbers(texts: list[str]) -> list[float]:
    """What texts say; they must be written with a minus sign and three decimals at most."""
    assert all("-" not in text and text != "\u22120" for text in texts)
    assert all(len(text.partition(".")[2]) <= 3 for text in texts)
    return [float(text.replace("\u2212", "-")) for text in texts]


def assert_written_out(scene: Scene, shown: dict[str, Any], unit: Unit) -> None:
    """The products of a frame are those of plain loops, and add up to the cell of the map."""
    layer = scene.stack.layers[0]
    assert isinstance(layer, Conv2d)
    picture, kernel = picture_of(scene), kernel_of(scene)
    rows = oracles.windows(scene.size, layer.kernel_size[0], layer.stride[0], layer.padding[0], 1)
    cols = oracles.windows(scene.size, layer.kernel_size[1], layer.stride[1], layer.padding[1], 1)
    at = [[row, col] for row in rows[unit.row] for col in cols[unit.col]]
    assert shown["unit"] == [0, unit.row, unit.col]
    assert shown["at"] == at
    sources = [
        [oracles.source(row, scene.size, scene.padding_mode) for row in place] for place in at
    ]
    inputs = [0.0 if None in (row, col) else float(picture[row, col]) for row, col in sources]
    beyond = [place != source for place, source in zip(at, sources, strict=True)]
    products = [i * w for i, w in zip(inputs, kernel.ravel().tolist(), strict=True)]
    assert shown["beyond"] == beyond
    dashed = f", dashed: {scene.padding_mode}" if any(beyond) else ""
    assert shown["outside"] == f"{sum(beyond)} of {len(at)} inputs{dashed}"
    written = {name: numbers(shown[name]) for name in ("inputs", "weights", "products", "sums")}
    for name, wanted in {
        "inputs": inputs,
        "weights": kernel.ravel(),
        "products": products,
        "sums": [sum(products[: n + 1]) for n in range(len(products))],
    }.items():
        np.testing.assert_allclose(written[name], wanted, atol=0.00051, err_msg=name)
    (total,) = numbers([shown["total"]])
    assert shown["total"] == shown["sums"][-1]
    assert total == pytest.approx(map_of(scene)[unit.row, unit.col], abs=0.00051)


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


@pytest.mark.parametrize(
    ("similarity", "how"), [(1.0, "the same numbers at other places"), (0.9, "90 % alike")]
)
def test_the_sentence_claims_the_same_numbers_only_for_a_copy(similarity: float, how: str) -> None:
    followed = reading((1, 0), (1, 0), similarity)
    assert response_sentence("cat", (1, 0), followed) == (
        f"Moved 1 px down. The response moved 1 cell down: {how}."
    )
