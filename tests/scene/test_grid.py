"""The grid: its numbers, its marks, and what a scene keeps of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.render.context import render_context
from pages.ui.scene.choices import PICTURE_SIZES
from pages.ui.scene.grid import GRID, GRID_SIZES, MARKS, draw_mark, grid_picture, resized_cells
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import POOL_WORKSPACE
from rfcore.pictures.patterns import PATTERNS
from rfcore.stack import Stack
from tests.support.random_scenes import any_cells


def grid_scene(cells: str, **changes: object) -> Scene:
    size = round(len(cells) ** 0.5)
    return replace(
        POOL_WORKSPACE.scene, cells=cells, size=size, position=(0, 0), start=(0, 0), **changes
    )


@given(st.sampled_from(GRID_SIZES).flatmap(any_cells), st.sampled_from(MARKS))
def test_the_network_sees_whole_numbers(cells: str, mark: str) -> None:
    scene = grid_scene(cells, pattern=mark)
    picture = render_context(scene.without_drag()).picture_of(scene)
    want = np.array([int(cell) for cell in cells], np.float32).reshape(1, scene.size, scene.size)
    side = len(draw_mark(mark).alpha)
    want[0, :side, :side][draw_mark(mark).alpha == 1] = 9
    assert picture.tolist() == want.tolist()  # exactly: a ninth of a nine is no whole number


@given(st.sampled_from(GRID_SIZES).flatmap(any_cells))
def test_a_grid_travels_as_bytes_without_loss(cells: str) -> None:
    size = round(len(cells) ** 0.5)
    sent = np.rint(grid_picture(cells, size) * 255).astype("u1")
    assert np.rint(sent / 255 * 9).astype(int).ravel().tolist() == [int(cell) for cell in cells]


def test_marks_are_named_as_large_patterns_are() -> None:
    assert set(MARKS) <= set(PATTERNS)
    shapes = {name: draw_mark(name).alpha.shape for name in MARKS}
    assert shapes == {"pixel": (1, 1), "square": (2, 2), "bar": (3, 3), "cross": (3, 3)}


def test_cells_stay_where_they_are_when_the_grid_grows_and_shrinks() -> None:
    small = "1234567890123456"
    large = resized_cells(small, 6)
    assert large == "123400567800901200345600" + "0" * 12
    assert resized_cells(large, 4) == small
    assert resized_cells("", 4) == "1021012021000310"


def test_a_scene_goes_to_the_grid_and_back() -> None:
    scene = Scene(pattern="cat", unit=None)
    grid = scene.with_picture(GRID, scene.size)
    assert (grid.image, grid.size, grid.pattern, grid.cells) == (
        GRID,
        8,
        "pixel",
        resized_cells("", 8),
    )
    assert grid.full == 9
    back = grid.with_picture("flat", grid.size)
    assert (back.image, back.size, back.pattern, back.cells) == ("flat", 64, "pixel", "")
    assert back.full == 1
    assert back.size in PICTURE_SIZES


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"size": 5}, "there is no picture size “5”; choose 4, 6, 8, 10, 12"),
        ({"pattern": "cat"}, "there is no pattern “cat”; choose pixel, square, bar, cross"),
        ({"cells": "1" * 63}, "a grid of 8x8 has 64 cells, one digit each, got 63"),
        ({"cells": "-" * 64}, "the cells of a grid are digits from 0 to 9, row by row, got “----"),
        ({"image": "flat", "size": 64}, "only a grid has cells of your own, the flat has none"),
        ({"position": (8, 0)}, "its position is a row and a column from 0 to 7, got 8, 0"),
        ({"stack": Stack.parse("M2"), "kernels": ("bank",)}, "the stack has 0 convolutions"),
    ],
)
def test_a_wrong_grid_is_refused_in_a_sentence(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(SceneError) as refused:
        replace(POOL_WORKSPACE.scene, **changes)
    assert sentence in str(refused.value)
