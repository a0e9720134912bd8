"""A lecture in real Chromium: a clicker, a projector of any size, and the speaker's own window."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.app_server import AppServer
from tests.support.browser_contexts import visitor
from tests.support.stage_driver import Stage

LIST = """/feature_map_shifts?picture=flat&at=24,14&from=24,12 Ask: which will follow?
/pooling_forgives?at=3,4&from=3,3 Wait for an answer.
/convolution_follows?lens=window
/how_far_a_neuron_sees?unit=3,14,14 Count to eight."""
KEEP = f"localStorage.setItem('shift-lab-deck', {LIST!r});"
OWN = {"deck": "own", "present": "1"}
TITLES = [
    "Does the map move when the pattern moves?",
    "What does a pool notice of a small move?",
    "Does the answer move as the pattern does?",
    "How far does one neuron see?",
]


def title_is(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_clicker_goes_from_the_first_slide_to_the_last_and_back(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, OWN, path="/present", init_script=KEEP) as stage:
        page = stage.page
        title_is(page, TITLES[0])
        stage.drag(0, 3)  # the handle has the focus now
        for number, title in enumerate(TITLES[1:], start=2):
            page.keyboard.press("PageDown")
            title_is(page, title)
            stage.wait_for_link(slide=f"{number}", present="1")
        page.keyboard.press("PageDown")
        page.get_by_text("4 of 4. This is the last.").wait_for()
        for title in TITLES[2::-1]:
            page.keyboard.press("PageUp")
            title_is(page, title)
        page.keyboard.press("PageUp")
        page.get_by_text("1 of 4. This is the first.").wait_for()
        stage.wait_for_maps_at((24, 17))  # as the drag has left it
        stage.wait_for_link(slide="1", at="24,17")
        page.reload()
        stage.wait_until_ready()
        title_is(page, TITLES[0])
        assert stage.position == (24, 17)
        page.get_by_role("button", name="Start over").click()
        stage.wait_for_maps_at((24, 14))
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Present").wait_for()
        assert "/feature_map_shifts?" in page.url
        stage.wait_for_link(at="24,14", picture="flat")
        stage.wait_until_run()


FITS = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    const bar = document.querySelector(".st-key-presenting_bar").getBoundingClientRect();
    return main.scrollHeight <= main.clientHeight && bar.bottom <= innerHeight;
}"""


@pytest.mark.parametrize(("width", "height", "least"), [(1920, 1080, 24), (1024, 768, 18)])
def test_type_is_large_and_nothing_has_to_be_scrolled(
    browser: Browser, server: AppServer, width: int, height: int, least: int
) -> None:
    size = {"viewport": {"width": width, "height": height}}
    for path in ("/feature_map_shifts", "/how_far_a_neuron_sees"):
        with Stage(browser, server, {"present": "1"}, path=path, **size) as stage:
            expect(stage.page.get_by_test_id("stHeader")).to_be_hidden()
            for selector in (".sentence", ".unit-text", ".views button"):
                font = stage.find(selector).first.evaluate(
                    "node => getComputedStyle(node).fontSize"
                )
                assert float(font.removesuffix("px")) >= least
            stage.page.wait_for_function(FITS)
            bar = stage.page.locator(".st-key-presenting_bar").bounding_box()
            whole = stage.page.locator(".stage").bounding_box()
            picture = stage.find(".input canvas").bounding_box()
            assert bar
            assert whole
            assert picture
            assert whole["y"] + whole["height"] <= bar["y"] + 1
            assert picture["width"] >= 0.18 * width


def test_heads_keep_their_logits_where_other_figures_give_way(
    browser: Browser, server: AppServer
) -> None:
    query = {"present": "1", "at": "40,40"}
    size = {"viewport": {"width": 1920, "height": 1080}}
    with Stage(browser, server, query, path="/the_head_decides", **size) as stage:
        expect(stage.find(".head-answer").last).to_contain_text("%", timeout=90_000)
        stage.page.wait_for_function(FITS)
        expect(stage.find(".quarters").first).to_be_hidden()
        for head, row in zip(
            stage.find(".panel.head canvas").all(),
            stage.find(".head-figures .answer-row:nth-child(3)").all(),
            strict=True,
        ):
            expect(row).to_be_visible()
            above, below = head.bounding_box(), row.bounding_box()
            assert above
            assert below
            assert abs(above["x"] - below["x"]) <= 2


MIDDLE = """node => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const { top, bottom } = range.getBoundingClientRect();
    return (top + bottom) / 2;
}"""


@pytest.mark.parametrize("present", ["", "?present=1"])
def test_a_term_stands_level_with_what_it_means(
    browser: Browser, server: AppServer, present: str
) -> None:
    size = {"viewport": {"width": 1440, "height": 900}}
    with visitor(browser, server.url, size) as context:
        page = context.new_page()
        page.goto(f"{server.url}/glossary{present}")
        page.get_by_role("link", name="See temperature").wait_for()
        for row in page.locator(".st-key-glossary").get_by_test_id("stHorizontalBlock").all()[:5]:
            name, meaning = row.locator("h2"), row.locator(".prose")
            assert abs(name.evaluate(MIDDLE) - meaning.evaluate(MIDDLE)) <= 3


def test_the_speakers_window_and_the_projector_follow_each_other(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, OWN, path="/present", init_script=KEEP) as stage:
        page = stage.page
        page.keyboard.press("PageDown")
        title_is(page, TITLES[1])
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Notes").click()
        notes = opened.value
        title_is(notes, TITLES[1])  # it asks where the other one is
        notes.get_by_text("Wait for an answer.").wait_for()
        notes.get_by_text(f"Next: {TITLES[2]}").wait_for()
        expect(notes.locator(".clock")).to_have_text(re.compile(r"^\d:\d\d$"))
        notes.keyboard.press("PageDown")
        title_is(page, TITLES[2])
        page.keyboard.press("PageDown")
        title_is(notes, TITLES[3])
        notes.get_by_text("Count to eight.").wait_for()
        expect(page.get_by_text("Count to eight.")).to_have_count(0)
        page.keyboard.press("PageUp")
        title_is(notes, TITLES[2])
        notes.close()
        stage.wait_until_run()


NONSENSE = """async () => {
    const channel = new BroadcastChannel("shift-lab-own");
    const nonsense = [null, "x", [1], { slide: true, began: "x" }, { slide: 1.5 }, { slide: null }];
    nonsense.forEach((message) => channel.postMessage(message));
}"""


def test_nonsense_between_the_windows_turns_no_page_and_stops_no_clock(
    browser: Browser, server: AppServer
) -> None:
    forged = f"{KEEP}sessionStorage.setItem('shift-lab-talk-own', 'no time');"
    with Stage(browser, server, OWN, path="/present", init_script=forged) as stage:
        page = stage.page
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Notes").click()
        notes = opened.value
        notes.add_init_script(forged)
        notes.reload()
        title_is(notes, TITLES[0])
        expect(notes.locator(".clock")).to_have_text(re.compile(r"^\d:\d\d$"))
        page.evaluate(NONSENSE)
        page.keyboard.press("PageDown")
        title_is(page, TITLES[1])  # the second, not one further
        title_is(notes, TITLES[1])
        expect(notes.locator(".clock")).to_have_text(re.compile(r"^\d:\d\d$"))
        notes.close()
        stage.wait_until_run()


FILL = """() => {
    for (let size = 2 ** 23, rest = ""; size >= 1; size /= 2) {
        try { localStorage.rest = rest + "x".repeat(size); rest = localStorage.rest; } catch {}
    }
}"""
"""Leaves no room for one more character in the browser's storage."""


def test_a_list_that_the_browser_cannot_store_is_said_to_be_lost(
    browser: Browser, server: AppServer
) -> None:
    with visitor(browser, server.url, {}) as context:
        page = context.new_page()
        page.goto(f"{server.url}/present")
        area, lost = page.get_by_role("textbox"), page.get_by_text("did not store your list")
        area.wait_for()
        page.evaluate(FILL)
        for link, title in (("/pooling_forgives", TITLES[1]), ("/convolution_follows", TITLES[2])):
            area.fill(link)
            area.press("Control+Enter")
            page.get_by_text(title).wait_for()
            lost.wait_for()
        page.evaluate("localStorage.removeItem('rest')")
        area.fill("/how_far_a_neuron_sees")
        area.press("Control+Enter")
        page.get_by_text(TITLES[3]).wait_for()
        lost.wait_for(state="detached")
        page.reload()
        page.get_by_text(TITLES[3]).wait_for()
