"""Lessons in real Chromium: by keyboard alone, by touch alone, and after a server's restart."""

import re

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.app_server import AppServer
from pages.ui.lessons.reader import load_lessons
from tests.support.app_tab import PHONE
from tests.support.stage_driver import Stage

MOST_TABS = 80
MAIN = "document.querySelector('[data-testid=stMain]')"

# The element that has the focus, in the stage's shadow tree too, as a screen reader names it.
FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const label = element?.getAttribute("aria-label") ?? "";
  return label || element?.labels?.[0]?.innerText || element?.innerText || "";
}"""


def opened(browser: Browser, server: AppServer, lesson: str, **options: object) -> Stage:
    return Stage(browser, server, {"lesson": lesson, "step": "1"}, path="/learn", **options)


def tab_to(stage: Stage, words: str) -> None:
    """Press Tab until what has the focus is called by some words."""
    for _ in range(MOST_TABS):
        if re.match(words, stage.page.evaluate(FOCUSED)):
            return
        stage.page.keyboard.press("Tab")
    raise AssertionError(f"nothing called {words!r} within {MOST_TABS} tabs")


def press_button(stage: Stage, name: str) -> None:
    tab_to(stage, f"{name}$")
    stage.page.keyboard.press("Enter")


def expect_title(stage: Stage, title: str) -> None:
    expect(stage.page.get_by_role("heading", level=1)).to_have_text(title)
    stage.wait_until_run()


def expect_text(stage: Stage, text: str) -> None:
    expect(stage.page.get_by_text(text).first).to_be_visible()
    stage.wait_until_run()


def test_a_whole_lesson_by_keyboard_alone(browser: Browser, server: AppServer) -> None:
    lesson = load_lessons().find("a-pool-forgives")
    assert lesson is not None
    titles = [step.title for step in lesson.steps]
    with opened(browser, server, lesson.name) as stage:
        expect_title(stage, titles[0])
        expect(stage.find(".input .plot")).to_have_attribute("inert", "")
        expect(stage.find(".sentence")).to_be_hidden()  # it would give the answer away
        press_button(stage, "Predict")  # that none will change, which is right
        expect_text(stage, "Right.")
        expect(stage.find(".input .plot")).not_to_have_attribute("inert", "")
        expect(stage.find(".sentence")).to_be_visible()
        press_button(stage, "Next")

        expect_title(stage, titles[1])
        tab_to(stage, "Map of layer 1")
        for key in ("ArrowUp", "ArrowLeft", "Enter", "ArrowRight", "Enter"):  # (1, 1), (1, 2)
            stage.page.keyboard.press(key)
        press_button(stage, "Predict")
        expect_text(stage, "2 marked, 2 of them right")
        press_button(stage, "Next")

        expect_title(stage, titles[2])
        tab_to(stage, "Your prediction")
        stage.page.keyboard.type("5")
        stage.page.keyboard.press("Enter")
        expect_text(stage, "Not this time.")
        expect_text(stage, "3 steps")
        press_button(stage, "Next")

        expect_title(stage, titles[3])
        tab_to(stage, "No, the 9|Yes, the mean")
        stage.page.keyboard.press("ArrowDown")
        press_button(stage, "Predict")
        expect_text(stage, "Measured:")
        press_button(stage, "Next")

        expect_title(stage, titles[4])
        expect_text(stage, "Not reached yet.")
        tab_to(stage, "pixel at row 4")
        stage.page.keyboard.press("ArrowLeft")
        expect_text(stage, "Reached.")
        press_button(stage, "Finish")
        expect_text(stage, "all 5 done")


def test_a_whole_lesson_by_touch_alone(browser: Browser, server: AppServer) -> None:
    lesson = load_lessons().lessons[0]
    titles = [step.title for step in lesson.steps]
    with opened(browser, server, lesson.name, **PHONE) as stage:
        page = stage.page

        def tap(name: str) -> None:
            stage.tap(page.get_by_role("button", name=name, exact=True))

        def answer(text: str) -> None:
            stage.tap(page.get_by_test_id("stRadio").get_by_text(text))
            tap("Predict")
            expect_text(stage, "Measured:")

        expect_title(stage, titles[0])
        stage.size = lesson.steps[0].scene.size
        fingers = page.context.new_cdp_session(page)
        stage.handle.scroll_into_view_if_needed()
        zoom = stage.zoom(stage.find(".panel.input canvas"))
        x, y = stage.grip()
        for kind, right in (("touchStart", 0), ("touchMove", 5), ("touchMove", 9)):
            at = [{"x": x + right * zoom, "y": y}]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
            stage.wait_for_maps_at((12, 8 + right))
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect_text(stage, "Reached.")
        tap("Next")

        for number, given in ((1, "25"), (3, "2")):
            expect_title(stage, titles[number])
            page.get_by_test_id("stNumberInput").locator("input").tap()
            page.keyboard.type(given)
            tap("Predict")
            expect_text(stage, "Right.")
            tap("Next")
            if number == 1:
                expect_title(stage, titles[2])
                answer("4 cells to the right")
                tap("Next")

        expect_title(stage, titles[4])
        answer("it follows exactly")
        expect_text(stage, "Not this time.")
        tap("Finish")
        expect_text(stage, "all 5 done")


def test_a_step_begins_at_its_top_from_wherever_the_last_was_left(
    browser: Browser, server: AppServer
) -> None:
    lesson = load_lessons().find("a-pool-forgives")
    assert lesson is not None
    with opened(browser, server, lesson.name, **PHONE) as stage:
        expect_title(stage, lesson.steps[0].title)
        stage.page.evaluate(f"{MAIN}.scrollTo(0, 60)")
        assert stage.page.evaluate(f"{MAIN}.scrollTop") == 60
        skip = stage.page.get_by_role("button", name="Skip", exact=True)
        skip.evaluate("button => button.click()")  # a finger would scroll to it
        expect_title(stage, lesson.steps[1].title)
        stage.page.wait_for_function(f"{MAIN}.scrollTop === 0")


def test_progress_that_the_browser_cannot_store_is_said_to_be_lost(
    browser: Browser, server: AppServer
) -> None:
    query = {"lesson": "where-did-the-pixel-go", "step": "2"}
    off = "Storage.prototype.setItem = () => { throw new DOMException('off', 'SecurityError'); };"
    with Stage(browser, server, query, path="/learn", init_script=off) as stage:
        stage.page.get_by_test_id("stNumberInput").locator("input").fill("4")
        stage.page.get_by_role("button", name="Predict").click()
        expect_text(stage, "Not this time.")
        stage.page.get_by_role("button", name="All lessons").click()
        expect_text(stage, "This browser does not store your progress")


@pytest.mark.slow
def test_progress_survives_a_restart_of_the_server(browser: Browser) -> None:
    with AppServer() as server, opened(browser, server, "where-did-the-pixel-go") as stage:
        stage.page.goto(stage.link.replace("step=1", "step=2"))
        stage.page.get_by_test_id("stNumberInput").locator("input").fill("4")
        stage.page.get_by_role("button", name="Predict").click()
        expect_text(stage, "Not this time.")
        stage.page.wait_for_function(
            "(localStorage.getItem('shift-lab-progress') ?? '').includes('how-many-cells')"
        )
        stage.page.goto("about:blank")  # no browser waits for the server while it is away
        server.restart()

        stage.page.goto(stage.link.partition("?")[0])
        expect_text(stage, "1 of 5 done")
        stage.note_restart()
        stage.page.get_by_role("button", name="Go on").click()
        expect_title(stage, "How many cells notice it?")
        expect_text(stage, "Not this time.")
        stage.page.get_by_role("button", name="All lessons").click()
        stage.page.get_by_role("button", name="Start over").click()
        stage.page.get_by_role("button", name="Forget it").click()
        expect(stage.page.get_by_text("1 of 5 done")).to_have_count(0)
        stage.wait_until_run()
        stage.page.reload()
        expect(stage.page.get_by_role("button", name="Start", exact=True).first).to_be_visible()
        stage.wait_until_run()
        assert stage.page.get_by_role("button", name="Go on").count() == 0
