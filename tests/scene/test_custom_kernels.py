"""Kernels of the learner's own: what is taken, what is refused, and what they do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.render.context import render_context
from pages.ui.scene.custom_kernels import fitted, own_choice, own_kernel
from pages.ui.scene.limits import SceneError
from pages.ui.scene.link import from_query, to_query
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import CONVOLUTION_WORKSPACE
from rfcore.stack import Stack
from tests.support.oracles import conv2d as naive_conv2d

weight = st.integers(-99_000, 99_000).map(lambda number: f"{number / 1000:.3f}")
SOBEL = ["-1", "0", "1", "-2", "0", "2", "-1", "0", "1"]


@given(st.lists(weight, min_size=9, max_size=9))
def test_a_kernel_comes_back_from_the_link(texts: list[str]) -> None:
    scene = CONVOLUTION_WORKSPACE.scene.with_weights(texts)
    assert from_query(to_query(scene)) == (scene, [])
    wanted = np.array([float(text) for text in texts], np.float32).reshape(3, 3)
    assert own_kernel(scene.kernels[0], (3, 3)).tolist() == wanted.tolist()


def test_the_map_is_the_convolution_with_it() -> None:
    scene = CONVOLUTION_WORKSPACE.scene.with_weights(SOBEL)
    setting = render_context(scene.without_drag())
    kernel = np.array([float(text) for text in SOBEL]).reshape(1, 1, 3, 3)
    want = naive_conv2d(setting.picture_of(scene).astype(float), kernel, padding=(1, 1))
    np.testing.assert_allclose(setting.activations(scene).maps[0], want[0], atol=1e-5)


@pytest.mark.parametrize(
    ("place", "text", "shown"),
    [
        (0, "abc", "row 0, column 0 of the kernel has “abc”"),
        (4, "", "row 1, column 1 of the kernel has nothing"),
        (8, "1e9", "row 2, column 2 of the kernel has “1e9”"),
        (2, "100", "row 0, column 2 of the kernel has “100”"),
        (2, "0.1234", "row 0, column 2 of the kernel has “0.1234”"),
        (2, "nan", "row 0, column 2 of the kernel has “nan”"),
        (2, "-", "row 0, column 2 of the kernel has “-”"),
        (2, "٣", "row 0, column 2 of the kernel has “٣”"),
        (2, "1_0", "row 0, column 2 of the kernel has “1_0”"),
        (2, "9" * 50, f"row 0, column 2 of the kernel has “{'9' * 20}”"),
    ],
)
def test_what_is_no_weight_is_named_with_its_place(place: int, text: str, shown: str) -> None:
    texts = [*SOBEL]
    texts[place] = text
    with pytest.raises(SceneError) as refused:
        CONVOLUTION_WORKSPACE.scene.with_weights(texts)
    assert str(refused.value) == (
        "a weight is a number from -99 to 99 with at most three decimals, as in -1 or 0.25; "
        + shown
    )


def test_too_few_and_too_many_weights_are_refused() -> None:
    for texts in ([], SOBEL[:8], [*SOBEL, "1"]):
        with pytest.raises(SceneError, match=rf"^a 3x3 kernel has 9 weights, got {len(texts)}$"):
            CONVOLUTION_WORKSPACE.scene.with_weights(texts)
    with pytest.raises(SceneError, match="no convolution"):
        Scene().with_stack(Stack.parse("M2")).with_weights(SOBEL)


def test_only_the_first_convolution_takes_one() -> None:
    own = own_choice(SOBEL, (3, 3))
    assert replace(Scene(), kernels=(own, "bank")).kernels[0] == own
    with pytest.raises(SceneError, match="layer 3 sees 8 channels"):
        replace(Scene(), kernels=("bank", own))


def test_a_larger_kernel_keeps_the_weights_in_its_middle() -> None:
    own = own_choice(SOBEL, (3, 3))
    large = fitted(own, (3, 3), (5, 5), 1)
    wanted = np.zeros((5, 5))
    wanted[1:4, 1:4] = np.array([float(text) for text in SOBEL]).reshape(3, 3)
    assert own_kernel(large, (5, 5)).tolist() == wanted.tolist()
    assert fitted(large, (5, 5), (3, 3), 1) == own
    assert fitted(own, (3, 3), (3, 3), 8) == "bank"
    assert fitted("spot", (3, 3), (5, 5), 8) == "spot"


def test_a_scene_keeps_its_kernel_when_layers_come_and_go() -> None:
    scene = CONVOLUTION_WORKSPACE.scene.with_weights(SOBEL)
    more = scene.with_stack(Stack.parse("C5x5/1p1c1 -> M2"))
    assert own_kernel(more.kernels[0], (5, 5))[1:4, 1:4].ravel().tolist() == [
        float(text) for text in SOBEL
    ]
    behind = scene.with_stack(Stack.parse("C3c4 -> C3"))
    assert behind.kernels == (scene.kernels[0], "bank")
