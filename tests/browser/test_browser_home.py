"""The front door in Chromium: a drag at once, terms explained, and the way to every page."""

import re

from playwright.sync_api import Browser, expect

from benchmarks.app_server import AppServer
from pages.ui.site import SITE
from pages.ui.text.glossary import terms
from tests.support.stage_driver import Stage

SIZES = ((1440, 900), (1024, 768), (390, 844))


def test_home_can_be_dragged_at_once_at_every_size(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, {"picture": "flat", "at": "30,31"}, path="/") as stage:
        assert stage.position == (30, 31)  # a link to the front door opens its scene
        for width, height in SIZES:
            stage.page.set_viewport_size({"width": width, "height": height})
            handle = stage.handle.bounding_box()
            assert handle is not None
            # On the first screen, below Streamlit's bar, without a click or a scroll.
            assert handle["y"] > 60
            assert handle["y"] + handle["height"] < height
            assert handle["x"] + handle["width"] < width
        stage.drag(-2, 3)
        assert "followed" in stage.sentence
        assert [url for url in stage.requests if "plotly" in url.lower()] == []


def test_a_term_is_explained_on_hover_on_focus_and_by_tap(
    browser: Browser, server: AppServer
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with Stage(browser, server, path="/", **phone) as stage:
        page = stage.page
        for name, use in (("maps", "tap"), ("head", "hover"), ("pool", "focus")):
            term = page.locator(".term").filter(has_text=re.compile(f"^{name}")).first
            meaning = term.locator(".meaning")
            expect(meaning).to_be_hidden()
            getattr(term, use)()
            expect(meaning).to_be_visible()
            whole = next(term.means for term in terms() if name.rstrip("s") in term.spellings)
            assert whole in meaning.inner_text()
            box = meaning.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            page.locator("h2").first.tap()
            page.locator("h2").first.hover()
            expect(meaning).to_be_hidden()


def test_home_leads_to_every_page_and_the_glossary_to_the_scene_of_a_term(
    browser: Browser, server: AppServer
) -> None:
    with Stage(browser, server, path="/") as stage:
        page = stage.page
        links = page.get_by_test_id("stPageLink").get_by_role("link")
        expect(links.last).to_be_visible()
        leads_to = {(link.get_attribute("href") or "").split("/")[-1] for link in links.all()}
        assert {entry.path for entry in SITE[1:]} <= leads_to
        links.last.click()  # the glossary
        page.get_by_role("heading", name="Glossary").wait_for()
        page.get_by_label("Find a term").fill("stride")
        page.get_by_label("Find a term").press("Enter")
        expect(page.get_by_role("heading", level=2)).not_to_have_count(len(terms()))
        stride = page.locator('[data-testid="stHorizontalBlock"]', has=page.locator("#stride"))
        stride.get_by_role("link").last.click()
        page.get_by_role("heading", level=1).filter(has_not_text="Glossary").wait_for()
        expect(stage.find(".panel.map").last).to_contain_text("C3x3/2p1c1")
