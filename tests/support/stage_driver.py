"""A learner at the stage: opens the app in Chromium, drags, points, and reads what is shown.

Maps are read where a learner reads them, from the pixels of their canvases.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import BytesIO
from types import MappingProxyType
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FloatRect,
    Locator,
    Page,
    Request,
    WebSocket,
    expect,
)
from playwright.sync_api import TimeoutError as TookTooLong

from rfcore import Stack, receptive_fields
from tests.support.browser_contexts import visitor

Place = tuple[int, int]
Places = NDArray[np.floating]
Pixels = NDArray[np.int16]

PRESET = "C3x3/1,M2x2/2,C3x3/1"
PATIENCE = 30_000  # ms; a condition that holds is seen at once, this is for a crowded machine
expect.set_options(timeout=PATIENCE)
CHART_ROOM = '[class*="st-key-chart_room_"]'  # kept for a chart that waits until it is near

# A frame counts as seen when its maps stand on the canvases: the stage says so by this event.
_LISTEN = """
addEventListener("stage-drawn", (event) => { window.seen = event.detail; });
window.clicks = 0;
addEventListener("click", () => { window.clicks += 1; }, true);
"""


class Site(Protocol):
    """Where the app is found: one process, or several behind one address."""

    url: str

    def log(self) -> str:
        """Return everything that the app has printed so far."""


class Stage:
    """One browser tab with the app in it, as a context manager.

    On leaving it must have been clean: no error in the page's console, no request to anyone but
    the app, no line in the server's log.

    Parameters
    ----------
    query: the link's parameters, e.g. {"picture": "flat", "at": "24,12"}.
    path: of the page, e.g. "/pooling_forgives".
    init_script: JavaScript to run in the page before its own.
    is_new: whether the browser must never have been here before, so that it loads all anew.
    options: for the browser context, e.g. viewport, color_scheme or has_touch.
    """

    def __init__(
        self,
        browser: Browser,
        server: Site,
        query: Mapping[str, str] = MappingProxyType({}),
        *,
        path: str = "/feature_map_shifts",
        init_script: str = "",
        is_new: bool = False,
        **options: Any,
    ) -> None:
        self.server = server
        self.link = server.url + path + (f"?{urlencode(query, safe=',/')}" if query else "")
        self.stack = Stack.parse(query.get("stack", PRESET))
        self.size = int(query.get("size", "64"))
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._log_before = server.log()
        self._browser, self._is_new, self._init_script = browser, is_new, init_script
        # Playwright waits by evaluating texts in the page, which the app's own policy forbids;
        # that the app works under its policy is shown in test_browser_headers.py.
        defaults = {"viewport": {"width": 1440, "height": 900}, "bypass_csp": True}
        self._options = {**defaults, **options}

    def _listen(self) -> None:
        def hear(message: ConsoleMessage) -> None:
            # Below a page's own path Streamlit looks for its server there first, and finds none.
            looked_for = re.search(r"/_stcore/(health|host-config)$", message.location["url"])
            if message.type == "error" and not looked_for:
                self.complaints.append(f"console: {message.text}")

        def note(asked: Request | WebSocket) -> None:
            self.requests.append(asked.url)

        self.page.on("console", hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page: {error}"))
        self.page.on("request", note)
        self.page.on("websocket", note)

    def __enter__(self) -> Self:
        with ExitStack() as entered:
            context = entered.enter_context(
                visitor(self._browser, self.server.url, self._options, is_new=self._is_new)
            )
            self.page: Page = context.new_page()
            self.page.set_default_timeout(PATIENCE)
            self.page.add_init_script(_LISTEN + self._init_script)
            self._listen()
            self.open(self.link)
            entered.push(self._left)
            self._leave = entered.pop_all().__exit__
        return self

    def __exit__(self, *error: Any) -> None:
        self._leave(*error)

    def _left(self, kind: object, *_: object) -> None:
        if kind is None:
            self.must_be_clean()

    def must_be_clean(self) -> None:
        """Assert that nothing went wrong behind the learner's back."""
        assert self.complaints == [], self.complaints
        assert self.outside_requests() == [], self.outside_requests()
        assert self.new_log() == "", self.new_log()

    def outside_requests(self) -> list[str]:
        """Return the addresses of requests that went to anyone but the app."""
        own = urlsplit(self.server.url).netloc
        return [
            url
            for url in self.requests
            # What the page made itself, a blob or data address, leaves no machine.
            if urlsplit(url).scheme not in ("blob", "data") and urlsplit(url).netloc != own
        ]

    def new_log(self) -> str:
        """Return what the server has printed since this tab was opened."""
        lines = self.server.log().removeprefix(self._log_before).splitlines(keepends=True)
        # Streamlit notes this where a whole page has run while a part of it was about to.
        return "".join(line for line in lines if " does not exist anymore - it might" not in line)

    def note_restart(self) -> None:
        """Take what a server that was started anew has printed so far as its greeting."""
        self._log_before = self.server.log()
        assert "Traceback" not in self._log_before

    # ---- opening and waiting

    def open(self, link: str) -> None:
        """Go to a link and wait until the stage is there."""
        self.page.goto(link)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the page has run and the stage shows its maps."""
        self.page.wait_for_function("window.seen")
        self.find(".panel canvas").first.wait_for(state="visible")
        self.wait_until_run()

    def wait_until_run(self) -> None:
        """Wait until the server has nothing more to send, and the browser has shown all of it."""
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        # Streamlit shows what has come a little after it says that the run is over.
        self.page.evaluate(
            "() => new Promise((done) => "
            "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
        )

    def wait_for_maps_at(self, place: Place) -> None:
        """Wait until the maps of a pattern position are drawn."""
        self.page.wait_for_function(
            "place => String(window.seen.position) === place", arg=_csv(place)
        )

    def wait_for_link(self, **query: str) -> None:
        """Wait until the address bar has these parameters."""
        self.page.wait_for_function(
            """wanted => {
                const query = new URLSearchParams(location.search);
                return Object.entries(wanted).every(([key, value]) => query.get(key) === value);
            }""",
            arg=query,
        )

    # ---- what is on the stage

    def find(self, selector: str, *, has_text: str | None = None) -> Locator:
        """Return what a selector finds within the stage."""
        return self.page.locator(".stage").locator(selector, has_text=has_text)

    @property
    def handle(self) -> Locator:
        """What is dragged."""
        return self.find(".handle")

    @property
    def sentence(self) -> str:
        """The live sentence."""
        return self.find(".sentence").inner_text()

    @property
    def unit_text(self) -> str:
        """The line about the chosen unit."""
        return self.find(".unit-text").inner_text()

    @property
    def link_query(self) -> dict[str, str]:
        """The parameters in the address bar."""
        return link_query(self.page.url)

    @property
    def position(self) -> Place:
        """Where the stage says that the pattern is."""
        row, col = re.findall(r"\d+", self.find(".input dd").first.text_content() or "")
        return int(row), int(col)

    @property
    def view(self) -> str:
        """What the maps show, by the chosen button."""
        return self.find('.views [aria-checked="true"]').inner_text()

    def readouts(self, layer: int) -> tuple[str, str, str]:
        """Return what should shift, what did, and the cells changed, of a layer counted from 1."""
        expected, measured, changed = self.map(layer).locator("dd").all_text_contents()
        return expected, measured, changed

    def map(self, layer: int) -> Locator:
        """Return the panel of a layer, counted from 1."""
        return self.find(".panel.map").nth(layer - 1)

    # ---- reading pixels

    def picture_canvas(self) -> Pixels:
        """Return the picture's canvas, (rows, cols, rgba), in device pixels."""
        return _canvas(self.find(".panel.input canvas"))

    def map_canvas(self, layer: int) -> Pixels:
        """Return the canvas of a layer's map, (rows, cols, rgba), in device pixels."""
        return _canvas(self.map(layer).locator("canvas"))

    def canvas(self, selector: str) -> Pixels:
        """Return what a selector within the stage finds as a canvas, (rows, cols, rgba)."""
        return _canvas(self.find(selector))

    def picture(self) -> Pixels:
        """Return the gray values of the picture as shown, (size, size)."""
        middles = np.arange(self.size) + 0.5
        return self.sampled(self.picture_canvas(), middles, middles)[..., 0]

    def cells(self, layer: int) -> Pixels:
        """Return the colour of every cell of a layer's map, (rows, cols, rgb).

        A cell is looked up where it must be drawn: at the middle of its receptive field.
        """
        shape = self.stack.shapes((1, self.size, self.size))[layer - 1]
        field = receptive_fields(self.stack)[layer - 1]
        rows, cols = (
            field.start[axis] + np.arange(shape[axis + 1]) * field.jump[axis] + field.size[axis] / 2
            for axis in (0, 1)
        )
        return self.sampled(self.map_canvas(layer), rows, cols)

    def accent(self) -> NDArray[np.bool_]:
        """Return where the gray picture's canvas has lines in the learner's colour, a red."""
        canvas = self.picture_canvas()
        return canvas[..., 0] - canvas[..., 1] > 60

    @property
    def margin(self) -> int:
        """Picture pixels round the picture, for fields that reach beyond its border."""
        reach = max([0, *(-min(field.start) for field in receptive_fields(self.stack))])
        return min(reach + 1, max(3, -(-self.size // 8))) if reach else 0

    def to_device(self, pixel: Any, canvas: NDArray[Any]) -> Any:
        """Return where on a canvas a place of the picture is drawn; 0 is its upper left edge."""
        return (pixel + self.margin) * len(canvas) / (self.size + 2 * self.margin)

    def sampled(self, canvas: Pixels, rows: Places, cols: Places) -> Pixels:
        """Return a canvas's colours at rows x cols of the picture, fractions included."""
        y, x = (np.floor(self.to_device(at, canvas)).astype(int) for at in (rows, cols))
        return canvas[np.ix_(y, x)][..., :3]

    # ---- what the learner does

    def zoom(self, canvas: Locator) -> float:
        """Return the CSS pixels of one picture pixel."""
        box = canvas.bounding_box()
        assert box
        return box["width"] / (self.size + 2 * self.margin)

    def grip(self) -> tuple[float, float]:
        """Return the middle of the pattern's handle, (x, y) in CSS pixels of the page."""
        box = _box_in_view(self.handle)
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    @contextmanager
    def held(self) -> Iterator["Stage"]:
        """Hold the pattern with the mouse button down; let go at the end."""
        self._grip = self.grip()
        self.page.mouse.move(*self._grip)
        self.page.mouse.down()
        yield self
        self.page.mouse.up()

    def pull(self, rows: int, cols: int) -> None:
        """Move the held pattern to (rows, cols) picture pixels from where it was taken."""
        zoom = self.zoom(self.find(".panel.input canvas"))
        self.page.mouse.move(self._grip[0] + cols * zoom, self._grip[1] + rows * zoom, steps=3)

    def drag(self, rows: int, cols: int) -> None:
        """Drag the pattern with the mouse and wait until maps and link have followed."""
        row, col = self.position
        with self.held():
            self.pull(rows, cols)
        self.wait_until_settled((row + rows, col + cols))

    def wait_until_settled(self, place: Place) -> None:
        """Wait until the pattern has come to rest at a place."""
        self.wait_for_maps_at(place)
        self.wait_for_link(at=_csv(place))

    def tap(self, button: Locator) -> None:
        """Tap a button; on a crowded machine Chromium may take a tap for a long press, no click."""
        before = self.page.evaluate("window.clicks")
        button.tap()
        try:
            self.page.wait_for_function(
                "before => window.clicks > before", arg=before, timeout=3000
            )
        except TookTooLong:
            button.tap()

    def unit_place(self, layer: int, row: int, col: int) -> tuple[float, float]:
        """Return the middle of a unit's cell, (x, y) in CSS pixels of the page."""
        canvas = self.map(layer).locator("canvas")
        box, zoom = _box_in_view(canvas), self.zoom(canvas)
        row0, row1, col0, col1 = receptive_fields(self.stack)[layer - 1].span(row, col)
        return (
            box["x"] + ((col0 + col1) / 2 + self.margin) * zoom,
            box["y"] + ((row0 + row1) / 2 + self.margin) * zoom,
        )

    def hover(self, layer: int, row: int, col: int) -> None:
        """Point at a unit with the mouse."""
        self.page.mouse.move(*self.unit_place(layer, row, col))
        self.wait_for_unit(layer, row, col)

    def wait_for_unit(self, layer: int, row: int, col: int) -> None:
        """Wait until the stage tells of a unit."""
        self.find(".unit-text", has_text=f"Layer {layer}").filter(
            has_text=f"neuron ({row}, {col})"
        ).wait_for()

    def go_to(self, title: str) -> None:
        """Go to a page to explore, by the navigation."""
        self.page.get_by_test_id("stHeader").get_by_text("Explore", exact=True).click()
        self.page.get_by_role("menuitem", name=title).click()

    def scroll_to_charts(self) -> None:
        """Scroll down to where charts will be, and wait until all have come."""
        rooms = self.page.locator(CHART_ROOM)
        rooms.first.scroll_into_view_if_needed()
        expect(rooms).to_have_count(0)
        self.page.locator(".js-plotly-plot svg").first.wait_for()

    def leave(self) -> None:
        """Take the mouse off the stage."""
        self.page.mouse.move(5, 5)

    def show(self, view: str) -> None:
        """Choose what every map shows, by the name on the button."""
        self.find(".views button", has_text=view).click()
        self.find('.views [aria-checked="true"]').filter(has_text=view).wait_for()


def link_query(link: str) -> dict[str, str]:
    """Return the parameters of a link."""
    return {key: values[0] for key, values in parse_qs(urlsplit(link).query).items()}


def _box_in_view(part: Locator) -> FloatRect:
    part.evaluate(
        """part => {
            const { top, bottom } = part.getBoundingClientRect();
            // Streamlit's bar lies over the uppermost 60 pixels.
            if (top < 60 || bottom > innerHeight) part.scrollIntoView({ block: "center" });
        }"""
    )
    box = part.bounding_box()
    assert box
    return box


def _canvas(canvas: Locator) -> Pixels:
    address: str = canvas.evaluate("canvas => canvas.toDataURL('image/png')")
    picture = Image.open(BytesIO(base64.b64decode(address.split(",")[1])))
    return np.asarray(picture.convert("RGBA")).astype(np.int16)


def _csv(place: Place) -> str:
    return f"{place[0]},{place[1]}"
