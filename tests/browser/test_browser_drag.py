"""Dragging in real Chromium: convolution follows, pooling forgives, and nothing else moves."""

import numpy as np
import pytest
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from tests.support.app_tab import PHONE
from tests.support.stage_checks import assert_moved, parts_out_of_sight
from tests.support.stage_driver import Stage

FLAT = {"picture": "flat"}


def test_a_drag_by_one_pixel_moves_the_convolution_by_one_cell(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, FLAT) as stage:
        convolution, pooled = stage.cells(1), stage.cells(2)
        stage.drag(0, 1)
        assert_moved(convolution, stage.cells(1), 0, 1)
        assert stage.readouts(1)[:2] == ("→ 1 cell", "→ 1 cell")
        assert stage.readouts(2)[0] == "→ 0.5, between two cells"
        assert stage.sentence.startswith("Moved 1 px right. Layer 1 (convolution) followed.")
        stage.drag(-2, 1)
        assert_moved(convolution, stage.cells(1), -2, 2)
        assert_moved(pooled, stage.cells(2), -1, 1)


def test_pooling_forgives_a_drag_within_its_window_and_no_other(
    browser: Browser, server: AppServer
) -> None:
    # The pixel at column 13 lights column 12 of the first map, the left one of a pooling window.
    query = {"picture": "black", "pattern": "pixel", "kernels": "identity,bank", "at": "25,13"}
    with Stage(browser, server, query) as stage:
        convolution, pooled = stage.cells(1), stage.cells(2)
        lit = np.abs(pooled - pooled[0, 0]).sum(axis=2) > 0
        assert np.argwhere(lit).tolist() == [[12, 6]]

        stage.drag(0, 1)
        assert_moved(convolution, stage.cells(1), 0, 1)
        np.testing.assert_array_equal(stage.cells(2), pooled)
        assert stage.readouts(2)[2] == "0 of 961"
        assert (
            "Layer 2 (max pool) did not notice: no cell of this channel changed." in stage.sentence
        )

        stage.drag(0, 1)
        assert_moved(pooled, stage.cells(2), 0, 1)
        assert stage.readouts(2)[2] == "2 of 961"


def test_each_map_can_show_now_the_start_and_the_difference(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, FLAT) as stage:
        start = [stage.cells(layer) for layer in (1, 2, 3)]
        zero = start[0][0, 0]  # a vertical edge filter sees nothing on a flat picture
        stage.show("difference")
        assert all((stage.cells(layer) == zero).all() for layer in (1, 2, 3))

        stage.drag(2, 3)
        assert all((stage.cells(layer) != zero).any() for layer in (1, 2, 3))
        stage.show("at the start")
        for layer in (1, 2, 3):
            np.testing.assert_array_equal(stage.cells(layer), start[layer - 1])
        stage.show("now")
        assert_moved(start[0], stage.cells(1), 2, 3)
        stage.wait_for_link(view="now")


def test_a_dashed_ghost_stays_where_the_drag_began(browser: Browser, server: AppServer) -> None:
    query = {"picture": "black", "pattern": "pixel", "stack": "M2x2/2", "at": "20,20"}
    with Stage(browser, server, query | {"pattern": "square"}) as stage:
        alone = stage.accent()
        with stage.held():
            stage.pull(-10, 20)
            stage.wait_for_maps_at((10, 40))
            both = stage.accent()
            # The ghost's right edge, where neither box of the pattern can be.
            edge = round(stage.to_device(36, both))
            length = slice(*(round(stage.to_device(row, both)) for row in (21, 35)))
            solid, dashed = (
                seen[length, edge - 1 : edge + 1].any(axis=1) for seen in (alone, both)
            )
            assert solid.mean() == 1
            assert 0.4 < dashed.mean() < 0.8
        stage.wait_until_settled((10, 40))


def press(stage: Stage, *keys: str) -> None:
    stage.handle.focus()
    for key in keys:
        stage.page.keyboard.press(key)


def test_the_arrow_keys_do_what_the_mouse_does(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, FLAT) as stage:
        first = stage.cells(1)
        press(stage, "ArrowRight")
        stage.wait_until_settled((24, 13))
        assert_moved(first, stage.cells(1), 0, 1)
        assert stage.readouts(1)[:2] == ("→ 1 cell", "→ 1 cell")

        press(stage, "Shift+ArrowDown", "ArrowLeft", "ArrowLeft", "Shift+ArrowUp", "ArrowUp")
        stage.wait_until_settled((23, 11))
        assert_moved(first, stage.cells(1), -1, -1)
        press(stage, "Shift+ArrowDown")  # by the jump of the last map, 2
        stage.wait_until_settled((25, 11))

        press(stage, "Home")
        stage.wait_until_settled((24, 12))
        np.testing.assert_array_equal(stage.cells(1), first)


def test_a_finger_does_what_the_mouse_does(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, FLAT, **PHONE) as stage:
        first, top = stage.cells(1), stage.grip()[1]
        fingers = stage.page.context.new_cdp_session(stage.page)
        zoom = stage.zoom(stage.find(".panel.input canvas"))
        x, y = stage.grip()

        def touch(kind: str, *points: tuple[float, float]) -> None:
            fingers.send(
                "Input.dispatchTouchEvent",
                {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
            )

        touch("touchStart", (x, y))
        for step in (1, 2, 3):
            touch("touchMove", (x + step * zoom, y - 2 * step * zoom))
        stage.wait_for_maps_at((18, 15))
        assert_moved(first, stage.cells(1), -6, 3)
        touch("touchEnd")
        stage.wait_until_settled((18, 15))
        # The finger moved the pattern and not the page.
        assert stage.grip()[1] == pytest.approx(top - 6 * zoom, abs=0.5)

        stage.page.touchscreen.tap(*stage.unit_place(3, 14, 14))
        stage.wait_for_unit(3, 14, 14)
        stage.wait_for_link(unit="3,14,14")


@pytest.mark.parametrize("size", [(390, 844), (1024, 768), (1440, 900)])
def test_nothing_jumps_or_sticks_out_while_dragging(
    browser: Browser, server: AppServer, size: tuple[int, int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    with Stage(browser, server, {}, viewport=viewport) as stage:
        stage.page.get_by_test_id("stTable").wait_for()
        assert parts_out_of_sight(stage) == []
        before = layout(stage)
        with stage.held():
            for rows, cols in ((0, 1), (3, 8), (-11, 29), (-24, -12)):
                stage.pull(rows, cols)
                stage.wait_for_maps_at((24 + rows, 12 + cols))
                assert_same_layout(layout(stage), before, stage.sentence)
        stage.wait_until_settled((0, 0))
        assert_same_layout(layout(stage), before, "at rest")
        assert parts_out_of_sight(stage) == []


Layout = dict[str, list[float]]


def layout(stage: Stage) -> Layout:
    """Where the parts of the stage are, and what comes right below it, in CSS pixels."""
    parts = stage.find(".plot, .map .under, .map dl, .sentence, .unit-text, .bar").all()
    parts.append(stage.page.get_by_text("Layers in writing", exact=True))
    found: Layout = {}
    for number, part in enumerate(parts):
        box = part.bounding_box()
        assert box
        found[f"{number} {part.get_attribute('class')}"] = [
            box["x"],
            box["y"],
            box["width"],
            box["height"],
        ]
    return found


def assert_same_layout(now: Layout, before: Layout, when: str) -> None:
    moved = {
        name: (before[name], now[name])
        for name in before
        if not np.allclose(now[name], before[name], atol=0.5)
    }
    assert moved == {}, when


def test_who_presses_beside_the_pattern_is_shown_what_to_take_hold_of(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, FLAT) as stage:
        box = stage.find(".panel.input canvas").bounding_box()
        assert box
        # It lasts less long than a question to a busy browser may take.
        stage.handle.evaluate(
            "handle => { handle.onanimationstart = (e) => { window.shown = e.animationName; }; }"
        )
        stage.page.mouse.click(box["x"] + box["width"] - 9, box["y"] + box["height"] - 9)
        stage.page.wait_for_function("window.shown === 'beckon'")
        assert stage.position == (24, 12)
        with Stage(browser, server, FLAT, path="/how_far_a_neuron_sees") as fields:
            fields.find(".panel.input canvas").click(position={"x": 9, "y": 9})
            fields.find(".unit-text", has_text="pixel").wait_for()
            assert "beckoning" not in (fields.handle.get_attribute("class") or "")
