"""Animations in real Chromium: they are short, stop at any input, and can be switched off.

The page's frames come as they always do, but how late they are is for the test to say: so each
motion is looked at half-way, however busy the machine.
"""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from rfcore import Stack, receptive_fields
from tests.support.stage_checks import FIRST_TOUCH, ONE_WINDOW, outline, wait_for_cell
from tests.support.stage_driver import Stage
from tests.support.stage_view import Pixels

pytestmark = pytest.mark.slow

CLOCK = """
window.late = 0;
window.moves = [];
const soon = requestAnimationFrame.bind(window);
window.requestAnimationFrame = (draw) => soon(() => draw(late));
addEventListener("stage-moved", ({ detail }) => moves.push(detail));
"""
SLIDE, JOIN, GROW = 150, 300, 360  # ms; a field grows through three layers in the last

Mask = NDArray[np.bool_]


def opened(browser: Browser, server: AppServer, path: str, query: Mapping[str, str]) -> Stage:
    """Open a page as someone who wants less motion."""
    options = {"init_script": CLOCK, "reduced_motion": "reduce"}
    return Stage(browser, server, query, path=path, **options)


def welcome_motion(stage: Stage) -> None:
    """Change one's mind, where nothing has moved so far."""
    pass_time(stage, 0)
    assert moves(stage) == []
    stage.page.emulate_media(reduced_motion="no-preference")


def pass_time(stage: Stage, milliseconds: float) -> None:
    """Let the next frames be so much later, and wait until they are drawn."""
    stage.page.evaluate(
        """async (milliseconds) => {
            const frames = async () => {
                for (const _ of "12") await new Promise(requestAnimationFrame);
            };
            await frames();  // a motion begins with the first one
            late += milliseconds;
            await frames();
        }""",
        milliseconds,
    )


def moves(stage: Stage) -> list[tuple[str, float]]:
    """What has moved since this was last asked, and how far it was each time it was drawn."""
    told = stage.page.evaluate("moves.splice(0)")
    return [(move["motion"], move["share"]) for move in told]


def assert_motion(stage: Stage, motion: str, *shares: float) -> None:
    """Only this has moved, and was drawn this far on the way, 0 at first and 1 at the end."""
    told = moves(stage)
    assert {name for name, _ in told} == {motion}
    assert sorted({round(share, 3) for _, share in told}) == [0, *shares]


def shown(stage: Stage, layers: int = 1) -> list[Pixels]:
    return [stage.picture_canvas(), *(stage.map_canvas(n) for n in range(1, layers + 1))]


def assert_same(seen: list[Pixels], wanted: list[Pixels]) -> None:
    for one, other in zip(seen, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def strong(stage: Stage) -> Mask:
    """Where the lines from winners to outputs have the learner's colour."""
    overlay = stage.canvas(".pool-overlay canvas")
    return (overlay[..., 3] > 150) & (overlay[..., 0] - overlay[..., 1] > 120)


def pin(stage: Stage, row: int, col: int) -> None:
    stage.page.mouse.click(*stage.unit_place(3, row, col))


def test_a_pinned_field_grows_back_layer_by_layer(browser: Browser, server: AppServer) -> None:
    with opened(browser, server, "/feature_map_shifts", {"at": "30,31"}) as stage:
        bare, pattern = shown(stage, 3), stage.accent()
        pin(stage, 17, 17)
        pass_time(stage, 0)
        still = shown(stage, 3)
        pin(stage, 17, 17)  # which lets it go
        stage.leave()

        welcome_motion(stage)
        stage.hover(3, 17, 17)
        pass_time(stage, 0)
        assert moves(stage) == []  # what is pointed at is shown at once
        assert_same(shown(stage, 3), still)

        pin(stage, 17, 17)
        pass_time(stage, GROW / 6)  # half-way from the third map to the second
        seen = shown(stage, 3)
        assert_same([seen[0], seen[1], seen[3]], [bare[0], bare[1], still[3]])
        assert (seen[2] != bare[2]).any()
        assert (seen[2] != still[2]).any()
        pass_time(stage, GROW * 4 / 6)  # half-way from the first map to the picture
        # A cell of the first map is drawn at the middle of the 3x3 pixels that it sees.
        on_map = np.add(receptive_fields(Stack.parse("M2x2/2,C3x3/1"))[-1].span(17, 17), 1)
        in_all = receptive_fields(stage.stack)[-1].span(17, 17)
        grown = outline(stage, stage.accent() & ~pattern)
        np.testing.assert_allclose(grown, (on_map + in_all) / 2, atol=0.3)
        pass_time(stage, GROW / 6)
        assert_same(shown(stage, 3), still)
        assert_motion(stage, "grow", 0.167, 0.833, 1)

        stage.hover(3, 12, 20)
        pass_time(stage, 0)
        still = shown(stage, 3)
        pin(stage, 12, 20)
        pass_time(stage, GROW / 6)
        assert (stage.map_canvas(1) != still[1]).any()
        with stage.held():
            stage.page.evaluate("() => new Promise(requestAnimationFrame)")
            assert_same(shown(stage, 3), still)
            assert_motion(stage, "grow", 0.167, 1)
            stage.pull(0, 3)
            stage.wait_for_maps_at((30, 34))
            stage.map(3).locator(".plot").press("Enter")  # with the other hand
            stage.wait_for_unit(3, 14, 14)
            pass_time(stage, GROW / 2)
        assert moves(stage) == []
        stage.wait_until_settled((30, 34))


def test_a_window_slides_to_its_next_cell(browser: Browser, server: AppServer) -> None:
    query = ONE_WINDOW | {"at": "20,20"}
    with opened(browser, server, "/convolution_follows", query) as stage:
        sum_there = stage.cells(1)[14, 8]

        def step(*names: str) -> None:
            for name in names:
                stage.button(f"Step {name}").click()

        def window() -> tuple[float, ...]:
            """Where the window is, by itself in the upper half of the picture."""
            accent = stage.accent()
            accent[round(stage.to_device(19, accent)) :] = False
            return outline(stage, accent)

        np.testing.assert_allclose(window(), (13, 16, 8, 11), atol=0.3)
        step("forward", "back", "back")
        wait_for_cell(stage, 14, 8)
        still = shown(stage)
        step("forward")
        wait_for_cell(stage, 14, 9)
        next_still = shown(stage)

        welcome_motion(stage)
        step("back")
        wait_for_cell(stage, 14, 8)
        pass_time(stage, SLIDE / 4)
        assert (stage.cells(1)[14, 8] != sum_there).any()
        pass_time(stage, SLIDE / 4)
        np.testing.assert_allclose(window(), (13, 16, 7.5, 10.5), atol=0.3)
        pass_time(stage, SLIDE / 2)
        assert (stage.cells(1)[14, 8] == sum_there).all()  # filled when its window is there
        assert_same(shown(stage), still)
        assert_motion(stage, "slide", 0.25, 0.5, 1)

        step("forward")
        wait_for_cell(stage, 14, 9)
        pass_time(stage, SLIDE / 2)
        stage.page.keyboard.press("Shift")
        assert_motion(stage, "slide", 0.5, 1)
        assert_same(shown(stage), next_still)


def test_a_winner_goes_to_its_output(browser: Browser, server: AppServer) -> None:
    with opened(browser, server, "/pooling_forgives", FIRST_TOUCH) as stage:
        bare, output = strong(stage), _output(stage, 2, 1)
        stage.page.mouse.move(*output)
        stage.find(".unit-text", has_text="row 2, column 1").wait_for()
        still = strong(stage)
        stage.leave()
        stage.drag(2, 2)
        dropped = strong(stage)
        stage.drag(-2, -2)

        welcome_motion(stage)
        stage.page.mouse.move(*output)
        pass_time(stage, JOIN / 2)
        (start, end), (_, reached) = (
            np.flatnonzero((mask & ~bare).any(axis=0))[[0, -1]] for mask in (still, strong(stage))
        )
        assert reached == pytest.approx((start + end) / 2, abs=18)  # with the disc at its end
        assert end - reached > 100
        pass_time(stage, JOIN / 2)
        np.testing.assert_array_equal(strong(stage), still)
        assert_motion(stage, "join", 0.5, 1)

        stage.leave()
        with stage.held():
            stage.pull(2, 2)
            stage.wait_for_maps_at((4, 4))
            pass_time(stage, JOIN / 2)
            np.testing.assert_array_equal(strong(stage), dropped)
            assert moves(stage) == []  # it starts when the drag ends
        stage.page.wait_for_function("moves.length")
        pass_time(stage, JOIN / 2)
        assert (strong(stage) & ~dropped).sum() > 100  # the disc, on the line that stands
        stage.page.mouse.down()
        np.testing.assert_array_equal(strong(stage), dropped)
        assert_motion(stage, "join", 0.5, 1)
        stage.page.mouse.up()
        stage.wait_until_settled((4, 4))


def _output(stage: Stage, row: int, col: int) -> tuple[float, float]:
    """The middle of an output of a 2x2 pool, (x, y) in CSS pixels of the page."""
    canvas = stage.map(1).locator("canvas")
    box = canvas.bounding_box()
    assert box
    cell = box["width"] / 4
    return box["x"] + (col + 0.5) * cell, box["y"] + (row + 0.5) * cell
