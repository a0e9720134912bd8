"""The heads in real Chromium: training, the answers to a drag, clicks on maps, and painting."""

import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Route, expect

from benchmarks.app_server import AppServer
from pages.ui.scene.head_training import Training, blocks_from
from pages.ui.scene.link import from_query, to_query
from pages.ui.scene.workspaces import HEADS_WORKSPACE
from rfcore.stack import Stack
from tests.support.browser_contexts import visitor
from tests.support.stage_driver import Stage
from tests.support.stage_view import Place

pytestmark = pytest.mark.slow

PAGE = "/the_head_decides"
# Each test trains settings of its own: what one has trained the next would find.
SMALL = replace(HEADS_WORKSPACE.scene, size=32, position=(3, 3), start=(3, 3)).with_stack(
    Stack.parse("C5x5/1p2 -> M2x2/2 -> C3x3/1p1c4")
)


class Heads(Stage):
    """A learner at the page of the heads; its picture has no strip round it."""

    @property
    def margin(self) -> int:
        return 0

    def wait_until_ready(self) -> None:
        """Wait until the stage is there; the page may still be training."""
        self.page.wait_for_function("window.seen")
        self.find(".sentence").wait_for(state="visible")

    def wait_until_trained(self) -> None:
        """Wait until all heads answer."""
        expect(self.find(".head-answer").last).to_contain_text("%")
        self.wait_until_run()

    @property
    def answers(self) -> list[str]:
        """What the three heads answer, in words."""
        return self.find(".head-answer").all_inner_texts()

    def spot(self, panel: str, place: Place) -> tuple[float, float]:
        """Return where a place's cell is on a panel: at the pattern's middle."""
        canvas = self.find(f"{panel} canvas").first
        canvas.scroll_into_view_if_needed()
        box: Any = canvas.bounding_box()
        zoom, middle = box["width"] / self.size, self.size / 8
        return box["x"] + (place[1] + middle) * zoom, box["y"] + (place[0] + middle) * zoom

    def training(self) -> Any:
        """Return the training that the address bar holds."""
        return from_query(self.link_query, base=HEADS_WORKSPACE.scene)[0].training


def query_of(scene: Any, **training: Any) -> dict[str, str]:
    changed = scene.with_training(replace(Training(), **training))
    return to_query(changed)


LONG = replace(HEADS_WORKSPACE.scene, size=96)
"""Its training takes some ten seconds and is begun by a press."""


def test_who_comes_second_has_a_place_in_the_line_and_a_closed_tab_leaves_it(
    browser: Browser,
) -> None:
    with AppServer() as server, visitor(browser, server.url, {}, is_new=True) as other:
        with Heads(browser, server, query_of(LONG, seed=41), path=PAGE) as stage:
            stage.page.get_by_role("button", name="Train the three heads").click()
            stage.page.get_by_role("button", name="Stop").wait_for()
            page = other.new_page()
            page.goto(f"{server.url}/parts_and_places")
            page.get_by_text("The server trains for others now").wait_for()
            page.get_by_role("button", name="Train the grids").click()
            page.get_by_text("Another training is running. Yours is next.").wait_for()
            expect(stage.find(".head-answer").last).not_to_contain_text("%")
        closed = time.monotonic()
        page.get_by_text("Training grid g =").wait_for()
        assert time.monotonic() - closed < 3  # the page looks twice a second
        page.get_by_text("Learned from 600 pictures").wait_for(timeout=90_000)


def test_stop_is_heeded_at_once(browser: Browser, server: AppServer) -> None:
    with Heads(browser, server, query_of(LONG, seed=42), path=PAGE) as stage:
        stage.page.get_by_role("button", name="Train the three heads").click()
        stage.page.get_by_role("button", name="Stop").click()
        pressed = time.monotonic()
        stage.page.get_by_text("Training was stopped").wait_for()
        assert time.monotonic() - pressed < 1.5


def test_training_is_seen_and_then_every_head_answers_the_drag(
    browser: Browser, server: AppServer
) -> None:
    with Heads(browser, server, query_of(HEADS_WORKSPACE.scene, seed=31), path=PAGE) as stage:
        progress = stage.page.get_by_test_id("stProgress")
        expect(progress).to_contain_text("flatten: loss 0.")
        expect(progress).to_contain_text("global max: loss 0.")
        # The stage answers meanwhile, and says what is missing.
        assert "not trained" in stage.answers
        stage.wait_until_trained()
        expect(progress).to_have_count(0)
        assert [answer.split(",")[0] for answer in stage.answers] == ["cat"] * 3
        stage.drag(34, 34)
        dense, average, largest = stage.answers
        assert dense.startswith("dog, ")
        assert dense.endswith(", wrong")
        assert [average.split(",")[0], largest.split(",")[0]] == ["cat", "cat"]
        assert "lower right, where no example was. Flatten + dense says dog" in stage.sentence
        stage.page.mouse.click(*stage.spot(".head", (6, 9)))
        stage.wait_until_settled((6, 9))
        assert stage.answers[0].split(",")[0] == "cat"
        panel = stage.find(".head .plot").first
        panel.press("ArrowDown")
        panel.press("ArrowRight")
        panel.press("Enter")
        stage.wait_until_settled((7, 10))


def test_where_examples_lie_is_painted_and_trained_on_a_click(
    browser: Browser, server: AppServer
) -> None:
    query = query_of(SMALL, examples=40, seed=32)
    with Heads(browser, server, query, path=PAGE) as stage:
        stage.wait_until_trained()
        stage.find("button.paint").click()
        # A stroke through the lowest row of blocks: the first is clear, so all become painted.
        stage.page.mouse.move(*stage.spot(".input", (22, 1)))
        stage.page.mouse.down()
        stage.page.mouse.move(*stage.spot(".input", (22, 23)), steps=12)
        stage.page.mouse.up()
        expect(stage.find(".sentence")).to_contain_text("not trained on this yet")
        stage.page.get_by_role("button", name="Train the three heads").click()
        stage.wait_until_trained()
        wanted = blocks_from("f0f0f0f000000000")
        wanted[7] = True
        assert (blocks_from(stage.training().where) == wanted).all()
        # By keys: the upper left block goes, and Escape leads back.
        layer = stage.find(".paint-layer")
        layer.press("Enter")
        layer.press("Escape")
        expect(layer).to_be_hidden()
        wanted[0, 0] = False
        stage.page.get_by_role("button", name="Train the three heads").wait_for()
        assert (blocks_from(stage.training().where) == wanted).all()
        assert stage.position == (3, 3)  # no stroke has moved the pattern


def test_a_training_is_stopped_and_the_page_goes_on(browser: Browser, server: AppServer) -> None:
    query = query_of(HEADS_WORKSPACE.scene, seed=33)
    with Heads(browser, server, query, path=PAGE) as stage:
        stage.page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
        stage.page.get_by_text("Training was stopped; nothing of it was kept.").wait_for()
        expect(stage.page.get_by_test_id("stProgress")).to_have_count(0)
        stage.drag(2, 3)
        assert stage.answers == ["not trained"] * 3
        # Nobody has to wait for what was stopped: another tab trains at once.
        with Heads(browser, server, query_of(SMALL, examples=40, seed=34), path=PAGE) as other:
            other.wait_until_trained()


def test_what_was_trained_before_the_stage_had_loaded_is_shown(
    browser: Browser, server: AppServer
) -> None:
    with Heads(browser, server, path="/pooling_forgives") as stage:
        trained = stage.page.get_by_text("Trained in").first

        def hold(route: Route) -> None:
            # Both frames wait for the stage then, the one before the training and the one after.
            trained.wait_for()
            route.continue_()

        stage.page.route("**/stage/stage.js*", hold)
        for seed in (35, 36, 37):  # which of both comes last is a matter of luck
            query = urlencode(query_of(SMALL, examples=40, seed=seed))
            stage.page.goto(f"{server.url}{PAGE}?{query}")
            stage.wait_until_trained()


def test_a_drag_during_training_neither_ends_it_nor_is_lost(
    browser: Browser, server: AppServer
) -> None:
    query = query_of(HEADS_WORKSPACE.scene, seed=35)
    with Heads(browser, server, query, path=PAGE) as stage:
        progress = stage.page.get_by_test_id("stProgress")
        expect(progress).to_contain_text("flatten")
        with stage.held():
            stage.pull(20, 30)
        stage.wait_for_maps_at((28, 38))
        expect(progress).to_be_visible()
        stage.wait_until_trained()
        stage.wait_until_settled((28, 38))
        assert stage.position == (28, 38)
