"""The page on one convolution as Streamlit runs it: its switch, controls, and forged kernels."""

from dataclasses import replace
from itertools import cycle, product
from typing import Any

import numpy as np
import pytest

from pages.ui.render.context import render_context
from pages.ui.scene.link import from_query
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from pages.ui.scene.workspaces import (
    CONVOLUTION_WORKSPACE,
    KERNEL_SIZES,
    PADDINGS,
    STRIDES,
    one_convolution,
    question_of,
)
from rfcore.filters import FILTERS, RANDOM
from rfcore.ops import PADDING_MODES
from rfcore.stack import Stack
from tests.support.page_driver import (
    Page,
    choose,
    header,
    notices,
    open_page,
    run_clean,
    send,
)
from tests.support.scene_oracles import assert_written_out
from tests.support.stage_messages import drag_message

SCENE = CONVOLUTION_WORKSPACE.scene
EDGE = ["-1", "0", "1", "-2", "0", "2", "-1", "0", "1"]
RULE = "a weight is a number from -99 to 99 with at most three decimals, as in -1 or 0.25"


def open_convolution(**query: str) -> Page:
    return open_page("convolution_follows.py", query)


def pick(page: Page, key: str, value: object) -> Page:
    """Choose a value in a box that may have it already; the box then shows it."""
    if page.selectbox(key=f"choose_{key}").value != value:
        choose(page, key, value)
    assert page.selectbox(key=f"choose_{key}").value == value
    return page


def scene_of(page: Page) -> Scene:
    """The scene that the page's link opens."""
    scene, problems = from_query(page.query_params, base=SCENE)
    assert problems == []
    return scene


def send_about_window(page: Page, **changes: object) -> Page:
    """Run the page with a message of the stage, about the unit that has the window."""
    here = {"position": list(SCENE.position), "start": list(SCENE.start)}
    return send(page, drag_message(**here, unit=[0, 14, 9], channels=[0], **changes))


def assert_shown_products_are_right(page: Page, scene: Scene) -> None:
    shown = header(page)["products"]
    assert_written_out(scene, shown, Unit(*shown["unit"]))


def test_the_page_opens_with_one_window_written_out() -> None:
    page = open_convolution()
    assert [title.value for title in page.title] == [question_of(SCENE)]
    assert [page.error, page.warning, page.query_params] == [[], [], {}]
    first = np.abs(render_context(SCENE.without_drag()).activations(SCENE).responses[0])
    row, col = np.unravel_index(first.round(5).argmax(), first.shape)
    assert header(page)["products"]["unit"] == [0, row, col]
    assert_shown_products_are_right(page, SCENE)


@pytest.mark.parametrize("lens", ["window", "equivariance", "weight_sharing"])
def test_the_switch_changes_the_lens_and_its_question(lens: Any) -> None:
    page = open_convolution(kernels="spot")
    switch = page.segmented_control(key="choose_lens")
    assert switch.value == "window"
    assert switch.options == ["One window", "Two roads", "Shared kernel"]
    other = "equivariance" if lens != "equivariance" else "weight_sharing"
    for chosen in (other, lens):
        page.segmented_control(key="choose_lens").set_value(chosen)
        run_clean(page)
    assert page.query_params["lens"] == lens
    assert page.query_params["kernels"] == "spot"
    assert [title.value for title in page.title] == [question_of(replace(SCENE, lens=lens))]
    assert header(page)["setting"]["lens"] == lens
    assert open_convolution(lens=lens).segmented_control(key="choose_lens").value == lens


@pytest.mark.parametrize("mode", PADDING_MODES)
def test_every_size_stride_and_padding_is_shown_and_written_out(mode: Any) -> None:
    page = open_convolution(picture="meadow")
    if mode != "zeros":
        pick(page, "padding", mode)
    kernels = cycle([*FILTERS, RANDOM])
    for size, stride, padding in product(KERNEL_SIZES, STRIDES, PADDINGS):
        pick(page, "kernel_size_of_one", size)
        pick(page, "stride_of_one", stride)
        pick(page, "padding_of_one", padding)
        kernel = next(kernels)
        pick(page, "kernel", kernel)
        scene = scene_of(page)
        wanted = (one_convolution(size, stride, padding), (kernel,), mode)
        assert (scene.stack, scene.kernels, scene.padding_mode) == wanted
        assert_shown_products_are_right(page, scene)
        assert header(page)["sentence"].startswith("Drag the letter")
        assert page.error == []


def test_your_own_begins_with_the_weights_that_are_there() -> None:
    page = open_convolution(kernels="horizontal edge")
    pick(page, "kernel", "your own")
    assert page.query_params["kernels"] == "own_-0.125_-0.25_-0.125_0_0_0_0.125_0.25_0.125"
    pick(page, "kernel_size_of_one", 5)
    assert page.selectbox(key="choose_kernel").value == "your own"
    assert_shown_products_are_right(page, scene_of(page))
    pick(page, "kernel", "smooth")
    assert page.query_params["kernels"] == "smooth"


def test_a_bank_is_called_by_the_filter_that_its_one_channel_has() -> None:
    page = open_convolution(kernels="bank")
    assert page.selectbox(key="choose_kernel").value == FILTERS[0]
    assert_shown_products_are_right(page, replace(SCENE, kernels=(FILTERS[0],)))


# ---- kernels that are typed on the stage


def test_what_a_slow_browser_has_not_heard_yet_takes_no_weight_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = open_convolution()
    before = page.selectbox(key="choose_kernel").value
    send_about_window(page, weights=EDGE)
    # The next message comes late.
    monkeypatch.setattr("pages.ui.session.late_values.SETTLING_SECONDS", 0)
    page.selectbox(key="choose_kernel").set_value(before)  # and tells what was shown before
    send_about_window(page, token=2, weights=[*EDGE[:-1], "4"])
    assert page.query_params["kernels"] == "own_-1_0_1_-2_0_2_-1_0_4"
    page.selectbox(key="choose_kernel").set_value(before)  # still several changes behind
    send_about_window(page, token=3, weights=[*EDGE[:-1], "5"])
    assert page.query_params["kernels"] == "own_-1_0_1_-2_0_2_-1_0_5"
    assert page.selectbox(key="choose_kernel").value == "your own"
    pick(page, "kernel", before)  # by itself it is a choice
    assert page.query_params["kernels"] == before


def test_a_typed_kernel_is_in_force_and_the_picker_follows() -> None:
    page = send_about_window(open_convolution(), weights=EDGE)
    assert page.query_params["kernels"] == "own_-1_0_1_-2_0_2_-1_0_1"
    assert page.selectbox(key="choose_kernel").value == "your own"
    assert header(page)["setting"]["kernel"]["weights"] == EDGE
    assert_shown_products_are_right(page, scene_of(page))


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ([*EDGE[:8], "a"], f"{RULE}; row 2, column 2 of the kernel has “a”"),
        (["", *EDGE[1:]], f"{RULE}; row 0, column 0 of the kernel has nothing"),
        (["99.5", *EDGE[1:]], f"{RULE}; row 0, column 0 of the kernel has “99.5”"),
        (["1e9", *EDGE[1:]], f"{RULE}; row 0, column 0 of the kernel has “1e9”"),
        (["٣", *EDGE[1:]], f"{RULE}; row 0, column 0 of the kernel has “٣”"),
        (["0.1234", *EDGE[1:]], f"{RULE}; row 0, column 0 of the kernel has “0.1234”"),
        (["nan", *EDGE[1:]], f"{RULE}; row 0, column 0 of the kernel has “nan”"),
        (["9" * 500, *EDGE[1:]], f"{RULE}; row 0, column 0 of the kernel has “{'9' * 20}”"),
        (EDGE[:4], "a 3x3 kernel has 9 weights, got 4"),
        ([], "a 3x3 kernel has 9 weights, got 0"),
        ([1] * 9, "the weights of a kernel are a list of texts, got [1, 1, 1, 1, 1, 1, ...]"),
        ("own", "the weights of a kernel are a list of texts, got 'own'"),
    ],
)
def test_a_forged_kernel_gets_a_sentence_and_the_last_good_one_stays(
    weights: object, sentence: str
) -> None:
    page = send_about_window(open_convolution(), weights=EDGE)
    link = dict(page.query_params)
    send_about_window(page, token=2, weights=weights)
    assert header(page)["notice"] == f"The stage could not do that: {sentence}."
    assert page.query_params == link
    assert_shown_products_are_right(page, scene_of(page))
    send_about_window(page, token=3, weights=["1"] * 9)
    assert header(page)["notice"] == ""
    assert page.query_params["kernels"] == "own" + "_1" * 9


@pytest.mark.parametrize(
    "weight", ["99", "-99", "99.0", "-99.000", "98.999", "0", "-0", "07", " 5 "]
)
def test_weights_at_the_limit_are_taken(weight: str) -> None:
    page = send_about_window(open_convolution(), weights=[weight, *EDGE[1:]])
    assert header(page)["notice"] == ""
    assert scene_of(page).kernels[0].split("_")[1] == f"{float(weight) + 0:g}"


# ---- the link


@pytest.mark.parametrize("stack", ["C3x3/1 -> M2x2/2", "M2x2/2", "C3x3/1", "C7x7/1c1", "C3x5/1c1"])
def test_a_link_with_other_layers_falls_back_with_a_sentence(stack: str) -> None:
    page = open_convolution(stack=stack, picture="meadow", lens="window")
    assert notices(page) == [
        "The link’s “stack” was left out: this page has one convolution of one channel, as in "
        f"C3x3/1p1c1, not {Stack.parse(stack)}."
    ]
    shown = header(page)
    assert [layer["text"] for layer in shown["setting"]["layers"]] == ["C3x3/1p1c1"]
    assert "picture=meadow" in shown["query"]
    assert shown["products"] is not None


def test_a_lens_of_another_page_falls_back_with_a_sentence() -> None:
    page = open_convolution(lens="pool")
    assert notices(page) == [
        "The link’s “lens” was left out: this page has window, equivariance, weight_sharing, "
        "not pool."
    ]
    assert header(page)["setting"]["lens"] == "window"


def test_what_the_browser_showed_before_a_kernel_was_typed_undoes_nothing() -> None:
    """Each message tells what every box shows, and a box hears of the typed kernel later."""
    page = send_about_window(open_convolution(), weights=EDGE)
    box = page.selectbox(key="choose_kernel")
    assert box.value == "your own"
    page.session_state["stage"] = {}
    box.set_value("vertical edge")  # what the box showed before
    run_clean(page)
    assert header(page)["setting"]["kernel"]["weights"] == EDGE
    page.selectbox(key="choose_kernel").set_value("spot")  # a choice
    run_clean(page)
    page.selectbox(key="choose_kernel").set_value("vertical edge")
    run_clean(page)
    assert page.query_params["kernels"] == "vertical edge"
