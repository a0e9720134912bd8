"""The app in a tab of Chromium: opened by a link, waited for, and clean when it is left."""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from types import MappingProxyType
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, WebSocket, expect

from tests.support.browser_contexts import visitor

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
"""A browser context's options."""

CLIPBOARD = ["clipboard-read", "clipboard-write"]
"""A browser context's permissions."""

PATIENCE = 30_000  # ms; a condition that holds is seen at once, this is for a crowded machine
expect.set_options(timeout=PATIENCE)

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


class AppTab:
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

    def wait_for_link(self, **query: str) -> None:
        """Wait until the address bar has these parameters."""
        self.page.wait_for_function(
            """wanted => {
                const query = new URLSearchParams(location.search);
                return Object.entries(wanted).every(([key, value]) => query.get(key) === value);
            }""",
            arg=query,
        )

    @property
    def link_query(self) -> dict[str, str]:
        """The parameters in the address bar."""
        return link_query(self.page.url)

    def find(self, selector: str, *, has_text: str | None = None) -> Locator:
        """Return what a selector finds within the stage."""
        return self.page.locator(".stage").locator(selector, has_text=has_text)


def link_query(link: str) -> dict[str, str]:
    """Return the parameters of a link."""
    return {key: values[0] for key, values in parse_qs(urlsplit(link).query).items()}
