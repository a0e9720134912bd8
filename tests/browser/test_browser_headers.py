"""The content security policy in Chromium: every page works under it, and what it forbids is."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, FilePayload, Page

from benchmarks.app_server import AppServer
from pages.ui.server.headers import ANCESTORS_VARIABLE
from pages.ui.site import HOME, SITE
from tests.support.app_tab import PATIENCE
from tests.support.stage_driver import CHART_PLACEHOLDER

pytestmark = pytest.mark.slow

STAGELESS = ("claim_check", "glossary", "learn", "present")

# Counts in the page itself: a violation in a worker or a style says so by this event as well.
LISTEN = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => {
  violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});
"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(LISTEN)
    yield page
    page.close()


def has_run(page: Page) -> None:
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_load_state("networkidle")


def test_no_page_asks_for_what_the_policy_forbids(page: Page, server: AppServer) -> None:
    for entry in SITE:
        page.goto(f"{server.url}/{'' if entry.path == HOME else entry.path}")
        has_run(page)
        if entry.path not in STAGELESS:
            page.locator(".stage .panel canvas").first.wait_for()
        assert page.evaluate("violations") == [], entry.path


def test_what_a_page_makes_itself_is_let_through(page: Page, server: AppServer) -> None:
    """A PNG, a GIF, a QR code, an upload and the charts: blobs, data addresses and styles."""
    page.goto(f"{server.url}/feature_map_shifts")
    page.locator(".stage .panel canvas").first.wait_for()
    page.locator(CHART_PLACEHOLDER).first.scroll_into_view_if_needed()
    page.locator(".js-plotly-plot svg").first.wait_for()
    with page.expect_download():
        page.get_by_role("button", name="Save PNG").click()
    page.get_by_role("button", name="Make a GIF").click()
    page.get_by_role("button", name="Make the GIF").click()
    preview = page.get_by_role("img", name="The cat moves 16 steps to the right.")
    preview.wait_for()
    assert preview.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Hand out").click()
    page.get_by_role("img", name="QR code of the link").wait_for()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("tab", name="Your own photo").click()
    photo: FilePayload = {"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"}
    page.locator('input[type="file"]').set_input_files(photo)
    page.get_by_text("This file is not a PNG, JPEG or WebP picture").wait_for()
    assert page.evaluate("violations") == []


def test_what_did_not_come_from_here_is_not_run(page: Page, server: AppServer) -> None:
    page.goto(f"{server.url}/glossary")
    has_run(page)
    forbidden = page.evaluate(
        """async () => {
            const script = document.createElement("script");
            script.textContent = "window.wasRun = true";
            document.body.append(script);
            let refused = [];
            // In a task of the page's own, for the one that a test runs may evaluate texts.
            await new Promise((done) => setTimeout(() => {
                try { new Function("window.wasRun = true")(); } catch { refused.push("eval"); }
                done();
            }));
            await fetch("http://127.0.0.1:9/").catch(() => refused.push("fetch"));
            const image = new Image();
            const told = new Promise((resolve) => { image.onerror = resolve; });
            image.src = "http://127.0.0.1:9/pixel.png";
            await told;
            return { refused, wasRun: window.wasRun ?? false };
        }"""
    )
    assert forbidden == {"refused": ["eval", "fetch"], "wasRun": False}
    directives = {violation.split()[0] for violation in page.evaluate("violations")}
    assert directives == {"script-src-elem", "script-src", "connect-src", "img-src"}


class School(BaseHTTPRequestHandler):
    """Another site: a page that shows the address after its "?" in a frame."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<iframe src="{self.path.partition("?")[2]}"></iframe>'.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def school() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), School) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


def test_another_site_cannot_frame_the_app_and_a_named_one_can(
    page: Page, server: AppServer, school: str
) -> None:
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{school}/?{server.url}/glossary")
    assert page.frames[1].url.startswith("chrome-error:")
    with AppServer(environment={ANCESTORS_VARIABLE: f"self {school}"}) as open_server:
        page.goto(f"{school}/?{open_server.url}/glossary")
        page.frame_locator("iframe").get_by_role("heading", name="Glossary").wait_for()
