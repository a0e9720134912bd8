"""What the stage must show of a scene, worked out in another way than the stage's own."""

from typing import Any

import numpy as np
import pytest

from pages.ui.scene.choices import UPLOAD
from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.filters import convolution_kernels
from rfcore.layers import Conv2d, Pair
from rfcore.ops import Array
from rfcore.pictures.backgrounds import draw_background
from rfcore.pictures.patterns import draw_pattern, place
from rfcore.pictures.photos import scale_photo
from tests.support import oracles

MARKS = {"pixel": ["#"], "square": ["##", "##"], "bar": [" # "] * 3, "cross": [" # ", "###", " # "]}
"""The patterns of a grid: a cell with a # becomes 9."""


def picture_of(scene: Scene) -> Array:
    """The picture of a scene without its pattern, (1, rows, cols)."""
    if scene.image == GRID:
        numbers = [float(digit) for digit in scene.cells]
        return np.array(numbers, np.float32).reshape(1, scene.size, scene.size)
    if scene.image != UPLOAD:
        return draw_background(scene.image, scene.size)
    assert scene.photo is not None
    return scale_photo(scene.photo.pixels, scene.size)


def with_pattern(scene: Scene, image: Array, at: Pair) -> Array:
    """A picture, (1, rows, cols), with the scene's pattern at a place."""
    if scene.image != GRID:
        return place(image, draw_pattern(scene.pattern, scene.size // 4), *at)
    image = image.copy()
    for row, cells in enumerate(MARKS[scene.pattern]):
        for col, cell in enumerate(cells):
            if cell == "#":
                image[0, at[0] + row, at[1] + col] = 9
    return image


def seen_picture(scene: Scene, at: Pair | None = None) -> Array:
    """The picture of a scene, (rows, cols), its pattern at a place."""
    at = scene.position if at is None else at
    seen: Array = with_pattern(scene, picture_of(scene), at)[0].astype(float)
    return seen


def first_convolution(scene: Scene) -> Conv2d:
    """The first layer of a scene, which is a convolution."""
    layer = scene.stack.layers[0]
    assert isinstance(layer, Conv2d)
    return layer


def kernels_of(scene: Scene) -> Array:
    """The kernels of a scene's first convolution, without the stage's own way to them."""
    layer, choice = first_convolution(scene), scene.kernels[0]
    if choice.startswith("own_"):
        texts = choice.split("_")[1:]
        return np.array(texts, np.float64).reshape(1, 1, *layer.kernel_size)
    return convolution_kernels(choice, layer, 1)


def kernel_of(scene: Scene) -> Array:
    """The weights of a scene's only kernel, (rows, cols)."""
    return kernels_of(scene)[0, 0].astype(float)


def convolved(scene: Scene, picture: Array) -> Array:
    """The first convolution's shown map of a picture, (1, rows, cols), by plain loops."""
    layer = first_convolution(scene)
    maps: Array = oracles.conv2d(
        picture,
        kernels_of(scene),
        stride=layer.stride,
        padding=layer.padding,
        dilation=layer.dilation,
        padding_mode=scene.padding_mode,
    )
    return maps[scene.channels[0]]


def map_of(scene: Scene, at: Pair | None = None) -> Array:
    """The shown map of a scene's first convolution, its pattern at a place."""
    return convolved(scene, seen_picture(scene, at)[None])


def numbers(texts: list[str]) -> list[float]:
    """What texts say; they must be written with a minus sign and three decimals at most."""
    assert all("-" not in text and text != "\u22120" for text in texts)
    assert all(len(text.partition(".")[2]) <= 3 for text in texts)
    return [float(text.replace("\u2212", "-")) for text in texts]


def assert_written_out(scene: Scene, shown: dict[str, Any], unit: Unit) -> None:
    """The products of a frame are those of plain loops, and add up to the cell of the map."""
    layer = first_convolution(scene)
    picture, kernel = seen_picture(scene), kernel_of(scene)
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
