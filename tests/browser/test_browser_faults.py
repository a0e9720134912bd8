"""What goes wrong between browser and server: a crash, a slow line, two tabs, sleep, a reload."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from benchmarks.app_server import TRAINING, AppServer
from pages.ui.render.frame import Request, render_frame
from pages.ui.scene.link import from_query
from tests.support.app_tab import PATIENCE
from tests.support.frames import decode
from tests.support.slow_network import SlowLine
from tests.support.stage_driver import Stage

pytestmark = pytest.mark.slow

FLAT = {"picture": "flat", "at": "24,12"}

# Every frame that was drawn: what it says of its place, and the sentence that stood there then.
NOTE_FRAMES = """
window.drawn = [];
addEventListener("stage-drawn", (event) => {
  const stage = document.querySelector(".stage") ?? event.composedPath()[0];
  const text = (name) => stage.querySelector(name).textContent;
  const { position } = event.detail;
  drawn.push({ position, place: text(".input dd"), sentence: text(".sentence") });
});
"""


@pytest.fixture
def own_server() -> Iterator[AppServer]:
    """A server that a test may kill."""
    with AppServer() as server:
        yield server


class Faulty(Stage):
    """A stage at which something goes wrong that the browser's console may tell of."""

    def must_be_clean(self) -> None:
        assert [text for text in self.complaints if not text.startswith("console:")] == []
        assert self.outside_requests() == []

    @property
    def cut(self) -> Any:
        return self.find(".cut")


def must_be_as_computed(stage: Stage) -> None:
    """Assert that the stage says what the core computes of the scene in its link."""
    scene, problems = from_query(stage.link_query)
    assert problems == []
    assert stage.sentence == decode(render_frame(scene, Request())).header["sentence"]
    assert stage.position == scene.position


def test_a_server_that_dies_in_a_drag_and_comes_back(
    browser: Browser, own_server: AppServer
) -> None:
    with Faulty(browser, own_server, FLAT) as stage:
        stage.drag(0, 4)
        taken = stage.grip()
        with stage.held():
            stage.pull(0, 2)
            stage.wait_for_maps_at((24, 18))
            own_server.kill()
            stage.pull(0, 5)
            stage.cut.get_by_text("Reconnecting").wait_for()
            zoom = stage.zoom(stage.find(".panel.input canvas"))
            held = stage.grip()
            assert np.allclose((held[0] - taken[0], held[1] - taken[1]), (5 * zoom, 0), atol=1)
            own_server.restart()
            stage.pull(0, 6)
            stage.wait_for_maps_at((24, 22))
            stage.cut.get_by_text("Reconnecting").wait_for(state="detached")
        stage.wait_until_settled((24, 22))
        must_be_as_computed(stage)
        stage.drag(1, 0)
        must_be_as_computed(stage)


def test_on_a_slow_line_the_pattern_is_under_the_finger_and_no_frame_is_wrong(
    browser: Browser, server: AppServer
) -> None:
    with SlowLine(server.port) as line:
        line.log = server.log  # type: ignore[attr-defined]
        with Stage(browser, line, FLAT, init_script=NOTE_FRAMES) as stage:  # type: ignore[arg-type]
            zoom = stage.zoom(stage.find(".panel.input canvas"))
            taken = stage.grip()
            line.delay, line.loss = 0.3, 0.05  # few packets travel: of a hundredth none was lost
            with stage.held():
                for step in range(1, 13):
                    stage.pull(step, step)
                    held = stage.grip()
                    far = held[0] - taken[0], held[1] - taken[1]
                    assert np.allclose(far, (step * zoom, step * zoom), atol=1)
            stage.wait_until_settled((36, 24))
            must_be_as_computed(stage)
            drawn = stage.page.evaluate("drawn")
    assert len(drawn) >= 3
    for frame in drawn:
        row, col = frame["position"]
        scene, _ = from_query({**FLAT, "at": f"{row},{col}", "from": "24,12"})
        assert frame["place"] == f"row {row}, column {col}"
        assert frame["sentence"] == decode(render_frame(scene, Request())).header["sentence"]


def test_two_tabs_have_a_scene_each(browser: Browser, server: AppServer) -> None:
    with (
        Stage(browser, server, FLAT) as one,
        Stage(browser, server, {**FLAT, "pattern": "dog", "at": "8,8"}) as other,
    ):
        one.drag(0, 3)
        other.drag(5, 0)
        one.drag(2, 0)
        assert one.position == (26, 15)
        assert other.position == (13, 8)
        assert other.link_query["pattern"] == "dog"
        for stage in (one, other):
            stage.page.reload()
            stage.wait_until_ready()
        assert one.position == (26, 15)
        assert other.position == (13, 8)


def test_a_laptop_that_slept_goes_on_where_it_was(browser: Browser, own_server: AppServer) -> None:
    """All connections are gone and the session is forgotten while the page stood still."""
    with Faulty(browser, own_server, FLAT) as stage:
        stage.drag(3, 4)
        stage.page.context.set_offline(True)
        own_server.restart()
        stage.page.context.set_offline(False)
        stage.page.bring_to_front()
        # Streamlit covers the page with an error until it is connected again.
        stage.page.get_by_role("dialog").wait_for(state="detached", timeout=PATIENCE)
        stage.drag(1, 1)
        assert stage.position == (28, 17)
        must_be_as_computed(stage)


@pytest.mark.parametrize("asleep", [False, True])
def test_a_page_that_was_only_opened_works_after_a_restart(
    browser: Browser, own_server: AppServer, asleep: bool
) -> None:
    with Faulty(browser, own_server, FLAT) as stage:
        stage.page.context.set_offline(asleep)
        own_server.restart()
        stage.page.context.set_offline(False)
        stage.page.get_by_role("dialog").wait_for(state="detached", timeout=PATIENCE)
        stage.drag(0, 4)
        must_be_as_computed(stage)
        stage.page.reload()
        stage.wait_until_ready()
        assert stage.position == (24, 16)


def test_a_reload_in_the_middle_of_training(browser: Browser, own_server: AppServer) -> None:
    with Stage(browser, own_server, FLAT) as stage:
        stage.page.goto(f"{own_server.url}/the_head_decides")
        stage.page.locator(TRAINING).wait_for()
        stage.page.reload()
        stage.wait_until_ready()
        stage.page.locator(TRAINING).wait_for(state="detached", timeout=3 * PATIENCE)
        row, col = stage.position
        stage.drag(10, 10)
        assert stage.position == (row + 10, col + 10)
