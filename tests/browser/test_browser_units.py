"""Units and their receptive fields in real Chromium: pointed at, pinned, and by keyboard alone."""

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from rfcore import Stack, receptive_fields
from tests.support.stage_checks import outline
from tests.support.stage_driver import Stage
from tests.support.stage_view import PRESET

Mask = NDArray[np.bool_]

PADDED = "C3x3/1p1,M2x2/2,C3x3/1p1"  # its last units begin 3 pixels outside the picture


def test_pointing_at_a_unit_outlines_what_it_sees(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"at": "44,40"}) as stage:
        pattern, maps = stage.accent(), [stage.map_canvas(layer) for layer in (1, 2, 3)]
        for layer, field in enumerate(receptive_fields(Stack.parse(PRESET)), start=1):
            stage.hover(layer, 10, 13)
            row0, row1, col0, col1 = box = field.span(10, 13)
            seen = outline(stage, stage.accent() & ~pattern)
            np.testing.assert_allclose(seen, box, atol=0.3, err_msg=f"picture, {layer=}")
            for earlier in range(1, layer):
                marks = (stage.map_canvas(earlier) != maps[earlier - 1]).any(axis=2)
                np.testing.assert_allclose(
                    outline(stage, marks), box, atol=0.5, err_msg=f"map {earlier}, {layer=}"
                )
            assert (
                f"neuron (10, 13): sees {field.size[0]}×{field.size[1]} pixels, "
                f"rows {row0} to {row1 - 1}, columns {col0} to {col1 - 1}. Jump {field.jump[0]}."
            ) in stage.unit_text

        stage.leave()
        stage.find(".unit-text", has_text="Point at any cell").wait_for()
        np.testing.assert_array_equal(stage.accent(), pattern)


def test_the_last_map_of_the_preset_sees_8x8_pixels(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server) as stage:
        pattern = stage.accent()
        stage.hover(3, 20, 22)
        seen = outline(stage, stage.accent() & ~pattern)
        np.testing.assert_allclose(seen, (40, 48, 44, 52), atol=0.3)
        assert "sees 8×8 pixels, rows 40 to 47, columns 44 to 51. Jump 2." in stage.unit_text


def test_a_click_pins_a_unit_and_another_lets_it_go(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server) as stage:
        pattern = stage.accent()
        stage.hover(3, 20, 22)
        pointed, text = stage.accent(), stage.unit_text
        stage.page.mouse.click(*stage.unit_place(3, 20, 22))
        stage.wait_for_link(unit="3,20,22")
        stage.leave()
        stage.hover(1, 5, 5)
        stage.leave()
        stage.wait_for_unit(3, 20, 22)
        assert stage.unit_text == text
        np.testing.assert_array_equal(stage.accent(), pointed)

        stage.page.mouse.click(*stage.unit_place(3, 20, 22))
        stage.leave()
        stage.find(".unit-text", has_text="Point at any cell").wait_for()
        stage.page.wait_for_function("!new URLSearchParams(location.search).has('unit')")
        np.testing.assert_array_equal(stage.accent(), pattern)


def test_a_field_beyond_the_border_is_dashed_there(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"stack": PADDED, "at": "40,40"}) as stage:
        stage.hover(3, 5, 0)  # rows 7 to 14, columns −3 to 4
        accent = stage.accent()

        def share(cols: tuple[float, float]) -> float:
            """How much of the outline's upper edge is drawn between two columns."""
            edge = round(stage.to_device(7, accent))
            x0, x1 = (round(stage.to_device(col, accent)) for col in cols)
            return float(accent[edge - 1 : edge + 1, x0:x1].any(axis=0).mean())

        assert share((0.5, 4.5)) == 1
        assert 0.3 < share((-2.8, -0.5)) < 0.9
        assert "sees 8×8 pixels, rows 7 to 14, columns −3 to 4." in stage.unit_text
        assert "Only 8×5 of them lie on the picture; the dashed rest is padding." in stage.unit_text


def test_the_keyboard_alone_reaches_moves_pins_and_releases_a_unit(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server) as stage:
        focused = stage.map(3).locator(".plot:focus-visible")
        for _ in range(30):
            stage.page.keyboard.press("Tab")
            if focused.count():
                break
        focused.wait_for()
        stage.wait_for_unit(3, 14, 14)  # the middle of 29x29
        for key in ("ArrowUp", "ArrowUp", "ArrowRight"):
            stage.page.keyboard.press(key)
        stage.wait_for_unit(3, 12, 15)
        stage.page.keyboard.press("Enter")
        stage.wait_for_link(unit="3,12,15")

        stage.page.keyboard.press("Shift+Tab")
        stage.wait_for_unit(3, 12, 15)
        stage.page.keyboard.press("Tab")
        stage.page.keyboard.press("Escape")
        stage.page.wait_for_function("!new URLSearchParams(location.search).has('unit')")
        stage.page.keyboard.press("Shift+Tab")
        stage.find(".unit-text", has_text="Point at any cell").wait_for()


def test_counting_cells_shows_a_map_by_its_own_cells(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server) as stage:
        cells = stage.cells(3)
        stage.find("input[type=checkbox]").check()
        places = (np.arange(29) + 0.5) * 64 / 29
        np.testing.assert_array_equal(stage.sampled(stage.map_canvas(3), places, places), cells)


def test_a_pinned_unit_goes_with_its_layer(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"unit": "3,14,14"}) as stage:
        layers = stage.page.get_by_role("textbox", name="Layers in writing")
        layers.fill("C3x3/2p1, C3x3/2p1")
        layers.press("Enter")
        stage.find(".name", has_text="C3x3/2p1").first.wait_for()
        stage.wait_until_run()
        assert stage.find(".panel.map").count() == 2
        stage.handle.focus()
        stage.page.keyboard.press("ArrowRight")
        stage.wait_for_maps_at((24, 13))
        assert stage.readouts(2)[0] == "→ 0.25, between two cells"
