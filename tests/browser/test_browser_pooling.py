"""The pooling page in real Chromium: drag, edit and jump, by mouse, finger and keys."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from pages.ui.scene.link import to_query
from pages.ui.scene.pool_examples import EXAMPLES, OVERLAPPING
from tests.support.app_tab import PHONE
from tests.support.stage_checks import FIRST_TOUCH, parts_out_of_sight
from tests.support.stage_driver import Stage

PATH = "/pooling_forgives"
CELLS = FIRST_TOUCH["cells"]

# A flash is gone within half a second, so each is noted when it comes.
COUNT_FLASHES = """
window.flashes = 0;
const append = Element.prototype.append;
Element.prototype.append = function (...parts) {
    flashes += parts.filter((part) => part.className === "flash").length;
    append.apply(this, parts);
};
"""


def opened(browser: Browser, server: AppServer, query: Any = FIRST_TOUCH, **options: Any) -> Stage:
    return Stage(browser, server, query, path=PATH, init_script=COUNT_FLASHES, **options)


def flashes(stage: Stage) -> int:
    count: int = stage.page.evaluate("flashes")
    return count


def cell(stage: Stage, plot: str, row: int, col: int) -> tuple[float, float]:
    """The middle of a cell of the grid or the orbit map, (x, y) in CSS pixels of the page."""
    canvas = stage.find(f"{plot} canvas")
    canvas.scroll_into_view_if_needed()
    box, zoom = canvas.bounding_box(), stage.zoom(canvas)
    assert box
    return box["x"] + (col + 0.5) * zoom, box["y"] + (row + 0.5) * zoom


def edited(cells: str, row: int, col: int, number: int) -> str:
    at = row * 8 + col
    return f"{cells[:at]}{number}{cells[at + 1 :]}"


def readout(stage: Stage, panel: str, name: str) -> str:
    row = stage.find(f"{panel} dl div", has_text=name)
    return (row.locator("dd").text_content() or "").strip()


def strong_lines(stage: Stage) -> int:
    """How many pixels the overlay has in the learner's colour, a strong red without green."""
    count: int = stage.find(".pool-overlay canvas").evaluate(
        """canvas => {
            const { data } = canvas.getContext("2d")
                .getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] > 150 && data[i] - data[i + 1] > 120) count += 1;
            }
            return count;
        }"""
    )
    return count


def test_a_drag_within_the_window_changes_nothing_and_one_out_of_it_flashes(
    browser: Browser, server: AppServer
) -> None:
    with opened(browser, server) as stage:
        stage.drag(0, 1)
        assert stage.sentence == (
            "Moved 1 cell right. The 9 is still in the same window: no output changed."
        )
        assert readout(stage, ".map:not(.orbit)", "outputs changed") == "0 of 16"
        assert flashes(stage) == 0

        stage.drag(0, 1)  # what a drag begins with is its start
        assert stage.sentence == (
            "Moved 1 cell right. The 9 left its window: 2 of 16 outputs changed."
        )
        assert readout(stage, ".map:not(.orbit)", "outputs changed") == "2 of 16"
        assert readout(stage, ".orbit", "steps that change nothing") == "3 of 8 here"
        assert flashes(stage) == 4  # the window it left and the one it came to, with their outputs
        stage.find(".flash").first.wait_for(state="detached")


def test_nothing_flashes_for_who_wants_less_motion(browser: Browser, server: AppServer) -> None:
    with opened(browser, server, reduced_motion="reduce") as stage:
        stage.drag(0, 2)
        assert "left its window" in stage.sentence
        assert flashes(stage) == 0


def test_lines_join_what_the_pattern_wins_and_no_average(
    browser: Browser, server: AppServer
) -> None:
    with opened(browser, server) as stage:
        one = strong_lines(stage)
        assert one > 100
    with opened(browser, server, FIRST_TOUCH | {"stack": "A2x2/2"}) as stage:
        assert strong_lines(stage) == 0
    overlapping = to_query(EXAMPLES[OVERLAPPING]) | {"at": "2,2"}
    with opened(browser, server, overlapping) as stage:
        assert strong_lines(stage) > 2 * one  # it wins four windows there


def test_a_click_raises_a_number_and_the_link_has_it(browser: Browser, server: AppServer) -> None:
    nine = edited(CELLS, 5, 5, 9)
    with opened(browser, server, FIRST_TOUCH | {"cells": nine}) as stage:
        stage.page.mouse.click(*cell(stage, ".input", 5, 5))
        stage.wait_for_link(cells=edited(CELLS, 5, 5, 0))  # 9 goes to 0
        stage.page.mouse.click(*cell(stage, ".input", 5, 5))
        stage.wait_for_link(cells=edited(CELLS, 5, 5, 1))

        # The pattern's own cell is no number to raise, and a drag is no click.
        stage.page.mouse.click(*cell(stage, ".input", 2, 2))
        stage.drag(3, 3)
        assert stage.link_query["cells"] == edited(CELLS, 5, 5, 1)
        stage.page.reload()
        stage.wait_until_ready()
        assert stage.position == (5, 5)
        assert stage.link_query["cells"] == edited(CELLS, 5, 5, 1)


def test_a_click_on_the_orbit_map_moves_the_pattern(browser: Browser, server: AppServer) -> None:
    with opened(browser, server) as stage:
        stage.page.mouse.move(*cell(stage, ".orbit", 3, 3))
        stage.find(".unit-text", has_text="the same output as at the start").wait_for()
        stage.page.mouse.click(*cell(stage, ".orbit", 6, 5))
        stage.wait_until_settled((6, 5))
        assert stage.link_query["from"] == "2,2"
        assert stage.sentence.startswith("Moved 4 cells down, 3 cells right. The 9 left its window")


def test_the_keyboard_alone_edits_moves_points_and_jumps(
    browser: Browser, server: AppServer
) -> None:
    with opened(browser, server) as stage:
        keys = stage.page.keyboard

        def press(*names: str) -> None:
            for name in names:
                keys.press(name)

        def tab_to(part: str) -> None:
            for _ in range(30):
                press("Tab")
                if stage.find(part).evaluate("part => part.getRootNode().activeElement === part"):
                    return
            raise AssertionError(f"no Tab leads to {part}")

        tab_to(".input .plot")
        press("ArrowDown", "ArrowRight", "ArrowRight", "7")
        stage.find(".unit-text", has_text="Cell at row 1, column 2: 7").wait_for()
        stage.wait_for_link(cells=edited(CELLS, 1, 2, 7))
        press("Enter")
        stage.wait_for_link(cells=edited(CELLS, 1, 2, 8))

        tab_to(".handle")
        press("ArrowRight", "ArrowDown")
        stage.wait_until_settled((3, 3))
        assert "still in the same window" in stage.sentence

        tab_to(".map:not(.orbit) .plot")
        press("ArrowUp", "ArrowUp", "ArrowLeft", "Enter")
        stage.wait_for_link(unit="1,0,1")
        assert "It is 8. It comes from row 1, column 2." in stage.unit_text

        tab_to(".orbit .plot")
        press("ArrowRight", "Enter")
        stage.wait_until_settled((3, 4))
        assert "left its window" in stage.sentence


def test_a_finger_edits_and_drags_on_a_phone(browser: Browser, server: AppServer) -> None:
    with opened(browser, server, **PHONE) as stage:
        assert parts_out_of_sight(stage) == []
        grid, pooled, orbit = (
            stage.find(f"{panel} canvas").bounding_box()
            for panel in (".input", ".map:not(.orbit)", ".orbit")
        )
        assert grid
        assert pooled
        assert orbit
        assert grid["width"] > 330
        assert pooled["y"] == pytest.approx(orbit["y"])
        assert grid["y"] + grid["height"] <= pooled["y"]
        assert orbit["y"] + orbit["height"] < 844

        stage.page.touchscreen.tap(*cell(stage, ".input", 6, 6))
        stage.wait_for_link(cells=edited(CELLS, 6, 6, 1))
        stage.page.touchscreen.tap(*cell(stage, ".orbit", 2, 4))
        stage.wait_until_settled((2, 4))


def test_the_first_screen_shows_the_whole_idea(browser: Browser, server: AppServer) -> None:
    with opened(browser, server) as stage:
        boxes = [part.bounding_box() for part in stage.find(".plot, .sentence, dl").all()]
        boxes += [part.bounding_box() for part in stage.page.get_by_test_id("stSelectbox").all()]
        assert len(boxes) == 3 + 1 + 3 + 7
        assert all(box and box["y"] + box["height"] <= 900 for box in boxes)
        assert parts_out_of_sight(stage) == []
        before = [part.bounding_box() for part in stage.find(".plot, .bar").all()]
        with stage.held():
            for rows, cols in ((0, 1), (3, 4), (-2, -2), (5, 5)):
                stage.pull(rows, cols)
                stage.wait_for_maps_at((2 + rows, 2 + cols))
                assert [part.bounding_box() for part in stage.find(".plot, .bar").all()] == before
        stage.wait_until_settled((7, 7))
