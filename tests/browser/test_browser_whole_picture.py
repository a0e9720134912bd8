"""The whole picture on the move, the layer that parts, and the chart that waits for the drop."""

import numpy as np
import pytest
from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from rfcore.network import Network
from rfcore.pictures.backgrounds import draw_background
from rfcore.pictures.patterns import draw_pattern, place
from rfcore.stack import Stack
from tests.support.stage_driver import Stage

WRAPPED = {"picture": "noise", "moves": "wrap", "stack": "C3p1,M2", "padding": "circular"}
CHART = '[data-testid="stPlotlyChart"] .barlayer .trace'

# Notes the time in ms of the first change of the chart after the drag has ended.
_WATCH_CHART = """() => {
  window.dropped = window.redrawn = null;
  addEventListener("pointerup", () => { window.dropped = performance.now(); }, true);
  new MutationObserver(() => {
    if (window.dropped) window.redrawn ??= performance.now();
    else window.early = true;
  }).observe(document.querySelector('[data-testid="stPlotlyChart"]'),
             { subtree: true, childList: true, attributes: true, characterData: true });
}"""


def test_the_whole_picture_turns_round_under_the_hand(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, WRAPPED) as stage:
        before = stage.picture()
        maps = stage.cells(1)
        stage.drag(3, -5)
        np.testing.assert_array_equal(stage.picture(), np.roll(before, (3, -5), (0, 1)))
        np.testing.assert_array_equal(stage.cells(1), np.roll(maps, (3, -5), (0, 1)))
        assert stage.sentence.startswith("The whole picture moved 3 px down, 5 px left. Layer 1 ")


def test_black_comes_in_where_it_left(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {**WRAPPED, "moves": "zeros"}) as stage:
        before = stage.picture()
        stage.drag(0, 4)
        after = stage.picture()
        np.testing.assert_array_equal(after[:, 4:], before[:, :-4])
        assert not after[:, :4].any()


def test_the_map_that_parts_is_marked_while_it_does(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, WRAPPED) as stage:
        marks = [stage.map(layer).locator(".badge") for layer in (1, 2)]
        assert [mark.is_visible() for mark in marks] == [False, False]
        with stage.held():
            stage.pull(0, 1)
            stage.wait_for_maps_at((24, 13))
            assert [mark.is_visible() for mark in marks] == [False, True]
            assert "no whole number of its cells" in (marks[1].get_attribute("title") or "")
            stage.pull(0, 2)
            stage.wait_for_maps_at((24, 14))
            assert [mark.is_visible() for mark in marks] == [False, False]


def test_the_chart_waits_for_the_drop_and_follows_soon(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"picture": "noise", "stack": "C3p1,M2"}) as stage:
        stage.scroll_to_charts()
        stage.page.evaluate(_WATCH_CHART)
        with stage.held():
            for step in range(1, 12, 2):
                stage.pull(0, step)
                stage.wait_for_maps_at((24, 12 + step))
            assert stage.page.evaluate("window.early ?? false") is False
        stage.page.wait_for_function("window.redrawn")
        waited = stage.page.evaluate("window.redrawn - window.dropped")
        # The aim is 400 ms; a crowded machine gets five times that here.
        assert waited < 2000
        shown = float(stage.page.locator(f"{CHART} text").all_text_contents()[1].rstrip(" %"))
        picture = np.full((1, 64, 64), np.rint(draw_background("noise", 64).mean() * 255) / 255)
        network = Network.with_filters(Stack.parse("C3p1,M2"))
        maps = [
            network.forward(place(picture, draw_pattern("cat", 16), 24, col))[1] for col in (12, 23)
        ]
        old, new = (seen - network.forward(picture)[1] for seen in maps)
        # 11 px are 5.5 cells: halfway between 5 and 6.
        blend = (np.roll(old, 5, 2) + np.roll(old, 6, 2)) / 2
        off = np.abs(new - blend)[:, 1:-1, 7:-7].max() / max(np.abs(old).max(), np.abs(new).max())
        assert abs(shown - 100 * off) <= 0.5


@pytest.mark.slow
def test_pages_keep_what_was_built_on_them(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"picture": "noise", "stack": "C3,M2"}) as stage:
        stage.drag(0, 2)
        page = stage.page
        for title, text in (
            ("Pooling forgives", "max pool 2×2"),
            ("How far a neuron sees", "C3x3/1"),  # the same stack through another lens
            ("Feature-map shifts", "C3x3/1"),
        ):
            stage.go_to(title)
            page.wait_for_url(lambda url, title=title: _path(title) in url)
            stage.find(".map .name", has_text=text).first.wait_for()
        assert stage.position == (24, 14)
        stage.wait_for_link(at="24,14", stack="C3x3/1,M2x2/2", picture="noise")
        page.wait_for_timeout(1000)  # what comes right after a run is no one who went back
        # To the page before this, by way of this one as it was come to, which has no link yet.
        while "lens=maps" in page.url or page.url.endswith("/feature_map_shifts"):
            page.go_back()
            page.wait_for_timeout(1000)
        stage.wait_for_link(lens="fields", at="24,14")
        assert stage.position == (24, 14)


def _path(title: str) -> str:
    return "/" + title.lower().replace(" ", "_").replace("-", "_")
