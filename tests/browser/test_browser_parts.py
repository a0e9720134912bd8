"""Parts and places in a browser: a mouth is dragged away by mouse, finger and keys."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from benchmarks.app_server import AppServer
from tests.support.app_tab import PHONE
from tests.support.page_scripts import FORGE_MESSAGES
from tests.support.stage_driver import Stage

pytestmark = pytest.mark.slow

HOME = "15,15,15,33,25,24,37,24"
FOREHEAD = "15,15,15,33,25,24,8,24"
TRAINED = 90_000  # ms; on a crowded machine


class FaceStage(Stage):
    """The stage with a face on it, its grids trained."""

    def __init__(
        self, browser: Browser, server: AppServer, query: Mapping[str, str] = MappingProxyType({}),
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(browser, server, query, path="/parts_and_places", **options)
        self.size = 64

    @property
    def margin(self) -> int:
        return 2

    def wait_until_trained(self) -> None:
        self.page.get_by_text("Learned from 600 pictures").wait_for(timeout=TRAINED)
        self.find('.answers [data-grid="1"][data-says="undecided"]').wait_for()
        self.wait_until_run()

    def part(self, name: str) -> Locator:
        return self.find(f'[data-part="{name}"]')

    def answers(self) -> dict[int, str]:
        rows = self.find(".answers button").evaluate_all(
            "rows => rows.map(row => [row.dataset.grid, row.dataset.says])"
        )
        return {int(grid): says for grid, says in rows}

    def middle_of(self, name: str) -> tuple[float, float]:
        box = self.part(name).bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def wait_for_parts(self, parts: str) -> None:
        """Wait until the answers to a face with its parts at some places are drawn."""
        self.page.wait_for_function("parts => String(window.seen.parts) === parts", arg=parts)

    def face_zoom(self) -> float:
        return self.zoom(self.find(".panel.input canvas"))


def assert_noticed_but_not_by_global_pooling(stage: FaceStage, before: dict[int, str]) -> None:
    now = stage.answers()
    assert before[1] == now[1] == "undecided"
    assert [grid for grid in before if before[grid] == "face" and now[grid] == "scrambled"]
    assert "The mouth moved 29 px up." in stage.sentence
    assert "now say scrambled" in stage.sentence


def test_a_visit_trains_and_a_mouse_drags_the_mouth(browser: Browser, server: AppServer) -> None:
    with FaceStage(browser, server) as stage:
        stage.wait_until_trained()
        before = stage.answers()
        assert {grid for grid, says in before.items() if says == "face"} >= {6, 12, 64}
        (x, y), zoom = stage.middle_of("mouth"), stage.face_zoom()
        stage.page.mouse.move(x, y)
        stage.page.mouse.down()
        stage.page.mouse.move(x, y - 29 * zoom, steps=5)
        stage.wait_for_parts(FOREHEAD)
        assert_noticed_but_not_by_global_pooling(stage, before)
        stage.page.mouse.up()
        stage.wait_for_link(parts=FOREHEAD)
        # Its cells: another grid by a click, then by a key, and the link keeps which.
        stage.find('.answers [data-grid="12"]').click()
        stage.wait_for_link(grid="12")
        stage.find('.answers [data-grid="12"]').press("ArrowUp")
        stage.wait_for_link(grid="8")
        answers = stage.answers()
        stage.page.reload()
        stage.wait_until_ready()
        stage.wait_until_trained()
        stage.wait_for_parts(FOREHEAD)
        assert stage.answers() == answers
        assert stage.find('.answers [aria-checked="true"]').get_attribute("data-grid") == "8"
        stage.part("nose").press("ArrowDown")  # the mouth stays where the link had it
        stage.wait_for_link(parts=FOREHEAD.replace("25,24", "26,24"), grid="8")
        stage.part("nose").press("Home")
        stage.wait_for_link(parts=FOREHEAD)
        stage.page.goto("about:blank")
        stage.page.go_back()
        stage.wait_until_ready()
        stage.wait_for_parts(FOREHEAD)
        stage.page.get_by_role("button", name="Put the parts back").click()
        stage.wait_for_parts(HOME)
        assert stage.answers() == before


def test_keys_move_a_part_and_home_puts_it_back(browser: Browser, server: AppServer) -> None:
    with FaceStage(browser, server, {"parts": HOME}) as stage:
        stage.wait_until_trained()
        before = stage.answers()
        stage.handle.focus()
        for name in ("left eye", "right eye", "nose", "mouth"):
            stage.page.keyboard.press("Tab")
            assert stage.part(name).evaluate("part => part.matches(':focus-visible')")
        for _ in range(7):
            stage.page.keyboard.press("Shift+ArrowUp")
        stage.page.keyboard.press("ArrowUp")
        stage.wait_for_parts(FOREHEAD)
        assert_noticed_but_not_by_global_pooling(stage, before)
        stage.wait_for_link(parts=FOREHEAD)
        stage.page.keyboard.press("Home")
        stage.wait_for_link(parts=HOME)
        assert stage.answers() == before
        stage.handle.press("ArrowRight")
        stage.wait_for_link(at="8,9")
        assert "The whole face moved 1 px right." in stage.sentence


def test_a_finger_drags_the_mouth_and_sees_the_answers(browser: Browser, server: AppServer) -> None:
    with FaceStage(browser, server, **PHONE) as stage:
        stage.wait_until_trained()
        before = stage.answers()
        (x, y), zoom = stage.middle_of("mouth"), stage.face_zoom()
        devtools = stage.page.context.new_cdp_session(stage.page)

        def touch(kind: str, *points: tuple[float, float]) -> None:
            devtools.send(
                "Input.dispatchTouchEvent",
                {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
            )

        touch("touchStart", (x, y))
        for rows in (10, 20, 29):
            touch("touchMove", (x, y - rows * zoom))
        stage.wait_for_parts(FOREHEAD)
        assert_noticed_but_not_by_global_pooling(stage, before)
        for end in ('[data-part="left eye"]', '.answers [data-grid="64"]'):
            box = stage.find(end).bounding_box()
            assert box
            assert 0 < box["y"] < box["y"] + box["height"] <= 844, f"{end} is out of sight"
        touch("touchEnd")
        stage.wait_for_link(parts=FOREHEAD)


# A stranger's program that sends other parts in the stage's name; see test_browser_links.
FORGE_PARTS = FORGE_MESSAGES.replace(
    FORGE_MESSAGES[
        FORGE_MESSAGES.index("own = /") + 6 : FORGE_MESSAGES.index(";\n    const found")
    ],
    r'/"parts":\[\[[^:]*?\]\]/',
).replace('`"knownScene":"",${window.forged},"unit"`', '`"parts":${window.forged}`')
HOSTILE = {
    "[[1,1]]": "got [[1, 1]]",
    "[[NaN,1],[1,1],[1,1],[1,1]]": "got nan",
}


def test_a_forged_message_ends_in_a_sentence(browser: Browser, server: AppServer) -> None:
    with FaceStage(browser, server, init_script=FORGE_PARTS) as stage:
        stage.wait_until_trained()
        answers = stage.answers()
        for forged, complaint in HOSTILE.items():
            stage.page.evaluate("forged => { window.forged = forged; }", forged)
            stage.part("nose").press("ArrowLeft")
            stage.find(".notice", has_text=complaint).wait_for()
            assert stage.answers() == answers
        stage.page.evaluate("window.forged = null")
        stage.part("nose").press("Home")
        stage.wait_for_link(parts=HOME)
        stage.find(".notice").wait_for(state="hidden")
