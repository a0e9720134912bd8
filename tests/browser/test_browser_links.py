"""Links and strangers in real Chromium: a scene travels, and nonsense ends in a sentence."""

from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from tests.support.app_tab import CLIPBOARD, link_query
from tests.support.page_scripts import FORGE_MESSAGES
from tests.support.stage_driver import Stage

SCENE = {
    "picture": "bricks",
    "pattern": "ring",
    "stack": "C3x3/1p1,M2x2/2,C3x3/1",
    "at": "30,21",
    "from": "28,20",
    "channels": "3,3,2",
    "unit": "3,9,11",
    "view": "difference",
}

NONSENSE = {
    "picture": "![x](http://example.com/x.png)",
    "size": "NaN",
    "pattern": "<script>alert(1)</script>",
    "stack": "C3x3/1 -> Q7",
    "kernels": "bank,,,",
    "padding": "None",
    "at": "1e9,-1",
    "from": "9999,9999",
    "channels": "0,0,99",
    "unit": "-1,a,99999999999999999999",
    "view": "\x00yesterday",
}


def picture_and_maps(stage: Stage) -> list[np.ndarray]:
    return [stage.picture_canvas(), *(stage.cells(layer) for layer in (1, 2, 3))]


def assert_same_scene(stage: Stage, shown: list[np.ndarray], query: dict[str, str]) -> None:
    for now, before in zip(picture_and_maps(stage), shown, strict=True):
        np.testing.assert_array_equal(now, before)
    row, col = query["at"].split(",")
    assert stage.position == (int(row), int(col))
    assert stage.view == query["view"]


def test_a_copied_link_opens_the_same_scene_in_another_browser(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, SCENE, permissions=CLIPBOARD) as stage:
        stage.drag(1, 3)
        stage.find("button", has_text="Copy link").click()
        stage.find(".link-text", has_text="Link copied.").wait_for()
        link = stage.page.evaluate("navigator.clipboard.readText()")
        shown, unit_text = picture_and_maps(stage), stage.unit_text
    wanted = SCENE | {"at": "31,24", "from": "30,21"}
    assert wanted.items() <= link_query(link).items()
    with Stage(browser, server, link_query(link)) as other:
        assert_same_scene(other, shown, wanted)
        assert other.unit_text == unit_text
        selected = [other.map(n).locator("select").input_value() for n in (1, 2, 3)]
        assert selected == ["2", "2", "1"]


def test_a_link_that_is_copied_before_the_move_is_committed_has_the_move(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, SCENE, permissions=CLIPBOARD) as stage:
        copy = stage.find("button", has_text="Copy link")
        for _ in range(3):
            stage.handle.press("ArrowRight")
        copy.evaluate("button => button.click()")  # the handle keeps the focus
        stage.find(".link-text", has_text="Link copied.").wait_for()
        link = stage.page.evaluate("navigator.clipboard.readText()")
        assert link_query(link)["at"] == "30,24"
        stage.wait_for_link(at="30,24")


def test_reload_and_back_keep_the_scene(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, SCENE) as stage:
        first = picture_and_maps(stage)
        stage.drag(4, -5)
        shown, query = picture_and_maps(stage), stage.link_query
        stage.page.reload()
        stage.wait_until_ready()
        assert_same_scene(stage, shown, query)

        stage.page.goto("about:blank")
        stage.page.go_back()
        stage.wait_until_ready()
        assert_same_scene(stage, shown, query)

        stage.page.go_back()  # within the page: to before the drag
        stage.wait_for_maps_at((30, 21))
        stage.wait_until_run()
        assert_same_scene(stage, first, SCENE)


def test_each_nonsense_in_a_link_ends_in_a_sentence(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server) as stage:
        plain = picture_and_maps(stage)
        stage.open(f"{server.url}/feature_map_shifts?{urlencode(NONSENSE)}")
        notices = stage.page.get_by_test_id("stAlert").locator("li").all_inner_texts()
        for key, notice in zip(NONSENSE, notices, strict=True):
            # Word joiners keep a stranger's address from becoming a link.
            text = notice.replace("\u2060", "")
            assert text.startswith(f"The link’s “{key}” was left out: "), text
        assert stage.page.get_by_test_id("stAlert").locator("a, img, script").count() == 0
        assert stage.page.get_by_test_id("stException").count() == 0
        for now, before in zip(picture_and_maps(stage), plain, strict=True):
            np.testing.assert_array_equal(now, before)
        stage.drag(0, 1)
        assert stage.readouts(1)[0] == "→ 1 cell"


HOSTILE = {
    '"position":[NaN,12],"start":[24,12]': "got nan",
    '"position":["a","b"],"start":[24,12]': "got 'a'",
    '"position":[1000000000,0],"start":[0,0]': "got 1000000000, 0",
    '"position":[1e9,1e9],"start":[24,12]': "got 1000000000.0",
    '"position":[24.5,12.0],"start":[24,12]': "got 24.5",
    '"position":"everywhere","start":null': "got 'everywhere'",
}


@pytest.mark.slow
def test_a_hostile_message_ends_in_a_sentence(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"picture": "flat"}, init_script=FORGE_MESSAGES) as stage:
        maps = [stage.cells(layer) for layer in (1, 2, 3)]
        notice = stage.find(".notice", has_text="The stage could not do that: ")
        for forged, complaint in HOSTILE.items():
            stage.page.evaluate("forged => { window.forged = forged; }", forged)
            stage.handle.press("ArrowRight")
            notice.filter(has_text=complaint).wait_for()
            assert stage.position == (24, 12)
            for layer in (1, 2, 3):
                np.testing.assert_array_equal(stage.cells(layer), maps[layer - 1])

        stage.page.evaluate("window.forged = null")
        stage.handle.press("ArrowLeft")
        stage.wait_until_settled((24, 12 + len(HOSTILE) - 1))
        notice.wait_for(state="hidden")
        assert stage.readouts(1)[:2] == ("→ 5 cells", "→ 5 cells")
