"""Every page for everyone: what axe finds, where Tab leads, what fits, what moves."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from playwright.sync_api import Browser, expect
from playwright.sync_api import TimeoutError as TooLate

from benchmarks.app_server import TRAINING, AppServer
from pages.ui.site import HOME, SITE
from tests.support.stage_driver import CHART_PLACEHOLDER, Stage

VIEWS = {entry.path: "/" if entry.path == HOME else f"/{entry.path}" for entry in SITE} | {
    "how_far_a_neuron_sees": "/how_far_a_neuron_sees?pixel=30,20&rings=box,effective,used",
    "two roads": "/convolution_follows?lens=equivariance&at=12,9&from=12,6&moves=wrap",
    "a lesson's question": "/learn?lesson=a-pool-forgives&step=1",
    "presenting": "/feature_map_shifts?present=1",
    "a slide": "/present?present=1&deck=walkthrough&slide=3",
    "the speaker's window": "/present?notes=1&deck=walkthrough&slide=3",
}
SLOW = ("the_head_decides", "claim_check")  # they wait for trainings
LONG = 90_000  # ms: on a busy machine heads and faces take their time to be trained

# Width and height in CSS pixels, and device pixels in each: the first is 1440x900 at 200 %.
SMALL = {"zoomed": (720, 450, 2), "phone": (390, 844, 3), "smallest": (320, 568, 2)}

# Two things on narrow windows are Streamlit's own markup, which nothing of ours reaches: its menu
# of pages has a box around each section of its list; and its box around a table that is too wide
# gets the keys' focus from the browser, not from an attribute that axe could see.
AXE = Axe(
    AXE_SCRIPT
    + """;axe.configure({ rules: [
  { id: "list", selector: ':is(ul, ol):not([data-testid="stSidebarNavItems"])' },
  { id: "listitem", selector: 'li:not([data-testid="stSidebarNavItems"] li)' },
  { id: "scrollable-region-focusable", selector: ':not([data-testid="stTable"] > div)' },
] });"""
)
COLORS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
ALL_BUT_COLORS = {"rules": {"color-contrast": {"enabled": False}}}

WALK = (Path(__file__).parents[1] / "support" / "keyboard_walk.js").read_text(encoding="utf-8")

# What fades in or grows would be judged on its way.
STILL = "*, ::before, ::after { transition: none !important; animation: none !important; }"

# The colour of a text, and of the first thing below it that has one, as red, green and blue.
TEXT_AND_PAPER = """(text) => {
  const colorOf = (part, which) => getComputedStyle(part)[which].match(/[\\d.]+/g).map(Number);
  let paper = text;
  while (colorOf(paper, "backgroundColor")[3] === 0) paper = paper.parentElement;
  return [colorOf(text, "color").slice(0, 3), colorOf(paper, "backgroundColor").slice(0, 3)];
}"""

# A page may run once more, when the browser tells what it keeps: it has come to rest when for a
# while nothing ran and nothing was out of date.
RESTS = """() => {
  const state = document.querySelector('[data-testid="stApp"]').dataset.testScriptState;
  const stale = document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
  const now = performance.now();
  if (state !== "notRunning" || stale) window.restsSince = null;
  else window.restsSince ??= now;
  return window.restsSince !== null && now - window.restsSince > 500;
}"""

# What scrolls the page as a whole; a wide table may scroll in its own box.
SIDEWAYS = """() => {
  const parts = ["stApp", "stAppViewContainer", "stMain", "stMainBlockContainer"]
    .map((name) => document.querySelector(`[data-testid="${name}"]`));
  return [document.documentElement, document.body, ...parts]
    .filter((part) => part && part.scrollWidth > part.clientWidth)
    .map((part) => `${part.dataset.testid ?? part.localName} ${part.scrollWidth}`);
}"""


class Visit(Stage):
    """A tab on any page, whether it has a stage or not."""

    def wait_until_ready(self) -> None:
        """Wait until the page has run, and nothing on it is still to come."""
        self.page.get_by_test_id("stMainBlockContainer").wait_for()
        self.page.add_style_tag(content=STILL)
        self.rest()
        if self.page.locator(CHART_PLACEHOLDER).count():
            self.scroll_to_charts()
            self.rest()

    def rest(self) -> None:
        """Wait until the page has come to rest."""
        self.page.locator(TRAINING).wait_for(state="detached", timeout=LONG)
        expect(self.page.get_by_text("Being tried out")).to_have_count(0, timeout=LONG)
        self.page.wait_for_function(RESTS, timeout=LONG)

    def use_theme(self, scheme: Literal["light", "dark"]) -> None:
        """Go over to the light or the dark theme."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.wait_for_function(
            "scheme => getComputedStyle(document.querySelector('.stApp')).colorScheme === scheme",
            arg=scheme,
        )
        if self.page.locator(".stage").count():
            self.page.locator(f'.stage[data-theme="{scheme}"]').wait_for()
        self.rest()

    def use_size(self, width: int, height: int, device_pixels: int) -> None:
        """Make the window so many CSS pixels wide and high, and each so many device pixels."""
        self.page.context.new_cdp_session(self.page).send(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": device_pixels, "mobile": False},
        )
        self.page.wait_for_function("width => innerWidth === width", arg=width)

    def violations(self, options: Mapping[str, Any] = MappingProxyType({})) -> list[str]:
        """Return what axe finds on the page as it is now, a line for each element."""
        found = AXE.run(self.page, options={"resultTypes": ["violations"], **options}).response
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def sideways(self) -> list[str]:
        """Return what would have to be scrolled sideways, once all had time to find its place."""
        with suppress(TooLate):
            self.page.wait_for_function(f"!({SIDEWAYS})().length", timeout=5_000)
        found: list[str] = self.page.evaluate(SIDEWAYS)
        return found

    def walk(self) -> list[str]:
        """Press Tab from the top of the page to its end; return what was wrong on the way."""
        self.page.evaluate(WALK)
        assert self.page.evaluate("walk.begin()") > 0
        while True:
            self.page.keyboard.press("Tab")
            if self.page.evaluate("walk.note()"):
                found: list[str] = self.page.evaluate("walk.end()")
                return found


@pytest.mark.parametrize(
    "view", [pytest.param(view, marks=pytest.mark.slow if view in SLOW else ()) for view in VIEWS]
)
def test_a_page_is_for_everyone(browser: Browser, server: AppServer, view: str) -> None:
    with Visit(browser, server, path=VIEWS[view], color_scheme="light") as visit:
        assert visit.violations() == []
        visit.use_theme("dark")
        assert visit.violations(COLORS) == []
        assert visit.walk() == []  # the last at this size, for it scrolls
        for name, size in SMALL.items():
            visit.use_size(*size)
            if name == "phone":
                assert visit.violations(ALL_BUT_COLORS) == []
            assert visit.sideways() == [], name


@pytest.mark.parametrize("name", ["Make a GIF", "Hand out"])
def test_a_dialog_is_for_everyone(browser: Browser, server: AppServer, name: str) -> None:
    with Visit(browser, server, path="/pooling_forgives", color_scheme="light") as visit:
        for scheme in ("light", "dark"):
            visit.use_theme(scheme)
            visit.page.get_by_role("button", name=name).click()
            dialog = visit.page.get_by_role("dialog")
            expect(dialog).to_be_visible()
            visit.rest()
            assert visit.violations() == [], scheme
            # axe says nothing of colours in a dialog.
            for button in dialog.get_by_role("button").all():
                assert contrast(*button.evaluate(TEXT_AND_PAPER)) >= 4.5, (scheme, button)
            dialog.press("Escape")
            expect(dialog).to_have_count(0)


def test_a_step_that_is_answered_or_left_keeps_the_focus(
    browser: Browser, server: AppServer
) -> None:
    with Visit(browser, server, path=VIEWS["a lesson's question"]) as visit:
        page = visit.page
        expect(page.locator("body")).to_be_focused()  # a page that opens takes nothing
        page.get_by_role("button", name="Predict").press("Enter")
        page.get_by_text("Right.", exact=True).wait_for()
        expect(page.locator(".st-key-task_card")).to_be_focused()
        visit.rest()
        assert visit.violations() == []
        visit.use_theme("dark")
        assert visit.violations(COLORS) == []
        title = page.get_by_role("heading", level=1)
        before = title.inner_text()
        page.get_by_role("button", name="Next").press("Enter")
        expect(title).not_to_have_text(before)
        expect(title).to_be_focused()
        page.get_by_role("button", name="All lessons").press("Enter")
        page.get_by_text("Predict, drag, see").wait_for()
        expect(title).to_be_focused()
        visit.rest()
        page.get_by_role("button", name="What I predicted").press("Enter")
        expect(title).to_have_text("What I predicted")
        expect(title).to_be_focused()
        visit.rest()
        visit.go_to("Pooling forgives")
        page.locator(".stage .panel canvas").first.wait_for()
        page.wait_for_timeout(1500)  # until what has left the page is known to be gone
        page.get_by_role("link", name="Walkthrough").click()
        expect(title).to_have_text("Predict, drag, see")
        visit.rest()
        expect(title).not_to_be_focused()


def test_a_dialog_and_a_group_of_choices_by_keys(browser: Browser, server: AppServer) -> None:
    with Visit(browser, server, path="/pooling_forgives") as visit:
        page = visit.page
        choices = page.get_by_role("radiogroup").get_by_role("radio")
        choices.first.focus()
        page.keyboard.press("ArrowRight")
        expect(choices.nth(1)).to_be_focused()
        button = page.get_by_role("button", name="Hand out")
        button.press("Enter")
        page.get_by_role("img", name="QR code of the link").wait_for()
        visit.rest()
        assert visit.violations() == []
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        expect(button).to_be_focused()
        visit.rest()


# Every colour that a cell can have, and the ink of its number: rows of [red, green, blue, ink].
INKS = """async () => {
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  const file = files.find((name) => name.endsWith("/colors.js"));
  const { paintSigned, paintGray, inkOn } = await import(file);
  const pixels = new Uint32Array(511 * 2 + 256);
  const signed = Int32Array.from({ length: 511 }, (_, i) => i - 255);
  paintSigned(pixels.subarray(0, 511), signed, 255, "light");
  paintSigned(pixels.subarray(511, 1022), signed, 255, "dark");
  paintGray(pixels.subarray(1022), Uint8Array.from({ length: 256 }, (_, i) => i));
  const parts = (packed) => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255];
  const ink = (packed) => parseInt(inkOn(packed).slice(1, 3), 16);
  return [...pixels].map((packed) => [...parts(packed), ink(packed)]);
}"""

# The strongest colours that a number in the page's own text can stand on.
STRONGEST = """() => {
  const { shadowRoot } = [...document.querySelectorAll("*")].find((node) => node.shadowRoot);
  shadowRoot.querySelectorAll(".products td").forEach((cell, i) => {
    cell.style.setProperty("--strength", "70%");
    cell.classList.toggle("negative", i % 2);
  });
  for (const fill of shadowRoot.querySelectorAll(".bar-cell .fill")) fill.style.width = "100%";
}"""


def luminance(color: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return how bright colours (..., rgb) of 0 to 255 are, as WCAG 2.2 defines it."""
    share = color / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return how well two colours (..., rgb) can be told apart, from 1 to 21, by WCAG 2.2."""
    bright = [luminance(np.asarray(color)) for color in (one, other)]
    return np.asarray((np.maximum(*bright) + 0.05) / (np.minimum(*bright) + 0.05))


@pytest.mark.slow
def test_a_number_can_be_read_on_every_colour(browser: Browser, server: AppServer) -> None:
    with Visit(browser, server, path="/convolution_follows", color_scheme="light") as visit:
        colors = np.array(visit.page.evaluate(INKS), dtype=float)
        assert len(np.unique(colors, axis=0)) > 1000
        assert contrast(colors[:, :3], colors[:, [3, 3, 3]]).min() >= 4.5
        for scheme in ("light", "dark"):
            visit.use_theme(scheme)
            visit.page.evaluate(STRONGEST)
            assert visit.violations(COLORS) == []
    query = {"at": "40,40", "from": "24,24"}
    with Visit(browser, server, query, path="/the_head_decides", color_scheme="light") as visit:
        for scheme in ("light", "dark"):
            visit.use_theme(scheme)
            visit.page.evaluate(STRONGEST)
            assert visit.violations(COLORS) == []


# Notes what moves on the stage without being asked each time: by style, or from frame to frame.
NOTE = """
addEventListener("stage-drawn", (event) => {
  const stage = event.composedPath()[0];
  if (window.moved) return;
  window.moved = [];
  window.pictures = {};
  const note = (event) => moved.push(`${event.type} of ${event.target.className}`);
  for (const kind of ["animationstart", "transitionrun"]) stage.addEventListener(kind, note);
  window.follow = () => {
    const sum = stage.querySelector(".total").textContent;
    (pictures[sum] ??= new Set()).add(stage.querySelector(".input canvas").toDataURL());
    requestAnimationFrame(follow);
  };
});
"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_nothing_on_the_stage_moves_where_motion_is_unwelcome(
    browser: Browser, server: AppServer, motion: Literal["no-preference", "reduce"]
) -> None:
    moves = motion == "no-preference"
    options: dict[str, Any] = {"init_script": NOTE, "reduced_motion": motion}
    with Stage(browser, server, path="/pooling_forgives", **options) as stage:
        row, col = stage.position
        for step in (1, 2):  # out of the window in which it began
            stage.handle.press("ArrowRight")
            stage.wait_until_settled((row, col + step))
        assert any("flash" in what for what in stage.page.evaluate("moved")) == moves
        expect(stage.find(".flash")).to_have_count(0)
    with Stage(browser, server, path="/convolution_follows", **options) as stage:
        stage.find("button", has_text="Play").click()
        stage.page.evaluate("follow()")
        stage.page.wait_for_function("Object.keys(pictures).length > 4")
        assert bool(stage.page.evaluate("moved")) == moves
        # The window stands or is elsewhere: nothing in between.
        shown = stage.page.evaluate("Object.values(pictures).map((seen) => seen.size)")
        assert moves or shown == [1] * len(shown)
        stage.find("button", has_text="Pause").click()
        stage.find("button", has_text="Play").wait_for()
        stage.wait_until_run()
