"""One window of a convolution in real Chromium: pointed at, stepped through, and rewritten."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, FloatRect, Locator, expect

from benchmarks.app_server import AppServer
from pages.ui.scene.workspaces import CONVOLUTION_WORKSPACE
from tests.support.app_tab import PHONE
from tests.support.scene_oracles import kernel_of, map_of, seen_picture
from tests.support.stage_checks import ONE_WINDOW, assert_moved, wait_for_cell
from tests.support.stage_driver import Stage

PATH = "/convolution_follows"
SCENE = CONVOLUTION_WORKSPACE.scene
OWN = ["1", "0", "-1", "2", "0", "-2", "1", "0", "-1"]


def opened(
    browser: Browser,
    server: AppServer,
    query: Mapping[str, str] = MappingProxyType({}),
    **options: Any,
) -> Stage:
    return Stage(browser, server, {**ONE_WINDOW, **query}, path=PATH, **options)


def products(stage: Stage) -> list[str]:
    return stage.find(".products .product").all_text_contents()


def window_products(row: int, col: int, scene: Any = SCENE) -> list[str]:
    """The products of a window that lies on the picture, padding 1, as they are written."""
    seen = seen_picture(scene)[row - 1 : row + 2, col - 1 : col + 2]
    values = np.round(seen * kernel_of(scene), 3).ravel() + 0
    return [f"{value:g}".replace("-", "\u2212") for value in values]


def weight(stage: Stage, row: int, col: int) -> Locator:
    return stage.page.get_by_role("textbox", name=f"Weight, row {row}, column {col}")


def total(stage: Stage) -> Locator:
    return stage.find(".products .total")


def test_pointing_at_a_cell_writes_out_its_products_and_a_click_pins_it(
    browser: Browser, server: AppServer
) -> None:
    with opened(browser, server) as stage:
        wait_for_cell(stage, 14, 9)  # before any click
        assert products(stage) == window_products(14, 9)
        stage.hover(1, 12, 6)
        wait_for_cell(stage, 12, 6)
        assert products(stage) == window_products(12, 6) != window_products(14, 9)
        value = round(float(map_of(SCENE)[12, 6]), 3)
        expect(total(stage)).to_have_text(f"Sum = {value:g}")
        stage.leave()
        wait_for_cell(stage, 14, 9)
        stage.page.mouse.click(*stage.unit_place(1, 12, 6))
        stage.wait_for_link(unit="1,12,6")
        stage.leave()
        stage.hover(1, 20, 20)
        wait_for_cell(stage, 20, 20)
        stage.leave()
        wait_for_cell(stage, 12, 6)


def test_a_drag_moves_the_response_and_the_products_with_it(
    browser: Browser, server: AppServer
) -> None:
    with opened(browser, server, {"unit": "1,30,30"}) as stage:  # a mark far from the letter
        near = slice(0, 27), slice(0, 27)
        before = stage.cells(1)[near]
        stage.hover(1, 12, 6)
        wait_for_cell(stage, 12, 6)
        first = products(stage)
        assert any(value != "0" for value in first)
        stage.leave()
        stage.drag(2, 3)
        stage.leave()
        wait_for_cell(stage, 30, 30)
        assert_moved(before, stage.cells(1)[near], 2, 3)
        assert stage.sentence == (
            "Moved 2 px down, 3 px right. The response moved 2 cells down, 3 cells right: the same "
            "numbers at other places."
        )
        stage.hover(1, 14, 9)
        wait_for_cell(stage, 14, 9)
        assert products(stage) == first


def test_steps_add_one_tap_each_then_the_window_slides_on(
    browser: Browser, server: AppServer
) -> None:
    with opened(browser, server) as stage:
        values = seen_picture(SCENE)[13:16, 8:11].ravel() * kernel_of(SCENE).ravel()
        full, window = window_products(14, 9), stage.accent()
        for tap in range(1, 10):
            stage.button("Step forward").click()
            so_far = f"{values[:tap].sum() + 0:g}".replace("-", "\u2212")
            expect(total(stage)).to_have_text(f"Sum after {tap} of 9: {so_far}")
            assert products(stage) == full[:tap] + [""] * (9 - tap)
            assert f"Tap {tap} of 9: " in stage.unit_text
        # The last tap, row 15, column 10, is outlined within the window.
        new = np.argwhere(stage.accent() & ~window)
        scale = stage.to_device(1, window) - stage.to_device(0, window)
        np.testing.assert_allclose(new.min(axis=0) / scale - stage.margin, (15, 10), atol=0.3)
        blank = stage.cells(1)[14, 9]
        stage.button("Step forward").click()
        expect(total(stage)).to_have_text("Sum = \u22120.25")
        assert (stage.cells(1)[14, 9] != blank).any()  # now the sum stands in its cell
        stage.button("Step forward").click()
        wait_for_cell(stage, 14, 10)
        expect(total(stage)).to_have_text("Nothing added yet, 9 to come")
        assert products(stage) == [""] * 9
        stage.button("Step back").click()
        wait_for_cell(stage, 14, 9)
        expect(total(stage)).to_have_text("Sum = \u22120.25")
        stage.button("Step back").click()
        expect(total(stage)).to_have_text("Sum after 9 of 9: \u22120.25")
        stage.wait_for_link(unit="1,14,9")


@pytest.mark.slow
def test_play_runs_on_until_it_is_paused_or_a_hand_comes(
    browser: Browser, server: AppServer
) -> None:
    with opened(browser, server, reduced_motion="reduce") as stage:
        stage.button("Play").click()
        expect(total(stage)).to_contain_text("after 3 of 9")
        stage.button("Pause").click()
        held = total(stage).inner_text()
        stage.button("Step forward").click()
        expect(total(stage)).not_to_have_text(held)
        stage.button("Play").click()
        wait_for_cell(stage, 14, 11)  # two windows further on
        stage.hover(1, 5, 5)
        wait_for_cell(stage, 5, 5)
        expect(stage.button("Play")).to_be_visible()
        expect(total(stage)).to_have_text("Sum = 0")
        stage.leave()
        stage.button("Play").click()
        expect(total(stage)).to_contain_text("after 1 of 9")
        stage.drag(0, 1)
        expect(stage.button("Play")).to_be_visible()
        expect(total(stage)).to_contain_text("Sum = ")


def test_a_typed_kernel_changes_map_link_and_picker_under_the_cursor(
    browser: Browser, server: AppServer
) -> None:
    with opened(browser, server, {"unit": "1,14,9"}) as stage:
        first = stage.cells(1)
        field = weight(stage, 1, 0)
        field.evaluate("field => { field.mark = 'the same'; }")
        field.click()
        field.press_sequentially("2.5")
        stage.wait_for_link(kernels="own_-0.125_0_0.125_2.5_0_0.25_-0.125_0_0.125")
        stage.wait_until_run()
        expect(stage.page.get_by_role("combobox", name="Kernel", exact=True)).to_have_value(
            "your own"
        )
        expect(field).to_be_focused()
        assert field.evaluate("field => field.mark") == "the same"
        assert field.input_value() == "2.5"
        assert (stage.cells(1) != first).any()
        own = replace(SCENE, kernels=("own_-0.125_0_0.125_2.5_0_0.25_-0.125_0_0.125",))
        assert products(stage) == window_products(14, 9, own)
        field.press("End")
        field.press_sequentially("1")  # goes on where it was
        stage.wait_for_link(kernels="own_-0.125_0_0.125_2.51_0_0.25_-0.125_0_0.125")


def test_a_weight_that_is_none_is_marked_and_the_last_good_kernel_stays(
    browser: Browser, server: AppServer
) -> None:
    with opened(browser, server) as stage:
        weight(stage, 0, 0).fill(OWN[0])
        stage.wait_for_link(kernels="own_1_0_0.125_-0.25_0_0.25_-0.125_0_0.125")
        stage.wait_until_run()  # a page may run once more for what the browser remembers
        for place, text in enumerate(OWN[1:], start=1):
            weight(stage, *divmod(place, 3)).fill(text)
        stage.wait_for_link(kernels="_".join(["own", *OWN]))
        good, link = products(stage), stage.link_query
        problem = stage.find(".products .problem")
        for wrong in ("abc", "", "100", "1e5", "0.1234"):
            weight(stage, 0, 0).fill(wrong)
            expect(weight(stage, 0, 0)).to_have_attribute("aria-invalid", "true")
            weight(stage, 0, 0).blur()
            expect(problem).to_contain_text(
                "A weight is a number from -99 to 99 with at most three decimals, as in -1 or 0.25."
            )
            expect(weight(stage, 0, 0)).to_have_value(OWN[0])  # the one in force, in its place
            assert (products(stage), stage.link_query) == (good, link)
        weight(stage, 0, 0).fill("abc")
        weight(stage, 0, 0).press("Escape")
        expect(weight(stage, 0, 0)).to_have_value(OWN[0])
        expect(problem).to_have_text("")
        weight(stage, 2, 2).fill("\u22124")  # another field still works, with a true minus too
        stage.wait_for_link(kernels="_".join(["own", *OWN[:-1], "-4"]))
        weight(stage, 0, 0).fill("3,5")  # as many countries write it
        weight(stage, 0, 0).press("Enter")
        stage.wait_for_link(kernels="_".join(["own", "3.5", *OWN[1:-1], "-4"]))
        expect(problem).to_have_text("")


def test_another_kernel_from_the_picker_fills_the_fields(
    browser: Browser, server: AppServer
) -> None:
    # High enough that nothing scrolls, for a list closes when the page does.
    with opened(browser, server, viewport={"width": 1440, "height": 1200}) as stage:
        weight(stage, 0, 0).fill("5")
        stage.wait_for_link(kernels="own_5_0_0.125_-0.25_0_0.25_-0.125_0_0.125")
        weight(stage, 0, 1).fill("no")
        stage.page.get_by_role("combobox", name="Kernel", exact=True).click()
        stage.page.get_by_role("option", name="identity").click()
        stage.wait_for_link(kernels="identity")
        fields = stage.find(".products input")
        for field, value in zip(fields.all(), "000010000", strict=True):
            expect(field).to_have_value(value)
        assert stage.find("[aria-invalid]").count() == 0
        stage.drag(0, 1)  # and the weights that were typed before do not come back
        assert stage.link_query["kernels"] == "identity"


def test_the_keyboard_alone_is_enough(browser: Browser, server: AppServer) -> None:
    with opened(browser, server) as stage:

        def tab_to(part: Locator) -> None:
            for _ in range(60):
                if part.evaluate("part => part.matches(':focus-visible')"):
                    return
                stage.page.keyboard.press("Tab")
            raise AssertionError(f"{part} is not reached by Tab")

        tab_to(stage.page.get_by_role("radio", name="One window"))
        tab_to(stage.handle)
        stage.page.keyboard.press("ArrowRight")
        stage.wait_until_settled((12, 7))
        tab_to(weight(stage, 0, 0))
        stage.page.keyboard.type("4")
        stage.page.keyboard.press("Enter")
        stage.wait_for_link(kernels="own_4_0_0.125_-0.25_0_0.25_-0.125_0_0.125")
        tab_to(stage.button("Step forward"))
        stage.page.keyboard.press("Enter")
        expect(total(stage)).to_contain_text("after 1 of 9")
        stage.page.keyboard.press("Shift+Tab")
        stage.page.keyboard.press("Space")
        expect(stage.button("Pause")).to_be_focused()
        stage.page.keyboard.press("Space")
        expect(stage.button("Play")).to_be_focused()
        tab_to(stage.map(1).locator(".plot"))
        wait_for_cell(stage, 14, 9)
        for key in ("ArrowUp", "ArrowLeft", "ArrowLeft"):
            stage.page.keyboard.press(key)
        wait_for_cell(stage, 13, 7)
        stage.page.keyboard.press("Enter")
        stage.wait_for_link(unit="1,13,7")


def test_the_switch_keeps_the_scene_and_the_link_carries_it(
    browser: Browser, server: AppServer
) -> None:
    with opened(browser, server) as stage:
        stage.drag(1, 1)
        stage.page.get_by_role("radio", name="Two roads").click()
        stage.wait_for_link(lens="equivariance", at="13,7")
        expect(stage.find(".products")).to_have_count(0)
        stage.page.get_by_role("radio", name="One window").click()
        stage.wait_for_link(lens="window", at="13,7")
        wait_for_cell(stage, 14, 9)


def test_the_first_screen_shows_the_whole_idea(browser: Browser, server: AppServer) -> None:
    for stack in ("C3x3/1p1c1", "C5x5/1p2c1"):
        with opened(browser, server, {"stack": stack}) as stage:
            parts = {
                "switch": stage.page.get_by_test_id("stButtonGroup"),
                "picture": stage.find(".panel.input canvas"),
                "products": stage.find(".products table"),
                "total": total(stage),
                "map": stage.map(1).locator("canvas"),
                "sentence": stage.find(".sentence"),
            }
            for name, part in parts.items():
                box = part.bounding_box()
                assert box, name
                assert box["y"] >= 0, name
                assert box["y"] + box["height"] <= 900, (stack, name)


def test_a_thumb_taps_a_cell_and_a_step_on_a_phone(browser: Browser, server: AppServer) -> None:
    with opened(browser, server, **PHONE) as stage:
        picture, written, answer, sentence = (
            place_of(stage, part)
            for part in (".panel.input .plot", ".products .plot", ".map .plot", ".sentence")
        )
        assert picture["y"] + picture["height"] <= sentence["y"]
        assert sentence["y"] + sentence["height"] <= written["y"]
        assert written["y"] == answer["y"]
        assert written["x"] + written["width"] <= answer["x"]
        assert answer["x"] + answer["width"] <= 390
        stage.page.touchscreen.tap(*stage.unit_place(1, 12, 6))
        wait_for_cell(stage, 12, 6)
        stage.wait_for_link(unit="1,12,6")
        stage.button("Step forward").tap()
        expect(total(stage)).to_contain_text("after 1 of 9")
    with opened(browser, server, {"stack": "C5x5/1p2c1"}, **PHONE) as stage:
        # Twenty-five fields need the whole width.
        written, answer = place_of(stage, ".products .plot"), place_of(stage, ".map .plot")
        assert written["width"] > 300
        assert written["y"] + written["height"] <= answer["y"]


def place_of(stage: Stage, part: str) -> FloatRect:
    box = stage.find(part).bounding_box()
    assert box
    return box
